"""in-toto statements and the envelopes around them, good and spoiled, whatever carries them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from making import (
    BUILDER,
    DIGEST,
    IMAGE,
    LIMIT,
    OTHER_DIGEST,
    REPOSITORY,
    SOURCE,
    SUBJECT,
    TYPE,
    UNREADABLE,
    UNSUPPORTED,
    b64,
    flip,
    replaced,
    without,
)
from writing import Json

from demo import statement
from demo.oci import Descriptor, encode


def provenance(version: str = "v1", **members: Any) -> Json:
    if version == "v1":
        return statement.provenance_v1(BUILDER, SOURCE, **members)
    return statement.provenance_v02(BUILDER, SOURCE, **members)


def attested(
    predicate_type: str = statement.PROVENANCE_V1, predicate: Any = None, image: Descriptor = DIGEST, **members: Any
) -> Json:
    return statement.statement(
        [statement.subject(REPOSITORY, image)],
        predicate_type,
        provenance() if predicate is None else predicate,
        **members,
    )


SOURCE_CLAIM = {"repository": SOURCE.repository, "ref": SOURCE.ref, "commit": SOURCE.commit}
PROVENANCE_CLAIM: Json = {
    "claim": "statement",
    "predicate-type": statement.PROVENANCE_V1,
    "builder": BUILDER,
    "source": SOURCE_CLAIM,
}


def statement_mutations() -> dict[str, tuple[bytes, Mapping[str, str]]]:
    """Payloads that a trusted key signed, and what is wrong with them."""
    good = attested()
    raw = encode(good)
    hex_digest = DIGEST.hex.encode()
    subjects = [{"name": str(n), "digest": {"sha256": DIGEST.hex}} for n in range(1025)]
    digests = {f"x{n}": "00" for n in range(32)}
    v1 = provenance()
    return {
        "statement-of-unknown-version": (encode({**good, "_type": "https://in-toto.io/Statement/v2"}), {"payload": UNSUPPORTED}),
        "no-statement-type": (encode(without(good, "_type")), {"payload": UNREADABLE}),
        "no-subject": (encode({**good, "subject": []}), {"payload": UNREADABLE}),
        "subject-without-digest": (encode({**good, "subject": [{"name": "a"}]}), {"payload": UNREADABLE}),
        "subject-with-empty-digest": (encode({**good, "subject": [{"digest": {}}]}), {"payload": UNREADABLE}),
        "about-another-image": (encode(attested(image=OTHER_DIGEST)), {"subject": SUBJECT}),
        "digest-in-upper-case": (raw.replace(hex_digest, hex_digest.upper()), {"subject": SUBJECT}),
        "digest-cut-short": (raw.replace(hex_digest, hex_digest[:-1]), {"subject": SUBJECT}),
        "digest-as-sha512": (raw.replace(b'"digest":{"sha256":"' + hex_digest, b'"digest":{"sha512":"' + hex_digest), {"subject": SUBJECT}),
        "digest-only-as-sha1": (encode({**good, "subject": [{"digest": {"sha1": hashlib.sha1(IMAGE).hexdigest()}}]}), {"subject": SUBJECT}),
        "subject-duplicate-key": (raw.replace(b'"subject":', b'"subject":[{"digest":{"sha256":"' + OTHER_DIGEST.hex.encode() + b'"}}],"subject":'), {"payload": UNREADABLE}),
        "subject-key-in-other-case": (raw.replace(b'"subject"', b'"Subject"'), {"payload": UNREADABLE}),
        "1025-subjects": (encode({**good, "subject": subjects}), {"payload": LIMIT}),
        "33-digests": (encode({**good, "subject": [{"digest": {**digests, "sha256": DIGEST.hex}}]}), {"payload": LIMIT}),
        "not-json": (b"not json", {"payload": UNREADABLE}),
        "not-an-object": (b"[]", {"payload": UNREADABLE}),
        "statement-truncated": (raw[:-1], {"payload": UNREADABLE}),
        "no-predicate-type": (encode(without(good, "predicateType")), {"payload": UNREADABLE}),
        "predicate-type-empty": (encode({**good, "predicateType": ""}), {"payload": UNREADABLE}),
        "predicate-missing": (encode(without(good, "predicate")), {"predicate": UNREADABLE}),
        "predicate-null": (encode({**good, "predicate": None}), {"predicate": UNREADABLE}),
        "predicate-an-array": (encode({**good, "predicate": [v1]}), {"predicate": UNREADABLE}),
        "no-builder": (encode({**good, "predicate": without(v1, "runDetails", "builder")}), {"predicate": UNREADABLE}),
        "builder-not-a-text": (encode({**good, "predicate": replaced(v1, 1, "runDetails", "builder", "id")}), {"predicate": UNREADABLE}),
        "no-build-type": (encode({**good, "predicate": without(v1, "buildDefinition", "buildType")}), {"predicate": UNREADABLE}),
        "materials-not-an-array": (encode({**good, "predicate": replaced(v1, {}, "buildDefinition", "resolvedDependencies")}), {"predicate": UNREADABLE}),
        "image-with-two-digests": (encode({**good, "predicate": _with_contradicting_image()}), {"predicate": UNREADABLE}),
        "other-image-and-bad-predicate": (encode({**attested(image=OTHER_DIGEST), "predicate": []}), {"subject": SUBJECT, "predicate": UNREADABLE}),
    }


def _with_contradicting_image() -> Json:
    uri = f"pkg:docker/alpine@3.18?digest={OTHER_DIGEST.digest}"
    return provenance(dependencies=[statement.Material(uri, {"sha256": DIGEST.hex})])


BASE_CLAIM = {"name": "docker.io/library/alpine", "tag": "3.18", "digest": OTHER_DIGEST.digest}


def good_statements() -> dict[str, tuple[Json, Json]]:
    """Statements and the claim that each proves."""
    base = statement.image_material("alpine", OTHER_DIGEST, tag="3.18")
    several = [statement.subject("other", OTHER_DIGEST), statement.subject(REPOSITORY, DIGEST)]
    custom: Json = {"claim": "statement", "predicate-type": "https://example.com/scan/v1"}
    return {
        "good-provenance-v1": (attested(), PROVENANCE_CLAIM),
        "good-provenance-v1-in-statement-v0.1": (
            attested(statement_type=statement.STATEMENT_V01),
            PROVENANCE_CLAIM,
        ),
        "good-provenance-v0.2": (
            attested(statement.PROVENANCE_V02, provenance("v0.2")),
            {**PROVENANCE_CLAIM, "predicate-type": statement.PROVENANCE_V02},
        ),
        "good-with-base-image": (
            attested(predicate=provenance(dependencies=[base])),
            {**PROVENANCE_CLAIM, "images": [BASE_CLAIM]},
        ),
        "good-second-subject": ({**attested(), "subject": several}, PROVENANCE_CLAIM),
        "good-other-predicate": (attested("https://example.com/scan/v1", {"clean": True}), custom),
        "good-other-predicate-absent": (without(attested("https://example.com/scan/v1", {}), "predicate"), custom),
        "good-cosign-signature": (
            statement.cosign_sign_statement(DIGEST, {"release": "1.0"}),
            {"claim": "image-signature", "annotations": {"release": "1.0"}},
        ),
    }


def envelope_mutations(make: Callable[..., Json]) -> dict[str, tuple[Json, Mapping[str, str]]]:
    """What can be wrong with an envelope, however it is carried. `make` builds a good one."""
    good = make()
    signature = base64.b64decode(good["signatures"][0]["sig"])
    inner = base64.b64decode(good["payload"])
    other = make(payload=encode(attested(image=OTHER_DIGEST)))
    lookalike = "applica\u0174ion/vnd.in-toto+json"  # U+0174 is 't' to whoever keeps eight bits
    return {
        "signature-bit-flipped": ({**good, "signatures": _resigned(good, flip(signature))}, {"signature": "named"}),
        "payload-bit-flipped": ({**good, "payload": b64(flip(inner))}, {"signature": "named"}),
        "payload-of-another-envelope": ({**good, "payload": other["payload"]}, {"signature": "named"}),
        "signature-of-another-envelope": ({**good, "signatures": other["signatures"]}, {"signature": "named"}),
        "payload-type-swapped": ({**good, "payloadType": "application/json"}, {"payload-type": TYPE, "signature": "named"}),
        "payload-type-lookalike": ({**good, "payloadType": lookalike}, {"payload-type": TYPE, "signature": "named"}),
        "payload-type-signed-but-wrong": (make(payload_type="application/json"), {"payload-type": TYPE}),
        "no-signature": ({**good, "signatures": []}, {"form": UNREADABLE}),
        "signatures-missing": (without(good, "signatures"), {"form": UNREADABLE}),
        "signature-empty": ({**good, "signatures": _resigned(good, b"")}, {"form": UNREADABLE}),
        "payload-with-newline": ({**good, "payload": good["payload"][:60] + "\n" + good["payload"][60:]}, {"form": UNREADABLE}),
        "payload-missing": (without(good, "payload"), {"form": UNREADABLE}),
        "payload-type-missing": (without(good, "payloadType"), {"form": UNREADABLE}),
        "payload-not-a-text": ({**good, "payload": 1}, {"form": UNREADABLE}),
    }


def _resigned(envelope: Json, signature: bytes) -> list[Json]:
    return [{**envelope["signatures"][0], "sig": b64(signature)}]


def named(failed: Mapping[str, str], reason: str) -> dict[str, str]:
    """A broken signature is put down to the key that the evidence names, where it names one."""
    return {check: reason if value == "named" else value for check, value in failed.items()}
