#!/usr/bin/python3
"""Writes the cases that python3-cryptography signs: every form that we verify, and mutations named by what is wrong.

    /usr/bin/python3 tests/cases/generate.py

The private keys are made anew and forgotten, so running it replaces the public keys and every signature with them; what
the reports must say stays as it is. Cases that cosign writes come from generate_cosign.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "config"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from demo import sign, statement  # noqa: E402
from demo.keys import Key, make_key  # noqa: E402
from demo.oci import Descriptor, encode  # noqa: E402
from writing import BUNDLE, CASES, DSSE, MESSAGE, SIMPLE, Expected, Json, Trusted, write_case  # noqa: E402

UNREADABLE = "EVIDENCE_UNREADABLE"
UNSUPPORTED = "FORMAT_UNSUPPORTED"
INVALID = "SIGNATURE_INVALID"
UNTRUSTED = "SIGNER_NOT_TRUSTED"
SUBJECT = "SUBJECT_MISMATCH"
TYPE = "PAYLOAD_TYPE_MISMATCH"
TLOG = "TLOG_INVALID"
LIMIT = "LIMIT_EXCEEDED"

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


# cosign's simple signing


def payload(digest: str = DIGEST.digest, **members: Any) -> Json:
    return sign.simple_signing_payload(digest, REPOSITORY, **members)


def simple(
    name: str,
    content: bytes,
    signature: bytes | str | None,
    failed: Mapping[str, str] | None = None,
    *,
    trusted: Sequence[Trusted] = (Trusted("p256"),),
    signers: Sequence[str] = ("p256",),
    annotations: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
) -> None:
    text = b64(signature) if isinstance(signature, bytes) else signature
    write_case(
        f"simple-signing/{name}",
        image="images/app.json",
        evidence=content,
        kind="simple-signing",
        annotations={**({} if text is None else {sign.SIGNATURE_ANNOTATION: text}), **(extra or {})},
        trusted=trusted,
        expected=Expected(
            SIMPLE,
            failed or {},
            signers,
            {"claim": "image-signature", "docker-reference": REPOSITORY, "annotations": dict(annotations or {})},
        ),
    )


def signed_payload(name: str, document: Json | bytes, failed: Mapping[str, str] | None = None, **rest: Any) -> None:
    """A payload that a trusted key did sign, whatever it says."""
    content = document if isinstance(document, bytes) else encode(document)
    simple(name, content, KEY.sign(content), failed, **rest)


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


def simple_signing_cases() -> None:
    content = encode(payload())
    good = KEY.sign(content)
    for kind in KINDS:
        simple(f"good-{kind}", content, KEYS[kind].sign(content), trusted=[Trusted(kind)], signers=[kind])
    for kind in ("p384", "p521"):
        signature = KEYS[kind].sign(content, hash_name="sha256")
        simple(f"good-{kind}-with-sha256", content, signature, trusted=[Trusted(kind)], signers=[kind])
        # An operator who names the curve's own hash does not get cosign's habit as well.
        own = "ecdsa-sha384" if kind == "p384" else "ecdsa-sha512"
        simple(f"{kind}-with-sha256-not-allowed", content, signature, {"signature": UNTRUSTED}, trusted=[Trusted(kind, [own])])
    pss = KEYS["rsa2048"].sign(content, pss=True)
    simple("good-rsa-pss", content, pss, trusted=[Trusted("rsa2048", ["rsa-pss-sha256"])], signers=["rsa2048"])
    simple("rsa-pss-under-a-key-for-pkcs1", content, pss, {"signature": UNTRUSTED}, trusted=[Trusted("rsa2048")])
    simple(
        "rsa-pkcs1-under-a-key-for-pss",
        content,
        KEYS["rsa2048"].sign(content),
        {"signature": UNTRUSTED},
        trusted=[Trusted("rsa2048", ["rsa-pss-sha256"])],
    )
    everybody = [Trusted(kind) for kind in KINDS]
    simple("good-among-many-keys", content, good, trusted=everybody)
    signed_payload(
        "good-with-annotations",
        payload(optional={"release": "1.0", "creator": "test", "timestamp": 1700000000}),
        annotations={"release": "1.0", "creator": "test"},
    )

    simple("no-trusted-keys", content, good, {"signature": UNTRUSTED}, trusted=[])
    simple("key-not-trusted", content, KEYS["other"].sign(content), {"signature": UNTRUSTED})
    simple("copied-from-another-image", *_signed(encode(payload(OTHER_DIGEST.digest))), {"subject": SUBJECT})
    forged = encode(payload())
    simple("payload-digest-changed", forged, KEY.sign(encode(payload(OTHER_DIGEST.digest))), {"signature": UNTRUSTED})
    simple("signature-bit-flipped", content, flip(good), {"signature": UNTRUSTED})
    simple("payload-bit-flipped", flip(content, 3), good, {"signature": UNTRUSTED})
    simple("signature-truncated", content, good[:-1], {"signature": INVALID})
    simple("signature-with-trailing-byte", content, good + b"\0", {"signature": INVALID})
    simple("signature-annotation-missing", content, None, {"form": UNREADABLE})
    simple("signature-empty", content, "", {"form": UNREADABLE})
    simple("signature-base64-with-trailing-bits", content, _with_trailing_bits(good), {"form": UNREADABLE})
    simple("signature-base64-unpadded", content, _padded(content)[1].rstrip("="), {"form": UNREADABLE})
    simple("signature-base64-with-newline", content, b64(good) + "\n", {"form": UNREADABLE})
    simple("signature-base64-url-safe", content, _url_safe(content), {"form": UNREADABLE})
    certificate = {"dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----"}
    simple("keyless", content, KEYS["other"].sign(content), {"signature": UNSUPPORTED}, extra=certificate)
    simple("good-key-that-has-a-certificate", content, good, extra=certificate)

    signed_payload("type-of-another-system", payload(kind="atomic container signature"), {"payload": UNSUPPORTED})
    signed_payload("extra-critical-member", replaced(payload(), "now", "critical", "expires"), {"payload": UNREADABLE})
    signed_payload("extra-image-member", replaced(payload(), "x", "critical", "image", "tag"), {"payload": UNREADABLE})
    signed_payload("extra-top-level-member", replaced(payload(), {}, "more"), {"payload": UNREADABLE})
    for path in (("critical",), ("critical", "type"), ("critical", "image"), ("critical", "identity")):
        signed_payload(f"no-{path[-1]}", without(payload(), *path), {"payload": UNREADABLE})
    signed_payload(
        "digest-key-in-other-case",
        encode(payload()).replace(b"docker-manifest-digest", b"Docker-manifest-digest"),
        {"payload": UNREADABLE},
    )
    signed_payload("digest-in-upper-case", payload(DIGEST.digest.upper().replace("SHA", "sha")), {"payload": UNREADABLE})
    signed_payload("digest-without-algorithm", payload(DIGEST.hex), {"payload": UNREADABLE})
    signed_payload("digest-is-a-path", payload("sha256:../../etc/passwd"), {"payload": UNREADABLE})
    signed_payload("optional-is-an-array", payload(optional=[]), {"payload": UNREADABLE})
    doubled = content.replace(
        b'"image":{', b'"image":{"docker-manifest-digest":"' + OTHER_DIGEST.digest.encode() + b'",'
    )
    signed_payload("duplicate-digest", doubled, {"payload": UNREADABLE})
    signed_payload("truncated", content[:-2], {"payload": UNREADABLE})
    signed_payload("trailing-bytes", content + b"{}", {"payload": UNREADABLE})
    signed_payload("bytes-after-a-nul", content + b"\0{}", {"payload": UNREADABLE})
    signed_payload("byte-order-mark", b"\xef\xbb\xbf" + content, {"payload": UNREADABLE})
    signed_payload("not-utf-8", content.replace(b"ghcr", b"gh\xff\xfe"), {"payload": UNREADABLE})
    signed_payload("lone-surrogate", content.replace(b"ghcr", b"gh\\ud800"), {"payload": UNREADABLE})
    signed_payload("too-deep", content.replace(b"null", b"[" * 100 + b"]" * 100), {"payload": LIMIT})

    log = {"SignedEntryTimestamp": b64(b"set"), "Payload": _log_payload()}
    note = "dev.sigstore.cosign/bundle"
    simple("good-with-log-entry", content, good, extra={note: encode(log).decode()})
    for name, value, *path in (
        ("negative-log-index", -1, "Payload", "logIndex"),
        ("log-index-with-exponent", 1.5, "Payload", "logIndex"),
        ("log-id-too-short", "00", "Payload", "logID"),
        ("extra-log-member", 1, "Payload", "treeID"),
        ("promise-not-base64", "!", "SignedEntryTimestamp"),
    ):
        text = encode(replaced(log, value, *path)).decode()
        simple(name, content, good, {"transparency": TLOG}, extra={note: text})
    simple("log-entry-not-json", content, good, {"transparency": TLOG}, extra={note: "{"})


def _signed(content: bytes) -> tuple[bytes, bytes]:
    return content, KEY.sign(content)


def _padded(content: bytes) -> tuple[bytes, str]:
    """A signature whose base64 ends with padding."""
    while True:
        signature = KEY.sign(content)
        if b64(signature).endswith("="):
            return signature, b64(signature)


def _url_safe(content: bytes) -> str:
    while True:
        text = base64.urlsafe_b64encode(KEY.sign(content)).decode()
        if "-" in text or "_" in text:
            return text


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _with_trailing_bits(signature: bytes) -> str:
    """Other text that lenient decoders read as the same bytes. (ECDSA signatures end in a length of their own, so one
    byte more or less makes the length right for padding.)"""
    for candidate in (signature, signature + b"\0", signature + b"\0\0"):
        text = b64(candidate)
        if text.endswith("="):
            last = text.rstrip("=")[-1]
            return text.replace(last + "=", _ALPHABET[_ALPHABET.index(last) + 1] + "=")
    raise ValueError("no padding in any length")


def _log_payload() -> Json:
    return {"body": b64(b"{}"), "integratedTime": 1700000000, "logIndex": 7, "logID": "c0" * 32}


# in-toto statements in envelopes and bundles


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


def envelope_case(
    name: str,
    document: Json | bytes,
    failed: Mapping[str, str] | None = None,
    *,
    trusted: Sequence[Trusted] = (Trusted("p256"),),
    signers: Sequence[str] = ("p256",),
    claim: Json | None = None,
    extra: Mapping[str, str] | None = None,
) -> None:
    write_case(
        f"dsse/{name}",
        image="images/app.json",
        evidence=document if isinstance(document, bytes) else encode(document),
        kind="dsse-envelope",
        annotations={sign.SIGNATURE_ANNOTATION: "", **(extra or {})},
        trusted=trusted,
        expected=Expected(DSSE, failed or {}, signers, claim or PROVENANCE_CLAIM),
    )


def bundle_case(
    name: str,
    document: Json | bytes,
    failed: Mapping[str, str] | None = None,
    *,
    checks: Sequence[str] = BUNDLE,
    trusted: Sequence[Trusted] = (Trusted("p256"), Trusted("ed25519")),
    signers: Sequence[str] = ("p256",),
    claim: Json | None = None,
) -> None:
    write_case(
        f"bundle/{name}",
        image="images/app.json",
        evidence=document if isinstance(document, bytes) else encode(document),
        kind="sigstore-bundle",
        annotations={},
        trusted=trusted,
        expected=Expected(checks, failed or {}, signers, claim or PROVENANCE_CLAIM),
    )


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


def _named(failed: Mapping[str, str], reason: str) -> dict[str, str]:
    """A broken signature is put down to the key that the evidence names, where it names one."""
    return {check: reason if value == "named" else value for check, value in failed.items()}


def dsse_cases() -> None:
    def make(payload: bytes | None = None, **members: Any) -> Json:
        return sign.envelope(KEY, payload or encode(attested()), **members)

    for name, (document, claim) in good_statements().items():
        envelope_case(name, sign.envelope(KEY, document), claim=claim)
    for kind in KINDS:
        envelope_case(f"good-{kind}", sign.envelope(KEYS[kind], attested()), trusted=[Trusted(kind)], signers=[kind])
    for name, (content, failed) in statement_mutations().items():
        envelope_case(name, sign.envelope(KEY, content), failed)
    for name, (document, failed) in envelope_mutations(make).items():
        envelope_case(name, document, _named(failed, UNTRUSTED))

    good = make()
    url_safe = {
        **good,
        "payload": base64.urlsafe_b64encode(base64.b64decode(good["payload"])).decode().rstrip("="),
        "signatures": [{"sig": good["signatures"][0]["sig"].replace("+", "-").replace("/", "_").rstrip("=")}],
    }
    envelope_case("good-url-safe-and-unpadded", url_safe)
    envelope_case("good-with-unknown-members", {**good, "extension": {"kind": "other"}})
    mixed = make(payload=encode({**attested(), "a": "\u00ff\u00fe~~~???"}))
    envelope_case("payload-in-both-alphabets", {**mixed, "payload": _mixed(mixed["payload"])}, {"form": UNREADABLE})
    envelope_case("key-not-trusted", sign.envelope(KEYS["other"], attested()), {"signature": UNTRUSTED})
    envelope_case("no-trusted-keys", good, {"signature": UNTRUSTED}, trusted=[])
    hinted = make(keyid=hashlib.sha256(KEY.public_der()).hexdigest())
    envelope_case("good-with-keyid", hinted)
    envelope_case("payload-bit-flipped-and-keyid", {**hinted, "payload": other_payload()}, {"signature": INVALID})
    envelope_case("good-with-foreign-keyid", make(keyid="release@acme.example"))
    two = [KEYS["ed25519"], KEY]
    both = [Trusted("p256"), Trusted("ed25519")]
    envelope_case("good-signed-by-two", sign.envelope(two, attested()), trusted=both, signers=["p256", "ed25519"])
    envelope_case("good-signed-by-two-of-whom-one-is-trusted", sign.envelope(two, attested()))
    envelope_case("good-signed-twice-by-one", sign.envelope([KEY, KEY], attested()))
    envelope_case("17-signatures", sign.envelope([KEY] * 17, attested()), {"form": LIMIT})
    swapped = {**sign.envelope(KEYS["p384"], attested(), hash_name="sha256")}
    envelope_case("scheme-not-allowed", swapped, {"signature": UNTRUSTED}, trusted=[Trusted("p384", ["ecdsa-sha384"])])
    raw = encode(good)
    twice = raw.replace(b'"payload":', b'"payload":"e30=","payload":', 1)
    envelope_case("duplicate-payload", twice, {"form": UNREADABLE})
    envelope_case("truncated", raw[:-1], {"form": UNREADABLE})
    envelope_case("trailing-bytes", raw + b"\n{}", {"form": UNREADABLE})
    envelope_case("statement-without-envelope", attested(), {"form": UNREADABLE})
    certificate = {"dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----"}
    envelope_case("keyless", sign.envelope(KEYS["other"], attested()), {"signature": UNSUPPORTED}, extra=certificate)


def other_payload() -> str:
    return b64(encode(attested(image=OTHER_DIGEST)))


def _mixed(text: str) -> str:
    """One of the two special characters in each alphabet."""
    plus, slash = text.count("+"), text.count("/")
    assert plus and slash, "the text needs both characters"
    return text.replace("+", "-")


# Sigstore bundles


def log_entry(**members: Any) -> Json:
    body = encode({"apiVersion": "0.0.1", "kind": "dsse", "spec": {}})
    return {
        "logIndex": "7",
        "logId": {"keyId": b64(b"\1" * 32)},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": "1700000000",
        "inclusionPromise": {"signedEntryTimestamp": b64(b"promise")},
        "inclusionProof": {
            "logIndex": "6",
            "rootHash": b64(b"\2" * 32),
            "treeSize": "8",
            "hashes": [b64(b"\3" * 32)] * 3,
            "checkpoint": {"envelope": "log\n8\n"},
        },
        "canonicalizedBody": b64(body),
        **members,
    }


def bundle(content: Json, **members: Any) -> Json:
    return sign.bundle(content, hint=members.pop("hint", KEY.hint), **members)


def bundled(document: Json | bytes | None = None, key: Key = KEY, **members: Any) -> Json:
    envelope = sign.envelope(key, attested() if document is None else document)
    return sign.bundle(sign.dsse_content(envelope), hint=members.pop("hint", key.hint), **members)


def bundle_cases() -> None:
    def make(payload: bytes | None = None, **members: Any) -> Json:
        return sign.envelope(KEY, payload or encode(attested()), **members)

    def carried(envelope: Json) -> Json:
        return bundle(sign.dsse_content(envelope))

    for name, (document, claim) in good_statements().items():
        bundle_case(name, bundled(document), claim=claim)
    for kind in KINDS:
        bundle_case(f"good-{kind}", bundled(key=KEYS[kind]), trusted=[Trusted(kind)], signers=[kind])
    for name, (content, failed) in statement_mutations().items():
        bundle_case(name, bundled(content), failed)
    for name, (document, failed) in envelope_mutations(make).items():
        bundle_case(name, carried(document), _named(failed, INVALID))
    versions = (("0.1", sign.BUNDLE_V01), ("0.2", sign.BUNDLE_V02), ("0.3", sign.BUNDLE_V03), ("0.3-old-name", sign.BUNDLE_V03_OLD))
    for version, media_type in versions:
        bundle_case(f"good-version-{version}", bundled(media_type=media_type))
        bundle_case(f"good-version-{version}-with-log-entry", bundled(media_type=media_type, tlogEntries=[log_entry()]))

    url_safe = carried(make(payload=encode({**attested(), "a": "\u00ff\u00fe~~~???"})))
    envelope = url_safe["dsseEnvelope"]
    bundle_case("payload-url-safe", {**url_safe, "dsseEnvelope": {**envelope, "payload": envelope["payload"].replace("+", "-").replace("/", "_")}}, {"form": UNREADABLE})
    bundle_case("two-signatures", carried(sign.envelope([KEY, KEYS["ed25519"]], attested())), {"form": UNREADABLE})
    bundle_case("unknown-envelope-member", carried({**make(), "extension": {}}), {"form": UNREADABLE})

    bundle_key_cases(make)
    bundle_structure_cases()
    bundle_log_cases()
    message_cases()


def bundle_key_cases(make: Callable[..., Json]) -> None:
    other = KEYS["other"]
    bundle_case("key-not-trusted", bundled(key=other), {"key-hint": UNTRUSTED})
    bundle_case("key-not-trusted-with-the-hint-of-one-that-is", bundled(key=other, hint=KEY.hint), {"signature": INVALID})
    bundle_case("key-trusted-with-the-hint-of-another", bundled(hint=KEYS["ed25519"].hint), {"signature": INVALID})
    bundle_case("key-trusted-with-the-hint-of-one-that-is-not", bundled(hint=other.hint), {"key-hint": UNTRUSTED})
    bundle_case("good-without-hint", bundled(hint=""))
    bundle_case("good-with-foreign-hint", bundled(hint="release@acme.example"))
    bundle_case("key-not-trusted-without-hint", bundled(key=other, hint=""), {"signature": UNTRUSTED})
    bundle_case("key-not-trusted-with-foreign-hint", bundled(key=other, hint="me"), {"signature": UNTRUSTED})
    bundle_case("good-keyid-equal-to-hint", bundle(sign.dsse_content(make(keyid=KEY.hint))))
    bundle_case("keyid-other-than-hint", bundle(sign.dsse_content(make(keyid="x"))), {"key-hint": UNREADABLE})
    bundle_case("no-trusted-keys", bundled(), {"key-hint": UNTRUSTED}, trusted=[])


def bundle_structure_cases() -> None:
    good = bundled()
    certificate = {"rawBytes": b64(b"certificate")}
    chain = {"certificates": [certificate]}
    material = good["verificationMaterial"]

    def with_material(members: Json, **top: Any) -> Json:
        return {**good, "verificationMaterial": members, **top}

    keyless = {"key-hint": UNSUPPORTED}
    form = {"form": UNREADABLE}
    bundle_case("keyless", with_material({"certificate": certificate}), keyless)
    bundle_case("keyless-with-chain", with_material({"x509CertificateChain": chain}, mediaType=sign.BUNDLE_V02), keyless)
    bundle_case("chain-in-version-0.3", with_material({"x509CertificateChain": chain}), form)
    bundle_case("certificate-in-version-0.2", with_material({"certificate": certificate}, mediaType=sign.BUNDLE_V02), form)
    bundle_case("key-and-certificate", with_material({**material, "certificate": certificate}), form)
    bundle_case("no-key-material", with_material({}), form)
    bundle_case("no-verification-material", without(good, "verificationMaterial"), form)
    bundle_case("unknown-material-member", with_material({**material, "other": 1}), form)
    bundle_case("unknown-member", {**good, "other": 1}, form)
    bundle_case("snake-case-member", encode(good).replace(b"verificationMaterial", b"verification_material"), form)
    bundle_case("version-0.4", {**good, "mediaType": "application/vnd.dev.sigstore.bundle.v0.4+json"}, {"form": UNSUPPORTED})
    bundle_case("no-media-type", without(good, "mediaType"), form)
    bundle_case("media-type-in-upper-case", {**good, "mediaType": sign.BUNDLE_V03.upper()}, {"form": UNSUPPORTED})
    bundle_case("no-content", without(good, "dsseEnvelope"), form)
    bundle_case("two-contents", {**good, **sign.message_signature(KEY, IMAGE)}, form, checks=BUNDLE)
    raw = encode(good)
    bundle_case("duplicate-envelope", raw.replace(b'"dsseEnvelope":', b'"dsseEnvelope":{},"dsseEnvelope":'), form)
    bundle_case("truncated", raw[:-1], form)
    bundle_case("trailing-bytes", raw + b"{}", form)
    bundle_case("byte-order-mark", b"\xef\xbb\xbf" + raw, form)
    bundle_case("too-deep", raw.replace(b'"hint":', b'"x":' + b"[" * 100 + b"]" * 100 + b',"hint":'), {"form": LIMIT})
    bundle_case("not-an-object", b"[]", form)
    bundle_case("empty", b"", form)
    wrong_types: dict[str, Any] = {"array": [], "text": "x", "number": 1, "true": True, "null": None}
    for kind, value in wrong_types.items():
        bundle_case(f"material-is-{kind}", {**good, "verificationMaterial": value}, form)
        bundle_case(f"envelope-is-{kind}", {**good, "dsseEnvelope": value}, form)


def bundle_log_cases() -> None:
    entry = log_entry()

    def case(name: str, entries: list[Json], failed: bool = True, reason: str = TLOG, **members: Any) -> None:
        bundle_case(name, bundled(tlogEntries=entries, **members), {"transparency": reason} if failed else None)

    case("good-log-index-as-number", [log_entry(logIndex=7)], failed=False)
    case("good-log-index-absent", [without(entry, "logIndex")], failed=False)
    case("good-two-log-entries", [entry, log_entry(logIndex="8")], failed=False)
    case("good-timestamp", [entry], failed=False, timestampVerificationData={"rfc3161Timestamps": [{"signedTimestamp": b64(b"t")}]})
    indexes: dict[str, Any] = {
        "negative": "-1",
        "beyond-int64": "9223372036854775808",
        "with-exponent": 1e3,
        "with-fraction": 1.5,
        "with-leading-zero": "07",
        "with-sign": "+7",
        "with-space": " 7",
        "in-words": "seven",
        "empty": "",
    }
    for name, index in indexes.items():
        case(f"log-index-{name}", [log_entry(logIndex=index)])
    case("log-entry-twice", [entry, entry])
    case("33-log-entries", [log_entry(logIndex=str(n)) for n in range(33)], reason=LIMIT)
    stamps = [{"signedTimestamp": b64(b"t%d" % n)} for n in range(33)]
    case("33-timestamps", [], timestampVerificationData={"rfc3161Timestamps": stamps}, reason=LIMIT)
    case("timestamp-twice", [], timestampVerificationData={"rfc3161Timestamps": stamps[:1] * 2}, reason="TIMESTAMP_INVALID")
    case("log-kind-other-than-body", [log_entry(kindVersion={"kind": "intoto", "version": "0.0.1"})])
    case("log-version-other-than-body", [log_entry(kindVersion={"kind": "dsse", "version": "0.0.2"})])
    case("log-body-missing", [without(entry, "canonicalizedBody")])
    case("log-id-missing", [without(entry, "logId")])
    case("log-proof-missing", [without(entry, "inclusionProof")])
    case("log-promise-missing-in-version-0.1", [without(entry, "inclusionPromise")], media_type=sign.BUNDLE_V01)
    case("good-log-promise-missing-in-version-0.3", [without(entry, "inclusionPromise")], failed=False)
    case("good-log-proof-missing-in-version-0.1", [without(entry, "inclusionProof")], failed=False, media_type=sign.BUNDLE_V01)
    case("log-checkpoint-missing", [without(entry, "inclusionProof", "checkpoint")])
    case("log-proof-index-outside-tree", [replaced(entry, "8", "inclusionProof", "logIndex")])
    case("log-tree-empty", [replaced(entry, "0", "inclusionProof", "treeSize")])
    case("log-root-hash-too-short", [replaced(entry, b64(b"x"), "inclusionProof", "rootHash")])
    case("log-path-too-long", [replaced(entry, [b64(b"\3" * 32)] * 65, "inclusionProof", "hashes")], reason=LIMIT)
    case("unknown-log-member", [log_entry(other=1)])


def message_cases() -> None:
    claim: Json = {"claim": "image-signature", "annotations": {}}

    def case(name: str, document: Json, failed: Mapping[str, str] | None = None, **rest: Any) -> None:
        bundle_case(f"message-{name}", document, failed, checks=rest.pop("checks", MESSAGE), claim=claim, **rest)

    for kind in KINDS:
        content = sign.message_signature(KEYS[kind], IMAGE)
        case(f"good-{kind}", bundle(content, hint=KEYS[kind].hint), trusted=[Trusted(kind)], signers=[kind])
    good = bundle(sign.message_signature(KEY, IMAGE))
    other = bundle(sign.message_signature(KEY, OTHER_IMAGE))
    digest = good["messageSignature"]["messageDigest"]
    case("good-without-digest", without(good, "messageSignature", "messageDigest"))
    case("of-another-image", other, {"message-digest": SUBJECT})
    case("of-another-image-with-our-digest", replaced(other, digest, "messageSignature", "messageDigest"), {"signature": INVALID})
    case("of-another-image-without-digest", without(other, "messageSignature", "messageDigest"), {"signature": INVALID})
    case("digest-of-another-image", replaced(good, other["messageSignature"]["messageDigest"], "messageSignature", "messageDigest"), {"message-digest": SUBJECT})
    case("digest-of-another-algorithm", replaced(good, "SHA2_512", "messageSignature", "messageDigest", "algorithm"), {"message-digest": SUBJECT})
    case("digest-of-unknown-algorithm", replaced(good, "SHA1", "messageSignature", "messageDigest", "algorithm"), {"form": UNSUPPORTED}, checks=BUNDLE)
    case("digest-algorithm-as-number", replaced(good, 1, "messageSignature", "messageDigest", "algorithm"), {"form": UNREADABLE}, checks=BUNDLE)
    case("key-not-trusted", bundle(sign.message_signature(KEYS["other"], IMAGE), hint=KEYS["other"].hint), {"key-hint": UNTRUSTED})
    signature = base64.b64decode(good["messageSignature"]["signature"])
    case("signature-bit-flipped", replaced(good, b64(flip(signature)), "messageSignature", "signature"), {"signature": INVALID})
    case("signature-empty", replaced(good, "", "messageSignature", "signature"), {"form": UNREADABLE}, checks=BUNDLE)
    case("signature-base64-with-trailing-bits", replaced(good, _with_trailing_bits(signature), "messageSignature", "signature"), {"form": UNREADABLE}, checks=BUNDLE)


def main() -> None:
    for kind in ("simple-signing", "dsse", "bundle"):
        shutil.rmtree(CASES / kind, ignore_errors=True)
    (CASES / "keys").mkdir(exist_ok=True)
    (CASES / "images").mkdir(exist_ok=True)
    (CASES / "images" / "app.json").write_bytes(IMAGE)
    for name, key in KEYS.items():
        (CASES / "keys" / f"{name}.pub").write_bytes(key.public_pem())
    simple_signing_cases()
    dsse_cases()
    bundle_cases()


if __name__ == "__main__":
    main()
