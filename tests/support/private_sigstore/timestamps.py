"""A timestamp authority: `openssl ts` with certificates of its own. Its tokens are of the present."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo.keys import make_key

from .authorities import DAY, CertificateAuthority, Window, certified, der, named, now, public, usage

_SETTINGS = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = signer.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.2
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class TimestampAuthority:
    """`window` is that of the signer's certificate; the folder has to be empty."""

    def __init__(self, folder: Path, window: Window | None = None) -> None:
        self.authority = CertificateAuthority("tsa", ExtendedKeyUsageOID.TIME_STAMPING)
        self.url = "https://timestamp.sigstore.test/api/v1/timestamp"
        self.sends_certificate = False
        self._folder = folder
        key = make_key("p384")
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self._signer = certified(
            named("tsa-signer"),
            public(key),
            self.authority.name,
            self.authority.key,
            window or (now() - DAY, now() + DAY),
            [
                (usage(signs=True), True),
                (purpose, True),
                (x509.SubjectKeyIdentifier.from_public_key(key.private.public_key()), False),
            ],
        )
        folder.mkdir(parents=True)
        (folder / "tsa.cnf").write_text(_SETTINGS, encoding="ascii")
        (folder / "serial").write_text("01\n", encoding="ascii")
        (folder / "signer.pem").write_bytes(self._signer.public_bytes(Encoding.PEM))
        (folder / "signer.key").write_bytes(key.private_pem())

    @property
    def chain(self) -> list[bytes]:
        return [der(self._signer), *self.authority.chain]

    def stamp(self, message: bytes) -> bytes:
        """A response to a request of ours about these bytes."""
        digest = hashlib.sha256(message).hexdigest()
        wish = ["-cert"] if self.sends_certificate else []
        self._openssl("-query", "-digest", digest, "-sha256", *wish, "-out", "query")
        return self.answer((self._folder / "query").read_bytes())

    def answer(self, query: bytes) -> bytes:
        """A response to anybody's request; it has the signer's certificate in it if the request asks for it."""
        (self._folder / "query").write_bytes(query)
        self._openssl("-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
        return (self._folder / "reply").read_bytes()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", "ts", *arguments], cwd=self._folder, check=True, capture_output=True)
