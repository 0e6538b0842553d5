#!/usr/bin/python3
"""Writes the images that tests of the judge pull, and the signatures of some of them, with python3-cryptography.

    /usr/bin/python3 tests/unit/proxy/pull/signed/generate.py

The private key is made anew and forgotten: running it replaces the public key and every signature.

    app.json      an image, signed                      child-amd64.json  a platform of index.json, signed too
    app-clean, app-dirty.attestation: what a scanner says about app.json, one after the other
    other.json    an image of the same layer, unsigned   child-arm64.json  likewise
    index.json    an index of the two children, signed   layer, config     the blobs of them all
    built.json    the same with what BuildKit puts beside each: built-ARCHITECTURE.json, its .statement and .config
    artifact.json one child, and what BuildKit says of it as an OCI artifact: artifact-amd64.json
    posing.json   the same as built.json, but the second child calls itself an attestation about the first
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HERE = Path(__file__).resolve().parent
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def write(name: str, content: bytes) -> bytes:
    (HERE / name).write_bytes(content)
    return content


def encode(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def descriptor(media_type: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content), **more}


def image(name: str, config: bytes, layer: bytes) -> bytes:
    return write(
        name,
        encode(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": descriptor(CONFIG, config),
                "layers": [descriptor(LAYER, layer)],
                "annotations": {"org.opencontainers.image.title": name},
            }
        ),
    )


def sign(key: ec.EllipticCurvePrivateKey, name: str, manifest: bytes) -> None:
    """cosign's simple signing, https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md"""
    payload = encode(
        {
            "critical": {
                "identity": {"docker-reference": "registry.test/acme/app"},
                "image": {"docker-manifest-digest": digest_of(manifest)},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
    )
    write(name + ".payload", payload)
    signature = key.sign(payload, ec.ECDSA(hashes.SHA256()))
    write(name + ".signature", base64.b64encode(signature))


def attest(key: ec.EllipticCurvePrivateKey, name: str, manifest: bytes, predicate: dict[str, Any]) -> None:
    """An in-toto statement in a DSSE envelope: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md"""
    subject = {"name": "registry.test/acme/app", "digest": {"sha256": hashlib.sha256(manifest).hexdigest()}}
    payload = encode(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [subject],
            "predicateType": "https://scanner.example/report/v1",
            "predicate": predicate,
        }
    )
    payload_type = "application/vnd.in-toto+json"
    signed = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload)
    signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    envelope = {
        "payloadType": payload_type,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }
    write(name + ".attestation", encode(envelope))


def build_statement(architecture: str, manifest: bytes) -> bytes:
    """What BuildKit says about a platform, unsigned: https://github.com/moby/buildkit/blob/master/docs/attestations"""
    subject = {
        "name": f"pkg:docker/registry.test/acme/app@1.0?platform=linux%2F{architecture}",
        "digest": {"sha256": hashlib.sha256(manifest).hexdigest()},
    }
    predicate = {
        "builder": {"id": "https://ci.example/builders/buildkit"},
        "buildType": "https://mobyproject.org/buildkit@v1",
        "invocation": {
            "configSource": {"uri": "https://github.com/acme/app.git#refs/heads/main", "digest": {"sha1": "a" * 40}},
            "parameters": {"frontend": "dockerfile.v0"},
        },
        "materials": [
            {
                "uri": "pkg:docker/registry.test/open/base@1.0?platform=linux%2Famd64",
                "digest": {"sha256": hashlib.sha256(b"a base").hexdigest()},
            }
        ],
    }
    document = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [subject],
        "predicate": predicate,
    }
    return write(f"built-{architecture}.statement", encode(document))


def attestation_manifest(architecture: str, manifest: bytes) -> dict[str, Any]:
    statement = build_statement(architecture, manifest)
    config = write(
        f"built-{architecture}.config",
        encode(
            {
                "architecture": "unknown",
                "os": "unknown",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [digest_of(statement)]},
            }
        ),
    )
    layer = descriptor(
        "application/vnd.in-toto+json",
        statement,
        annotations={"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"},
    )
    document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, config), "layers": [layer]}
    return describing(manifest, write(f"built-{architecture}.json", encode(document)))


def describing(image: bytes, manifest: bytes) -> dict[str, Any]:
    """A child of an index that says it is an attestation about another."""
    annotations = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest_of(image)}
    return descriptor(
        MANIFEST, manifest, platform={"os": "unknown", "architecture": "unknown"}, annotations=annotations
    )


def artifact(image: bytes) -> dict[str, Any]:
    """The newer form of the same: nothing in it looks like an image."""
    built = json.loads((HERE / "built-amd64.json").read_bytes())
    empty = descriptor("application/vnd.oci.empty.v1+json", b"{}")
    document = {**built, "artifactType": "application/vnd.docker.attestation.manifest.v1+json", "config": empty}
    document["subject"] = descriptor(MANIFEST, image)
    return describing(image, write("artifact-amd64.json", encode(document)))


def main() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    write(
        "key.pub",
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )
    layer = write("layer", b"not a tar, but nobody unpacks it here\n")
    config = write("config", b'{"architecture":"amd64","os":"linux"}')
    app = image("app.json", config, layer)
    sign(key, "app", app)
    attest(key, "app-clean", app, {"found": []})
    attest(key, "app-dirty", app, {"found": ["CVE-2026-1"]})
    image("other.json", config, layer)
    children = []
    images = []
    attestations = []
    for architecture in ("amd64", "arm64"):
        child = image(f"child-{architecture}.json", config, layer)
        sign(key, f"child-{architecture}", child)
        images.append(child)
        children.append(descriptor(MANIFEST, child, platform={"os": "linux", "architecture": architecture}))
        attestations.append(attestation_manifest(architecture, child))
    index = write("index.json", encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}))
    sign(key, "index", index)
    for name, members in (
        ("built", children + attestations),
        ("artifact", [children[0], artifact(images[0])]),
        ("posing", [children[0], attestations[0], describing(images[0], images[1])]),
    ):
        sign(key, name, write(f"{name}.json", encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": members})))


if __name__ == "__main__":
    main()
