"""What all the cases are made of: keys, two images, and ways to spoil a document."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "config"))

from demo import statement  # noqa: E402
from demo.keys import make_key  # noqa: E402
from demo.oci import Descriptor, encode  # noqa: E402
from writing import Json  # noqa: E402

UNREADABLE = "EVIDENCE_UNREADABLE"
UNSUPPORTED = "FORMAT_UNSUPPORTED"
INVALID = "SIGNATURE_INVALID"
UNTRUSTED = "SIGNER_NOT_TRUSTED"
SUBJECT = "SUBJECT_MISMATCH"
TYPE = "PAYLOAD_TYPE_MISMATCH"
TLOG = "TLOG_INVALID"
LIMIT = "LIMIT_EXCEEDED"

# PEM of something else.
NO_CERTIFICATE = {
    "dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"
}

REPOSITORY = "ghcr.io/acme/app"
BUILDER = "https://github.com/acme/builders/.github/workflows/release.yml@refs/tags/v1.2.3"
SOURCE = statement.Source("https://github.com/acme/app")
KINDS = ("p256", "p384", "p521", "ed25519", "rsa2048", "rsa3072", "rsa4096")

KEYS = {kind: make_key(kind) for kind in KINDS}
KEYS["other"] = make_key("p256")
KEY = KEYS["p256"]


def manifest(number: int) -> bytes:
    """An image manifest like others, different for each number."""
    layer = hashlib.sha256(b"layer %d" % number).hexdigest()
    config = hashlib.sha256(b"config %d" % number).hexdigest()
    return encode(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": f"sha256:{config}",
                "size": 300,
            },
            "layers": [
                {
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": f"sha256:{layer}",
                    "size": 1000,
                }
            ],
        }
    )


IMAGE = manifest(1)
OTHER_IMAGE = manifest(2)
DIGEST = Descriptor.of(IMAGE, "application/vnd.oci.image.manifest.v1+json")
OTHER_DIGEST = Descriptor.of(OTHER_IMAGE, "application/vnd.oci.image.manifest.v1+json")


def flip(data: bytes, at: int = -1) -> bytes:
    """One bit of the byte at that place, turned."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def without(document: Json, *path: str) -> Json:
    copy: Json = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return copy


def replaced(document: Json, value: Any, *path: str) -> Json:
    copy: Json = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copy


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def with_trailing_bits(signature: bytes) -> str:
    """Other text that lenient decoders read as the same bytes. (ECDSA signatures end in a length of their own, so one
    byte more or less makes the length right for padding.)"""
    for candidate in (signature, signature + b"\0", signature + b"\0\0"):
        text = b64(candidate)
        if text.endswith("="):
            last = text.rstrip("=")[-1]
            return text.replace(last + "=", _ALPHABET[_ALPHABET.index(last) + 1] + "=")
    raise ValueError("no padding in any length")
