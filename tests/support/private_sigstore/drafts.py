"""Evidence before it is made: an artifact signed with a certificate, with one thing wrong in it, or nothing."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable

from demo.keys import Key
from demo.oci import encode
from demo.sign import BUNDLE_V03, BUNDLE_V03_OLD, IN_TOTO, b64, pae

from . import Json, PrivateSigstore, logs
from .authorities import ISSUER, SUBJECT, Leaf, now

ARTIFACT = b"what was built\n"
PREDICATE_TYPE = "https://example.test/predicate/v1"

Change = Callable[[Json], Any]


def unchanged(_: Json) -> None:
    pass


def statement(artifact: bytes) -> Json:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": hashlib.sha256(artifact).hexdigest()}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"about": "nothing"},
    }


@dataclass(frozen=True)
class Evidence:
    """What a verifier is given, and what it is asked for."""

    bundle: bytes
    trusted_root: bytes
    artifact: bytes
    identity: str
    issuer: str
    is_statement: bool
    has_timestamps: bool


@dataclass
class Draft:
    """Right by default. A change is made to a document as soon as that exists, before anything signs it."""

    sigstore: PrivateSigstore
    artifact: bytes = ARTIFACT
    is_statement: bool = False
    payload_type: str = IN_TOTO
    media_type: str = BUNDLE_V03
    leaf: Leaf = field(default_factory=Leaf)
    signed_by: Key | None = None  # instead of the certificate's key

    logs: list[logs.Log] = field(default_factory=list)  # empty: the first Rekor
    is_logged: bool = True
    logged_as_older_kind: bool = False
    logged_at: int = field(default_factory=now)
    in_log: "Draft | None" = None  # what the log has instead of this

    stamps: int = 0
    stamped: bytes | None = None  # instead of the signature

    change_statement: Change = unchanged
    change_payload: Callable[[bytes], bytes] = lambda text: text
    change_body: Change = unchanged
    change_bundle: Change = unchanged
    change_trusted_root: Change = unchanged
    change_text: Callable[[bytes], bytes] = lambda text: text  # of the bundle, at last

    given: bytes | None = None  # to the verifier, instead of the artifact
    identity: str = SUBJECT
    issuer: str = ISSUER

    def make(self) -> Evidence:
        bundle = {"mediaType": self.media_type, "verificationMaterial": self._material(), **self._content()}
        self.change_bundle(bundle)
        root = self.sigstore.trusted_root()
        self.change_trusted_root(root)
        return Evidence(
            self.change_text(encode(bundle)),
            encode(root),
            self.artifact if self.given is None else self.given,
            self.identity,
            self.issuer,
            self.is_statement,
            bool(self.stamps),
        )

    @cached_property
    def certificate(self) -> bytes:
        return self.sigstore.certificate(self.leaf)

    @cached_property
    def payload(self) -> bytes:
        document = statement(self.artifact)
        self.change_statement(document)
        return self.change_payload(encode(document))

    @property
    def signed(self) -> bytes:
        return pae(self.payload_type, self.payload) if self.is_statement else self.artifact

    @cached_property
    def signature(self) -> bytes:
        return (self.signed_by or self.leaf.key).sign(self.signed, hash_name="sha256")

    @property
    def envelope(self) -> Json:
        return {
            "payload": b64(self.payload),
            "payloadType": self.payload_type,
            "signatures": [{"sig": b64(self.signature)}],
        }

    def body(self, log: logs.Log) -> Json:
        """What a log of that generation records of this."""
        pem = ssl.DER_cert_to_PEM_cert(self.certificate).encode()
        if isinstance(log, logs.Rekor2):
            if self.logged_as_older_kind:
                return logs.dsse2(self.payload, self.signature, self.certificate)
            return logs.hashedrekord2(hashlib.sha256(self.signed).digest(), self.signature, self.certificate)
        if not self.is_statement:
            return logs.hashedrekord(hashlib.sha256(self.artifact).digest(), self.signature, pem)
        if self.logged_as_older_kind:
            return logs.intoto(self.envelope, pem)
        return logs.dsse(logs.canonical(self.envelope), self.payload, self.signature, pem)

    def _content(self) -> Json:
        if self.is_statement:
            return {"dsseEnvelope": self.envelope}
        digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(self.artifact).digest())}
        return {"messageSignature": {"messageDigest": digest, "signature": b64(self.signature)}}

    def _material(self) -> Json:
        certificate = {"rawBytes": b64(self.certificate)}
        is_new = self.media_type in (BUNDLE_V03, BUNDLE_V03_OLD)
        material: Json = (
            {"certificate": certificate} if is_new else {"x509CertificateChain": {"certificates": [certificate]}}
        )
        if self.is_logged:
            material["tlogEntries"] = [self._entry(log) for log in self.logs or [self.sigstore.rekor1]]
        if self.stamps:
            stamped = self.signature if self.stamped is None else self.stamped
            tokens = [self.sigstore.timestamps.stamp(stamped) for _ in range(self.stamps)]
            material["timestampVerificationData"] = {
                "rfc3161Timestamps": [{"signedTimestamp": b64(each)} for each in tokens]
            }
        return material

    def _entry(self, log: logs.Log) -> Json:
        body = (self.in_log or self).body(log)
        self.change_body(body)
        return log.entry(body, self.logged_at)
