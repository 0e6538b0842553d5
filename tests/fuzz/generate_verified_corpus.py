#!/usr/bin/python3
"""Writes sigstore/, which the targets trust, the files corpus/*/verified-*, which are true under it, and some that nearly
are. The evidence is by a private Sigstore of python3-cryptography and `openssl ts`, so that fuzzers begin behind the form of
things. Its keys are forgotten, and with new keys all of it is new; commit it only when a shape is added.

    /usr/bin/python3 tests/fuzz/generate_verified_corpus.py
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generate_corpus import FUZZ, write

sys.path[:0] = [str(FUZZ.parent), str(FUZZ.parents[1] / "config")]

from cryptography import x509  # noqa: E402
from demo.keys import Key, make_key  # noqa: E402
from demo.oci import encode  # noqa: E402
from demo.sign import BUNDLE_V01, b64, simple_signing_payload  # noqa: E402
from support.private_sigstore import PrivateSigstore, logs  # noqa: E402
from support.private_sigstore.authorities import Leaf  # noqa: E402
from support.private_sigstore.drafts import ARTIFACT, Draft, Json  # noqa: E402

TRUST = FUZZ / "sigstore"
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


@dataclass
class Keyed(Draft):
    """By a key instead of a certificate."""

    def body(self, log: logs.Log) -> Json:
        pem = self.leaf.key.public_pem()
        if isinstance(log, logs.Rekor2):
            return self._body2()
        if self.is_statement:
            return logs.dsse(logs.canonical(self.envelope), self.payload, self.signature, pem)
        return logs.hashedrekord(hashlib.sha256(self.artifact).digest(), self.signature, pem)

    def _body2(self) -> Json:
        body = logs.hashedrekord2(hashlib.sha256(self.signed).digest(), self.signature, b"")
        verifier = body["spec"]["hashedRekordV002"]["signature"]["verifier"]
        del verifier["x509Certificate"]
        verifier["publicKey"] = {"rawBytes": b64(self.leaf.key.public_der())}
        return body

    def _material(self) -> Json:
        material = super()._material()
        del material["certificate"]
        return {"publicKey": {"hint": self.leaf.key.hint}, **material}


@dataclass
class Seeds:
    sigstore: PrivateSigstore
    key: Key

    def keyless(self, **options: Any) -> Draft:
        return Draft(self.sigstore, **options)

    def keyed(self, **options: Any) -> Draft:
        return Keyed(self.sigstore, leaf=Leaf(key=self.key), **options)

    def write_all(self) -> None:
        self.write_bundles()
        self.write_layers()
        self.write_timestamps()
        self.write_certificate_timestamps()

    def write_bundles(self) -> None:
        newer = {"logs": [self.sigstore.rekor2], "stamps": 1}
        for title, draft in {
            "statement-in-rekor1": self.keyless(is_statement=True),
            "statement-in-rekor1-as-intoto": self.keyless(is_statement=True, logged_as_older_kind=True),
            "message-in-rekor1": self.keyless(media_type=BUNDLE_V01),
            "statement-in-rekor2": self.keyless(is_statement=True, **newer),
            "statement-in-rekor2-as-dsse": self.keyless(is_statement=True, logged_as_older_kind=True, **newer),
            "message-in-rekor2": self.keyless(**newer),
            "statement-with-timestamp": self.keyless(is_statement=True, is_logged=False, stamps=1),
            "message-by-key-in-rekor1": self.keyed(),
            "statement-by-key-in-rekor1-with-timestamp": self.keyed(is_statement=True, stamps=1),
            "statement-by-key-in-rekor2": self.keyed(is_statement=True, **newer),
        }.items():
            write("bundle", f"verified-{title}", draft.make().bundle)

    def write_layers(self) -> None:
        """The parts that the targets dsse and simple_signing take apart again."""
        payload = encode(simple_signing_payload(f"sha256:{hashlib.sha256(ARTIFACT).hexdigest()}", "registry.test/acme/app"))
        for title, make in {"": self.keyless, "-by-key": self.keyed}.items():
            for older in (False, True) if make == self.keyless else (False,):
                draft = make(is_statement=True, logged_as_older_kind=older)
                envelope = logs.canonical(draft.envelope)
                name = f"verified-attestation{title}{'-as-intoto' if older else ''}"
                write("dsse", name, b"\0".join([envelope, *self._annotations(draft, envelope)]))
            draft = make(artifact=payload)
            parts = [payload, *self._annotations(draft, draft.signature)]
            write("simple_signing", f"verified-signature{title}", b64(draft.signature).encode() + b"\n" + b"\0".join(parts))

    def _annotations(self, draft: Draft, stamped: bytes) -> list[bytes]:
        """Certificate, log entry and timestamp, as cosign writes them beside a layer."""
        material = json.loads(draft.make().bundle)["verificationMaterial"]
        [entry] = material["tlogEntries"]
        logged = {
            "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {
                "body": entry["canonicalizedBody"],
                "integratedTime": int(entry["integratedTime"]),
                "logIndex": int(entry["logIndex"]),
                "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
            },
        }
        certificate = ssl.DER_cert_to_PEM_cert(draft.certificate) if "certificate" in material else ""
        timestamp = {"SignedRFC3161Timestamp": b64(self.sigstore.timestamps.stamp(stamped))}
        return [certificate.encode(), encode(logged), encode(timestamp)]

    def write_timestamps(self) -> None:
        write("timestamp", "verified-response", self.sigstore.timestamps.stamp(b"a signature"))
        self.sigstore.timestamps.sends_certificate = True
        write("timestamp", "verified-response-with-certificate", self.sigstore.timestamps.stamp(b"a signature"))
        self.sigstore.timestamps.sends_certificate = False

    def write_certificate_timestamps(self) -> None:
        """Lists for one certificate, which differs in nothing else."""
        leaf = Leaf()
        log = self.sigstore.certificate_log
        for title, options in {
            "one": {},
            "two": {"logged_by": [log, log]},
            "with-extensions": {"log_extensions": b"\0\0\5\0\0\0\0\7"},
        }.items():
            for name, value in options.items():
                setattr(leaf, name, value)
            certificate = leaf.certificate(self.sigstore.fulcio, log)
            (TRUST / "leaf.der").write_bytes(self.sigstore.certificate(leaf))
            value = certificate.extensions.get_extension_for_oid(SCT_LIST).value
            write("sct_list", f"verified-{title}", _timestamp_list(value))
            leaf.logged_by, leaf.log_extensions = None, b""


def _timestamp_list(extension: Any) -> bytes:
    """Inside of the OCTET STRING; its length takes one byte, or one more than the first says."""
    value: bytes = extension.public_bytes()
    first = value[1]
    return value[2 if first < 0x80 else 2 + (first & 0x7F) :]


def _verified(target: str, title: str) -> bytes:
    return (FUZZ / "corpus" / target / f"verified-{title}").read_bytes()


def write_wrong_evidence() -> None:
    """The same with one thing in it exchanged, which the authorities said of something else or not at all."""
    logged = json.loads(_verified("bundle", "message-in-rekor1"))
    statement = json.loads(_verified("bundle", "statement-in-rekor1"))
    newer = json.loads(_verified("bundle", "message-in-rekor2"))

    def write_changed(title: str, bundle: Json, member: str, other: Json) -> None:
        material = {**bundle["verificationMaterial"], member: other["verificationMaterial"][member]}
        write("bundle", f"wrong-{title}", encode({**bundle, "verificationMaterial": material}))

    write_changed("log-entry", statement, "tlogEntries", logged)
    write_changed("log-entry-in-rekor2", newer, "tlogEntries", json.loads(_verified("bundle", "statement-in-rekor2")))
    write_changed("certificate", statement, "certificate", newer)
    write_changed("timestamp", newer, "timestampVerificationData", json.loads(_verified("bundle", "statement-in-rekor2")))
    [entry] = logged["verificationMaterial"]["tlogEntries"]
    entry["integratedTime"] = str(int(entry["integratedTime"]) + 1)
    write("bundle", "wrong-integrated-time", encode(logged))

    for target, title in (("dsse", "attestation"), ("simple_signing", "signature")):
        *before, text, timestamp = _verified(target, title).split(b"\0")
        log = json.loads(text)
        log["Payload"]["integratedTime"] += 1
        write(target, "wrong-integrated-time", b"\0".join([*before, encode(log), timestamp]))

    response = bytearray(_verified("timestamp", "response"))
    time = response.index(b"\x18\x0f20") + 2  # GeneralizedTime, to the second
    response[time + 13] ^= 1
    write("timestamp", "wrong-second", bytes(response))


def write_wrong_certificate_timestamps() -> None:
    right = _verified("sct_list", "one")
    entry = right[4:]
    for title, content in {
        "empty": b"\0\0",
        "of-version-2": right[:4] + b"\1" + entry[1:],
        "of-another-log": right[:5] + bytes(32) + right[37:],
        "one-millisecond-later": right[:44] + bytes([right[44] ^ 1]) + right[45:],
        "with-another-algorithm": right.replace(b"\4\3", b"\5\3", 1),
        "too-short": right[:-1],
        "with-a-byte-behind": right + b"\0",
        "with-an-empty-entry": (len(right)).to_bytes(2, "big") + right[2:] + b"\0\0",
    }.items():
        write("sct_list", title, content)


def main() -> None:
    TRUST.mkdir(exist_ok=True)
    for path in FUZZ.glob("corpus/*/verified-*"):
        path.unlink()
    with tempfile.TemporaryDirectory() as folder:
        seeds = Seeds(PrivateSigstore(Path(folder)), make_key("p256"))
        (TRUST / "trusted_root.json").write_text(json.dumps(seeds.sigstore.trusted_root(), indent=1) + "\n", encoding="ascii")
        (TRUST / "artifact").write_bytes(ARTIFACT)
        (TRUST / "key.pub").write_bytes(seeds.key.public_pem())
        seeds.write_all()
    write_wrong_evidence()
    write_wrong_certificate_timestamps()


if __name__ == "__main__":
    main()
