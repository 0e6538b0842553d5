"""Sigstore bundles."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from making import (
    IMAGE,
    INVALID,
    KEY,
    KEYS,
    KINDS,
    LIMIT,
    OTHER_IMAGE,
    SUBJECT,
    TLOG,
    UNREADABLE,
    UNSUPPORTED,
    UNTRUSTED,
    b64,
    flip,
    replaced,
    with_trailing_bits,
    without,
)
from statements import PROVENANCE_CLAIM, attested, envelope_mutations, good_statements, named, statement_mutations
from writing import BUNDLE, MESSAGE, Expected, Json, Trusted, with_certificate, write_case

from demo import sign
from demo.keys import Key
from demo.oci import encode


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
        bundle_case(name, carried(document), named(failed, INVALID))
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

    form = {"form": UNREADABLE}
    unread = {"certificate": UNREADABLE}
    keyless = with_certificate(BUNDLE)
    bundle_case("certificate-is-none", with_material({"certificate": certificate}), unread, checks=keyless)
    bundle_case("chain-is-none", with_material({"x509CertificateChain": chain}, mediaType=sign.BUNDLE_V02), unread, checks=keyless)
    bundle_case("chain-empty", with_material({"x509CertificateChain": {"certificates": []}}, mediaType=sign.BUNDLE_V02), form)
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

    def timestamps(name: str, reason: str, *values: bytes) -> None:
        stamps = [{"signedTimestamp": b64(value)} for value in values]
        document = bundled(timestampVerificationData={"rfc3161Timestamps": stamps})
        bundle_case(name, document, {"timestamp": reason})

    case("good-log-index-as-number", [log_entry(logIndex=7)], failed=False)
    case("good-log-index-absent", [without(entry, "logIndex")], failed=False)
    case("good-two-log-entries", [entry, log_entry(logIndex="8")], failed=False)
    case("good-no-timestamps", [entry], failed=False, timestampVerificationData={"rfc3161Timestamps": []})
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
    timestamps("33-timestamps", LIMIT, *(b"t%d" % n for n in range(33)))
    timestamps("timestamp-twice", "TIMESTAMP_INVALID", b"t", b"t")
    timestamps("timestamp-is-none", "TIMESTAMP_INVALID", b"t")
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
    case("signature-base64-with-trailing-bits", replaced(good, with_trailing_bits(signature), "messageSignature", "signature"), {"form": UNREADABLE}, checks=BUNDLE)
