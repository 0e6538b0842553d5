"""Sigstore bundles signed with a key: right, and wrong in one point."""

from __future__ import annotations

from demo import sign, statement
from demo.oci import encode
from demo.sign import b64
from demo.statement import COSIGN_SIGN, PROVENANCE_V1
from support.evidence_case import Bench, accepted, duplicated, padded_signature, refused, with_trailing_bits

LIMIT = 32 * 1024 * 1024  # bytes of one piece of evidence


@accepted("acme", "a bundle as a referrer")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(), predicate_type=COSIGN_SIGN)


@accepted("acme", "a bundle listed under the fallback tag")
def _(bench: Bench) -> None:
    sign.attach_bundles_by_fallback(
        bench.workshop.layout(bench.repository), bench.image, [(bench.signed_bundle(), COSIGN_SIGN)]
    )


@accepted("acme", "a bundle with a message signature")
def _(bench: Bench) -> None:
    bench.bundle(bench.message_bundle())


@accepted("acme", "a bundle of version 0.1")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(media_type=sign.BUNDLE_V01), media_type=sign.BUNDLE_V01)


@accepted("acme", "a bundle of version 0.2")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(media_type=sign.BUNDLE_V02), media_type=sign.BUNDLE_V02)


@accepted("acme", "a bundle of version 0.3 in its older spelling")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(media_type=sign.BUNDLE_V03_OLD), media_type=sign.BUNDLE_V03_OLD)


@accepted("proven", "a bundle with provenance")
def _(bench: Bench) -> None:
    dsse = sign.envelope(bench.keys.builder, bench.statement())
    bench.bundle(sign.bundle(sign.dsse_content(dsse), hint=bench.keys.builder.hint), predicate_type=PROVENANCE_V1)


@refused("proven", "a bundle that is only a signature where provenance is asked for", "NO_EVIDENCE")
def _(bench: Bench) -> None:
    """cosign 3 writes signatures as statements; one must not stand in for an attestation."""
    bench.bundle(bench.signed_bundle(bench.keys.builder), predicate_type=PROVENANCE_V1)


@refused("acme", "a bundle about another image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(image=bench.other))


@refused("acme", "a bundle whose statement was changed to this digest afterwards", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    bundle = bench.signed_bundle(image=bench.other)
    bundle["dsseEnvelope"]["payload"] = b64(encode(statement.cosign_sign_statement(bench.image)))
    bench.bundle(bundle)


@refused("acme", "a bundle by a key that no one knows", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(bench.keys.stranger))


@refused("acme", "a bundle by a stranger that names a trusted key", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(bench.keys.stranger, hint=bench.keys.release.hint))


@refused("acme", "a bundle by the key of another attestor", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(bench.keys.builder))


@refused("acme", "a bundle whose messageDigest disagrees", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bundle = bench.message_bundle()
    bundle["messageSignature"]["messageDigest"]["digest"] = b64(bytes.fromhex(bench.other.hex))
    bench.bundle(bundle)


@refused("acme", "a message signature over another image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.bundle(bench.message_bundle(bench.workshop.bytes_of(bench.repository, bench.other)))


@refused("acme", "a message signature over another image under this one's digest", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    bundle = bench.message_bundle(bench.workshop.bytes_of(bench.repository, bench.other))
    bundle["messageSignature"]["messageDigest"]["digest"] = b64(bytes.fromhex(bench.image.hex))
    bench.bundle(bundle)


@refused("acme", "a truncated bundle", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.bundle(encode(bench.signed_bundle())[:-1])


@refused("acme", "a bundle with two envelopes", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    other = encode(bench.signed_bundle(image=bench.other)["dsseEnvelope"])
    mark = b'"dsseEnvelope":'
    bench.bundle(duplicated(encode(bench.signed_bundle()), mark, mark + other + b","))


@refused("acme", "a bundle with both kinds of content", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.bundle({**bench.signed_bundle(), "messageSignature": bench.message_bundle()["messageSignature"]})


@refused("acme", "a bundle with two signatures in its envelope", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    dsse = sign.envelope([bench.keys.release, bench.keys.builder], statement.cosign_sign_statement(bench.image))
    bench.bundle(sign.bundle(sign.dsse_content(dsse), hint=bench.keys.release.hint))


@refused("acme", "a bundle whose signature has trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    document = statement.cosign_sign_statement(bench.image)
    dsse = padded_signature(lambda: sign.envelope(bench.keys.release, document))
    dsse["signatures"][0]["sig"] = with_trailing_bits(dsse["signatures"][0]["sig"])
    bench.bundle(sign.bundle(sign.dsse_content(dsse), hint=bench.keys.release.hint))


@refused("acme", "a bundle in URL-safe base64", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    while True:
        bundle = bench.signed_bundle()
        signature = bundle["dsseEnvelope"]["signatures"][0]["sig"]
        if "+" in signature or "/" in signature:
            break
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = signature.replace("+", "-").replace("/", "_")
    bench.bundle(bundle)


@refused("acme", "a bundle with a member that no one knows", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.bundle({**bench.signed_bundle(), "verified": True})


@refused("acme", "a bundle of version 0.4", "FORMAT_UNSUPPORTED")
def _(bench: Bench) -> None:
    kind = "application/vnd.dev.sigstore.bundle.v0.4+json"
    bench.bundle(bench.signed_bundle(media_type=kind), media_type=kind)


@refused("acme", "a bundle nested too deeply", "LIMIT_EXCEEDED")
def _(bench: Bench) -> None:
    raw = encode({**bench.signed_bundle(), "x": "DEEP"}).replace(b'"DEEP"', b"[" * 5_000 + b"]" * 5_000)
    bench.bundle(raw)


@refused("acme", "an oversized bundle", "LIMIT_EXCEEDED", was_read=False)
def _(bench: Bench) -> None:
    bench.bundle(encode(bench.signed_bundle()) + b" " * LIMIT)
