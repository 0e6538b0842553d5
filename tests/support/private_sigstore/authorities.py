"""What a signer's certificate comes from: an authority with a root and an intermediate, and logs of certificates."""

from __future__ import annotations

import datetime
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from demo.keys import Key, make_key

SUBJECT = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
DAY = 86_400

_FULCIO = "1.3.6.1.4.1.57264.1."
_SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")

Extension = tuple[x509.ExtensionType, bool]  # and whether it is critical
PublicKey = Any  # any of python3-cryptography's
Window = tuple[int, int]  # seconds since 1970, both included


def now() -> int:
    """Tokens of timestamp authorities are of the present, so everything else is as well."""
    return int(time.time())


def moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)


def named(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sigstore.test"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


def public(key: Key) -> PublicKey:
    return key.private.public_key()


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def usage(*, signs: bool = False, issues: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, False, False, False, issues, issues, False, False)


def certified(
    subject: x509.Name,
    key: PublicKey,
    issuer: x509.Name,
    issuer_key: Key,
    window: Window,
    extensions: Sequence[Extension],
    serial: int | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(moment(window[0]))
        .not_valid_after(moment(window[1]))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.private.public_key()), False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key.private, hashes.SHA384())  # type: ignore[arg-type]  # keys of certificates are ECDSA


def authority_extensions(key: Key, *more: Extension, path_length: int | None = None) -> list[Extension]:
    return [
        (usage(issues=True), True),
        (x509.BasicConstraints(True, path_length), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.private.public_key()), False),
        *more,
    ]


class CertificateAuthority:
    """A root and, below it, an intermediate that issues. The windows are of the two certificates."""

    def __init__(
        self, name: str, purpose: ObjectIdentifier, *, root: Window | None = None, intermediate: Window | None = None
    ) -> None:
        always = (now() - 400 * DAY, now() + 400 * DAY)
        self.key = make_key("p384")
        root_key = make_key("p384")
        root_name, self.name = named(name), named(f"{name}-intermediate")
        self.root = certified(
            root_name, public(root_key), root_name, root_key, root or always, authority_extensions(root_key)
        )
        purposes = (x509.ExtendedKeyUsage([purpose]), False)
        self.intermediate = certified(
            self.name,
            public(self.key),
            root_name,
            root_key,
            intermediate or always,
            authority_extensions(self.key, purposes, path_length=0),
        )

    @property
    def chain(self) -> list[bytes]:
        """As trust roots and Fulcio list it: the issuing certificate first, the root last."""
        return [der(self.intermediate), der(self.root)]


def fulcio(**windows: Window) -> CertificateAuthority:
    return CertificateAuthority("fulcio", ExtendedKeyUsageOID.CODE_SIGNING, **windows)


class CertificateLog:
    def __init__(self) -> None:
        self.key = make_key("p256")
        self.signing_key = self.key
        self.url = "https://ctfe.sigstore.test/2026"

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.key.public_der()).digest()

    def sign(self, precertificate: x509.Certificate, issuer_key: Key, seconds: int, extensions: bytes = b"") -> bytes:
        """A signed certificate timestamp, RFC 6962 section 3.2. What a log signs is the final certificate without the
        list of timestamps, which is the certificate before there was one."""
        body = precertificate.tbs_certificate_bytes
        when = (seconds * 1000).to_bytes(8, "big")
        tail = len(extensions).to_bytes(2, "big") + extensions
        message = b"\0\0" + when + b"\0\1" + hashlib.sha256(issuer_key.public_der()).digest()
        signature = self.signing_key.sign(message + len(body).to_bytes(3, "big") + body + tail)
        return b"\0" + self.id + when + tail + b"\4\3" + len(signature).to_bytes(2, "big") + signature


def utf8(text: str) -> bytes:
    return _tagged(0x0C, text.encode())


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    length = octets if size < 0x80 else bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + content


def fulcio_extension(number: int, value: bytes) -> Extension:
    return x509.UnrecognizedExtension(ObjectIdentifier(f"{_FULCIO}{number}"), value), False


def timestamp_list(timestamps: Sequence[bytes]) -> Extension:
    entries = b"".join(len(each).to_bytes(2, "big") + each for each in timestamps)
    return x509.UnrecognizedExtension(_SCT_LIST, _tagged(4, len(entries).to_bytes(2, "big") + entries)), False


@dataclass
class Leaf:
    """What a signer's certificate says: right by default, each field to be wrong by itself."""

    key: Key = field(default_factory=make_key)
    public_key: PublicKey | None = None  # instead of that key's
    names: list[x509.GeneralName] = field(default_factory=lambda: [x509.UniformResourceIdentifier(SUBJECT)])
    window: Window = field(default_factory=lambda: (now() - 60, now() + 540))
    purposes: list[ObjectIdentifier] = field(default_factory=lambda: [ExtendedKeyUsageOID.CODE_SIGNING])
    usage: x509.KeyUsage = field(default_factory=lambda: usage(signs=True))
    claims: dict[int, bytes] = field(
        default_factory=lambda: {1: ISSUER.encode(), 8: utf8(ISSUER), 12: utf8("https://github.com/acme/app")}
    )
    more: list[Extension] = field(default_factory=list)
    serial: int = field(default_factory=x509.random_serial_number)
    issued_by: CertificateAuthority | None = None
    logged_by: list[CertificateLog] | None = None
    logged_at: int = field(default_factory=now)
    log_extensions: bytes = b""
    logged_instead: "Leaf | None" = None
    """The certificate that the logs saw, if it was another one."""

    def certificate(self, authority: CertificateAuthority, log: CertificateLog) -> x509.Certificate:
        """Issued by the authority and logged by the log unless this leaf names others."""
        issuer = self.issued_by or authority
        seen = (self.logged_instead or self)._signed(issuer, [])
        logs = [log] if self.logged_by is None else self.logged_by
        timestamps = [each.sign(seen, issuer.key, self.logged_at, self.log_extensions) for each in logs]
        return self._signed(issuer, [timestamp_list(timestamps)] if timestamps else [])

    def _signed(self, issuer: CertificateAuthority, last: list[Extension]) -> x509.Certificate:
        extensions: list[Extension] = [(self.usage, True)]
        if self.purposes:
            extensions.append((x509.ExtendedKeyUsage(self.purposes), False))
        extensions += [(x509.SubjectAlternativeName(self.names), True), *self.more]
        extensions += [fulcio_extension(number, value) for number, value in self.claims.items()]
        return certified(
            x509.Name([]),
            self.public_key or public(self.key),
            issuer.name,
            issuer.key,
            self.window,
            [*extensions, *last],
            self.serial,
        )
