"""Attestations in DSSE envelopes: right, and wrong in one point."""

from __future__ import annotations

from demo import sign, statement
from demo.oci import encode
from demo.sign import b64
from demo.statement import PROVENANCE_V02, PROVENANCE_V1, STATEMENT_V01
from support.evidence_case import Bench, accepted, duplicated, padded_signature, refused, with_trailing_bits
from support.workshop import BUILDER_ID, REGISTRY, SOURCE


@accepted("proven", "an attestation under the tag")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, bench.statement()))


@accepted("proven", "an attestation as a referrer")
def _(bench: Bench) -> None:
    layer = sign.attestation_layer(sign.envelope(bench.keys.builder, bench.statement()), PROVENANCE_V1)
    sign.attach_layers_by_subject(
        bench.workshop.layout(bench.repository), bench.image, [layer], config_type=sign.COSIGN_ATT_REFERRER
    )


@accepted("proven", "an attestation of SLSA 0.2 in a statement of version 0.1")
def _(bench: Bench) -> None:
    document = statement.statement(
        [statement.subject("app", bench.image)],
        PROVENANCE_V02,
        statement.provenance_v02(BUILDER_ID, SOURCE),
        statement_type=STATEMENT_V01,
    )
    bench.attestation(sign.envelope(bench.keys.builder, document), PROVENANCE_V02)


@accepted("proven", "an attestation about several images, this one among them")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["subject"].insert(0, statement.subject("the other", bench.other))
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "a statement about another subject", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, bench.statement(bench.other)))


@refused("proven", "a statement that only names this image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    """Names are not part of matching: only the digest is."""
    document = bench.statement(bench.other)
    document["subject"][0]["name"] = f"{REGISTRY}/{bench.repository}@{bench.image.digest}"
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "a statement with the right digest under another algorithm", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["subject"][0]["digest"] = {"sha1": bench.image.hex, "gitCommit": bench.image.hex}
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "an attestation by a key that no one knows", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.stranger, bench.statement()))


@refused("proven", "an attestation by the key of another attestor", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.release, bench.statement()))


@refused("proven", "a payloadType swapped after signing", "PAYLOAD_TYPE_MISMATCH")
def _(bench: Bench) -> None:
    envelope = sign.envelope(bench.keys.builder, bench.statement())
    bench.attestation({**envelope, "payloadType": "text/plain"})


@refused("proven", "a payloadType swapped to the right one after signing", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    """A statement that was signed as something else: the type is part of what is signed."""
    envelope = sign.envelope(bench.keys.builder, bench.statement(), payload_type="text/plain")
    bench.attestation({**envelope, "payloadType": sign.IN_TOTO})


@refused("proven", "a payloadType that is signed but wrong", "PAYLOAD_TYPE_MISMATCH")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, bench.statement(), payload_type="application/json"))


@refused("proven", "a truncated envelope", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.attestation(encode(sign.envelope(bench.keys.builder, bench.statement()))[:-2])


@refused("proven", "a truncated statement", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, encode(bench.statement())[:-2]))


@refused("proven", "an envelope with two payloads", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    good = encode(sign.envelope(bench.keys.builder, bench.statement()))
    other = b64(encode(bench.statement(bench.other))).encode()
    bench.attestation(duplicated(good, b'"payload":', b'"payload":"' + other + b'",'))


@refused("proven", "a statement with two subjects lists", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    raw = encode(bench.statement())
    other = encode(bench.statement(bench.other)["subject"])
    bench.attestation(sign.envelope(bench.keys.builder, duplicated(raw, b'"subject":', b'"subject":' + other + b",")))


@refused("proven", "an envelope whose signature has trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    envelope = padded_signature(lambda: sign.envelope(bench.keys.builder, bench.statement()))
    envelope["signatures"][0]["sig"] = with_trailing_bits(envelope["signatures"][0]["sig"])
    bench.attestation(envelope)


@refused("proven", "an envelope whose payload has trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    content = encode(bench.statement())
    content += b" " * ((1 - len(content)) % 3)
    envelope = sign.envelope(bench.keys.builder, content)
    bench.attestation({**envelope, "payload": with_trailing_bits(envelope["payload"])})


@refused("proven", "a statement nested too deeply", "LIMIT_EXCEEDED")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["predicate"]["x"] = "DEEP"
    raw = encode(document).replace(b'"DEEP"', b'{"a":' * 5_000 + b"1" + b"}" * 5_000)
    bench.attestation(sign.envelope(bench.keys.builder, raw))


@refused("proven", "a statement of a version that no one knows", "FORMAT_UNSUPPORTED")
def _(bench: Bench) -> None:
    bench.attestation(
        sign.envelope(bench.keys.builder, {**bench.statement(), "_type": "https://in-toto.io/Statement/v2"})
    )


@refused("proven", "provenance of another builder", "BUILDER_NOT_ALLOWED")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["predicate"]["runDetails"]["builder"]["id"] = "https://laptop.example/make"
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "provenance from another source", "SOURCE_NOT_ALLOWED")
def _(bench: Bench) -> None:
    source = statement.Source("https://github.com/mallory/app")
    document = bench.workshop.provenance(bench.repository, bench.image, source=source)
    bench.attestation(sign.envelope(bench.keys.builder, document))
