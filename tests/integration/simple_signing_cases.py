"""cosign's simple signing: right, and wrong in one point."""

from __future__ import annotations

from demo import sign
from demo.oci import encode
from demo.sign import b64
from support.evidence_case import Bench, accepted, duplicated, refused, with_trailing_bits

LIMIT = 32 * 1024 * 1024  # bytes of one piece of evidence


@accepted("acme", "a cosign signature under the tag")
def _(bench: Bench) -> None:
    bench.signature(bench.payload())


@accepted("acme", "a cosign signature as a referrer")
def _(bench: Bench) -> None:
    layer = sign.simple_signature(bench.keys.release, bench.payload())
    sign.attach_layers_by_subject(bench.workshop.layout(bench.repository), bench.image, [layer])


@accepted("acme", "a good signature beside a stranger's and a broken one")
def _(bench: Bench) -> None:
    broken = sign.CosignLayer(b"{", sign.SIMPLE_SIGNING, {sign.SIGNATURE_ANNOTATION: "AAAA"})
    stranger = sign.simple_signature(bench.keys.stranger, bench.payload())
    bench.tag("sig", broken, stranger, sign.simple_signature(bench.keys.release, bench.payload()))


@refused("acme", "nothing at all", "NO_EVIDENCE")
def _(bench: Bench) -> None:
    pass


@refused("acme", "a signature copied from another image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(bench.other))


@refused("acme", "a signature whose payload was changed to this digest afterwards", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    """The container names no key: altered bytes and another signer cannot be told apart."""
    layer = sign.simple_signature(bench.keys.release, bench.payload(bench.other))
    changed = layer.content.replace(bench.other.digest.encode(), bench.image.digest.encode())
    assert changed != layer.content
    bench.tag("sig", sign.CosignLayer(changed, layer.media_type, layer.annotations))


@refused("acme", "a signature by a key that no one knows", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(), bench.keys.stranger)


@refused("acme", "a signature by the key of another attestor", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(), bench.keys.builder)


@refused("acme", "a signature over a truncated payload", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload())[:-9])


@refused("acme", "a signature over a payload with two digests", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    mark = b'"docker-manifest-digest":'
    bench.signature(duplicated(encode(bench.payload()), mark, mark + encode(bench.other.digest) + b","))


@refused("acme", "a signature over a payload with a digest key in capitals", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload()).replace(b"docker-manifest-digest", b"Docker-Manifest-Digest"))


@refused("acme", "a signature over a payload of another type", "FORMAT_UNSUPPORTED")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(kind="atomic container signature"))


@refused("acme", "a signature over a payload nested too deeply", "LIMIT_EXCEEDED")
def _(bench: Bench) -> None:
    payload = encode(bench.payload(optional={"x": "DEEP"}))
    bench.signature(payload.replace(b'"DEEP"', b"[" * 5_000 + b"]" * 5_000))


@refused("acme", "a signature over a payload followed by more", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload()) + b"{}")


@refused("acme", "a signature over an oversized payload", "LIMIT_EXCEEDED", was_read=False)
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload()) + b" " * LIMIT)


@refused("acme", "a signature in base64 with trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    while True:
        layer = sign.simple_signature(bench.keys.release, bench.payload())
        text = layer.annotations[sign.SIGNATURE_ANNOTATION]
        if text.endswith("="):
            break
    changed = {sign.SIGNATURE_ANNOTATION: with_trailing_bits(text)}
    bench.tag("sig", sign.CosignLayer(layer.content, layer.media_type, changed))


@refused("acme", "a signature that is missing from its layer", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    layer = sign.simple_signature(bench.keys.release, bench.payload())
    bench.tag("sig", sign.CosignLayer(layer.content, layer.media_type, {}))


@refused("acme", "a signature that is no signature", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    layer = sign.simple_signature(bench.keys.release, bench.payload())
    bench.tag("sig", sign.CosignLayer(layer.content, layer.media_type, {sign.SIGNATURE_ANNOTATION: b64(b"\x30\x03zz")}))
