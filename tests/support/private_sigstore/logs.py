"""Transparency logs: a Merkle tree, and the two generations of Rekor that sign what is in it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from demo.keys import Key, make_key
from demo.sign import b64

Json = dict[str, Any]


def canonical(document: Any) -> bytes:
    """RFC 8785, for documents of ASCII strings and integers."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def _half(leaves: list[bytes]) -> int:
    """RFC 6962 section 2.1: the largest power of two that is smaller than the number of leaves."""
    return 1 << (len(leaves) - 1).bit_length() - 1


def tree_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = _half(leaves)
    return hashlib.sha256(b"\1" + tree_root(leaves[:half]) + tree_root(leaves[half:])).digest()


def audit_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = _half(leaves)
    if index < half:
        return [*audit_path(index, leaves[:half]), tree_root(leaves[half:])]
    return [*audit_path(index - half, leaves[half:]), tree_root(leaves[:half])]


def _strangers(count: int) -> list[bytes]:
    return [leaf_hash(f"another entry {number}".encode()) for number in range(count)]


@dataclass
class Log:
    """What both generations have. Each entry is followed by another, so that none is the last of its tree."""

    key: Key
    host: str
    origin: str
    leaves: list[bytes] = field(default_factory=lambda: _strangers(5))
    checkpoint_key: Key | None = None  # signs checkpoints instead

    @property
    def name(self) -> str:
        return self.origin.split(" - ")[0]

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    @property
    def id(self) -> bytes:
        raise NotImplementedError

    def checkpoint(self, size: int, root: bytes) -> str:
        return self.note(f"{self.origin}\n{size}\n{b64(root)}\n")

    def signature_line(self, text: str) -> str:
        """A line of a signed note (C2SP signed-note). The key id is this log's whoever signs."""
        return f"\u2014 {self.name} {b64(self.id[:4] + (self.checkpoint_key or self.key).sign(text.encode()))}\n"

    def note(self, text: str) -> str:
        return f"{text}\n{self.signature_line(text)}"

    def proof(self, entry: bytes) -> Json:
        """Adds an entry, and proves that it is there."""
        index = len(self.leaves)
        self.leaves += [leaf_hash(entry), leaf_hash(b"the next entry")]
        root = tree_root(self.leaves)
        return {
            "logIndex": str(index),
            "rootHash": b64(root),
            "treeSize": str(len(self.leaves)),
            "hashes": [b64(node) for node in audit_path(index, self.leaves)],
            "checkpoint": {"envelope": self.checkpoint(len(self.leaves), root)},
        }

    def entry(self, body: Json, time: int) -> Json:
        raise NotImplementedError

    def _logged(self, body: Json, index: int, proof: Json) -> Json:
        return {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.id)},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "inclusionProof": proof,
            "canonicalizedBody": b64(canonical(body)),
        }


class Rekor1(Log):
    """Its entries have a promise, which is signed over the time, and an index across all trees that it ever had."""

    def __init__(self) -> None:
        super().__init__(make_key("p256"), "rekor.sigstore.test", "rekor.sigstore.test - 1193050959916656506")
        self.entries_of_older_trees = 4_163_431
        self.promise_key: Key | None = None  # signs promises instead

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.key.public_der()).digest()

    def promise(self, entry: Json) -> str:
        """The signed entry timestamp of an entry as it is in a bundle."""
        signed = {
            "body": entry["canonicalizedBody"],
            "integratedTime": int(entry["integratedTime"]),
            "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
            "logIndex": int(entry["logIndex"]),
        }
        return b64((self.promise_key or self.key).sign(canonical(signed)))

    def entry(self, body: Json, time: int) -> Json:
        proof = self.proof(canonical(body))
        logged = self._logged(body, int(proof["logIndex"]) + self.entries_of_older_trees, proof)
        logged["integratedTime"] = str(time)
        logged["inclusionPromise"] = {"signedEntryTimestamp": self.promise(logged)}
        return logged


class Rekor2(Log):
    """Its entries say nothing about time."""

    def __init__(self) -> None:
        host = "log2026-1.rekor.sigstore.test"
        super().__init__(make_key("ed25519"), host, host)

    @property
    def id(self) -> bytes:
        """C2SP signed-note: the key id of Ed25519, before it is cut to four bytes."""
        return hashlib.sha256(self.origin.encode() + b"\n\1" + self.key.public_der()[-32:]).digest()

    def entry(self, body: Json, time: int) -> Json:
        proof = self.proof(canonical(body))
        return self._logged(body, int(proof["logIndex"]), proof)


def cosignature(name: str, time: int, text: str) -> str:
    """A witness's line, C2SP tlog-cosignature: whose witness it is nobody here knows."""
    witness = make_key("ed25519")
    key_id = hashlib.sha256(name.encode() + b"\n\4" + witness.public_der()[-32:]).digest()[:4]
    signature = witness.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"\u2014 {name} {b64(key_id + time.to_bytes(8, 'big') + signature)}\n"


def hashedrekord(digest: bytes, signature: bytes, signer_pem: bytes) -> Json:
    return {
        "apiVersion": "0.0.1",
        "kind": "hashedrekord",
        "spec": {
            "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
            "signature": {"content": b64(signature), "publicKey": {"content": b64(signer_pem)}},
        },
    }


def dsse(envelope: bytes, payload: bytes, signature: bytes, signer_pem: bytes) -> Json:
    return {
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(envelope).hexdigest()},
            "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
            "signatures": [{"signature": b64(signature), "verifier": b64(signer_pem)}],
        },
    }


def intoto(envelope: Json, signer_pem: bytes) -> Json:
    """What cosign logged of attestations before there was `dsse`; its signatures are base64 of base64."""
    payload = base64.b64decode(envelope["payload"])
    [signature] = envelope["signatures"]
    stored = {
        "payloadType": envelope["payloadType"],
        "signatures": [{"publicKey": b64(signer_pem), "sig": b64(signature["sig"].encode())}],
    }
    return {
        "apiVersion": "0.0.2",
        "kind": "intoto",
        "spec": {
            "content": {
                "envelope": stored,
                "hash": {"algorithm": "sha256", "value": hashlib.sha256(canonical(envelope)).hexdigest()},
                "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
            }
        },
    }


def _entry2(kind: str, spec: Json) -> Json:
    return {"apiVersion": "0.0.2", "kind": kind, "spec": spec}


def _verifier(certificate: bytes) -> Json:
    return {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "x509Certificate": {"rawBytes": b64(certificate)}}


def hashedrekord2(digest: bytes, signature: bytes, certificate: bytes) -> Json:
    """Rekor v2 logs a signer's certificate and the hash of whatever was signed, be it an artifact or an envelope."""
    data = {"algorithm": "SHA2_256", "digest": b64(digest)}
    signed = {"content": b64(signature), "verifier": _verifier(certificate)}
    return _entry2("hashedrekord", {"hashedRekordV002": {"data": data, "signature": signed}})


def dsse2(payload: bytes, signature: bytes, certificate: bytes) -> Json:
    """What Rekor v2 logged of envelopes at first."""
    hashed = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(payload).digest())}
    signed = [{"content": b64(signature), "verifier": _verifier(certificate)}]
    return _entry2("dsse", {"dsseV002": {"payloadHash": hashed, "signatures": signed}})
