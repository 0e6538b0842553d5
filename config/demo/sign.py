"""Evidence, and where it hangs beside an image.

Three containers are written: cosign's simple signing and DSSE layers under the tags `.sig` and `.att`, the same
layers as referrers, and Sigstore bundles as referrers or through the referrers fallback tag. None is checked here:
whoever wants a wrong one passes wrong fields.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence

from .keys import Key
from .oci import (
    CONFIG,
    CREATED,
    MANIFEST,
    Descriptor,
    Json,
    Layout,
    digest_of,
    encode,
    image_manifest,
    write_artifact,
    write_fallback,
)

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE_ENVELOPE = "application/vnd.dsse.envelope.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
COSIGN_SIG_REFERRER = "application/vnd.dev.cosign.artifact.sig.v1+json"
COSIGN_ATT_REFERRER = "application/vnd.dev.cosign.artifact.att.v1+json"

BUNDLE_V01 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
BUNDLE_V02 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
BUNDLE_V03 = "application/vnd.dev.sigstore.bundle.v0.3+json"
BUNDLE_V03_OLD = "application/vnd.dev.sigstore.bundle+json;version=0.3"

SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature"
COSIGN_TYPE = "cosign container image signature"

_DIGEST_NAMES = {"sha256": "SHA2_256", "sha384": "SHA2_384", "sha512": "SHA2_512"}


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass(frozen=True)
class CosignLayer:
    """One signature or attestation of a cosign manifest: the bytes, and the annotations of their descriptor."""

    content: bytes
    media_type: str
    annotations: Mapping[str, str] = field(default_factory=dict)


def simple_signing_payload(
    digest: str, reference: str, *, kind: str = COSIGN_TYPE, optional: Json | None = None
) -> Json:
    """`reference` is the repository without a tag, as cosign writes it."""
    return {
        "critical": {
            "identity": {"docker-reference": reference},
            "image": {"docker-manifest-digest": digest},
            "type": kind,
        },
        "optional": optional,
    }


def simple_signature(key: Key, payload: Json | bytes, *, hash_name: str = "", pss: bool = False) -> CosignLayer:
    content = payload if isinstance(payload, bytes) else encode(payload)
    signature = key.sign(content, hash_name=hash_name, pss=pss)
    return CosignLayer(content, SIMPLE_SIGNING, {SIGNATURE_ANNOTATION: b64(signature)})


def attestation_layer(envelope: Json | bytes, predicate_type: str) -> CosignLayer:
    content = envelope if isinstance(envelope, bytes) else encode(envelope)
    return CosignLayer(
        content, DSSE_ENVELOPE, {SIGNATURE_ANNOTATION: "", "predicateType": predicate_type}
    )


def cosign_tag(subject: Descriptor, suffix: str) -> str:
    """`suffix` is `sig`, `att` or `sbom`."""
    return f"{subject.digest.replace(':', '-', 1)}.{suffix}"


def attach_by_tag(
    layout: Layout, subject: Descriptor, suffix: str, layers: Sequence[CosignLayer]
) -> Descriptor:
    """All the signatures (or attestations) of an image in the one manifest under cosign's tag for it."""
    manifest = image_manifest(_synthetic_config(layout, layers), _store(layout, layers))
    return layout.publish(layout.add_json(manifest, MANIFEST), cosign_tag(subject, suffix))


def attach_layers_by_subject(
    layout: Layout, subject: Descriptor, layers: Sequence[CosignLayer], *, config_type: str = COSIGN_SIG_REFERRER
) -> Descriptor:
    """The same layers as a referrer whose kind is the media type of its config, as cosign did before bundles."""
    config = layout.add(layout.read(_synthetic_config(layout, layers).digest), config_type)
    return write_artifact(
        layout, _store(layout, layers), artifact_type="", subject=subject, config=config
    )


def _store(layout: Layout, layers: Sequence[CosignLayer]) -> list[Descriptor]:
    return [layout.add(layer.content, layer.media_type, annotations=layer.annotations) for layer in layers]


def _synthetic_config(layout: Layout, layers: Sequence[CosignLayer]) -> Descriptor:
    document = {
        "architecture": "",
        "created": "0001-01-01T00:00:00Z",
        "history": [{"created": "0001-01-01T00:00:00Z"} for _ in layers],
        "os": "",
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer.content) for layer in layers]},
        "config": {},
    }
    return layout.add_json(document, CONFIG)


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding of DSSE, protocol.md: what the signature is made over."""
    name = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def envelope(
    keys: Key | Sequence[Key],
    payload: Json | bytes,
    *,
    payload_type: str = IN_TOTO,
    keyid: str = "",
    hash_name: str = "",
    pss: bool = False,
) -> Json:
    """A DSSE envelope with one signature per key."""
    content = payload if isinstance(payload, bytes) else encode(payload)
    signers = [keys] if isinstance(keys, Key) else keys
    message = pae(payload_type, content)
    return {
        "payload": b64(content),
        "payloadType": payload_type,
        "signatures": [
            {"keyid": keyid, "sig": b64(key.sign(message, hash_name=hash_name, pss=pss))} for key in signers
        ],
    }


def message_signature(key: Key, message: bytes, *, hash_name: str = "", pss: bool = False) -> Json:
    """The content member of a bundle that signs an artifact's bytes; for an image these are its manifest."""
    algorithm = hash_name or key.default_hash
    return {
        "messageSignature": {
            "messageDigest": {
                "algorithm": _DIGEST_NAMES[algorithm],
                "digest": b64(hashlib.new(algorithm, message).digest()),
            },
            "signature": b64(key.sign(message, hash_name=hash_name, pss=pss)),
        }
    }


def dsse_content(dsse: Json) -> Json:
    """The content member of a bundle that carries an envelope."""
    return {"dsseEnvelope": dsse}


def bundle(content: Json, *, hint: str, media_type: str = BUNDLE_V03, **material: Any) -> Json:
    """A bundle signed with a managed key. `material` adds members to the verification material, such as log entries."""
    return {
        "mediaType": media_type,
        "verificationMaterial": {"publicKey": {"hint": hint}, **material},
        **content,
    }


def bundle_annotations(content: Json | bytes, predicate_type: str = "") -> dict[str, str]:
    """The annotations that cosign puts on the referrer; hints, never proof."""
    dsse = b'"dsseEnvelope"' in content if isinstance(content, bytes) else "dsseEnvelope" in content
    annotations = {
        "org.opencontainers.image.created": CREATED,
        "dev.sigstore.bundle.content": "dsse-envelope" if dsse else "message-signature",
    }
    if predicate_type:
        annotations["dev.sigstore.bundle.predicateType"] = predicate_type
    return annotations


def attach_bundle(
    layout: Layout,
    subject: Descriptor,
    content: Json | bytes,
    *,
    predicate_type: str = "",
    media_type: str = BUNDLE_V03,
    annotations: Mapping[str, str] | None = None,
    listed: bool = True,
) -> Descriptor:
    """A bundle as a referrer of `subject`, found by that field (the referrers API in a registry)."""
    raw = content if isinstance(content, bytes) else encode(content)
    return write_artifact(
        layout,
        [layout.add(raw, media_type)],
        artifact_type=media_type,
        subject=subject,
        annotations=annotations if annotations is not None else bundle_annotations(content, predicate_type),
        listed=listed,
    )


def attach_bundles_by_fallback(
    layout: Layout,
    subject: Descriptor,
    bundles: Sequence[tuple[Json | bytes, str]],
    *,
    media_type: str = BUNDLE_V03,
) -> Descriptor:
    """Bundles, each with its predicate type, found only through the fallback tag's index."""
    referrers = [
        attach_bundle(layout, subject, content, predicate_type=kind, media_type=media_type, listed=False)
        for content, kind in bundles
    ]
    return write_fallback(layout, subject, referrers)
