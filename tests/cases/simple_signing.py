"""cosign's simple signing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from making import (
    DIGEST,
    INVALID,
    KEY,
    KEYS,
    KINDS,
    LIMIT,
    NO_CERTIFICATE,
    OTHER_DIGEST,
    REPOSITORY,
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
from writing import SIMPLE, Expected, Json, Trusted, with_certificate, write_case

from demo import sign
from demo.oci import encode


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
    checks: Sequence[str] = SIMPLE,
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
            checks,
            failed or {},
            signers,
            {"claim": "image-signature", "docker-reference": REPOSITORY, "annotations": dict(annotations or {})},
        ),
    )


def signed_payload(name: str, document: Json | bytes, failed: Mapping[str, str] | None = None, **rest: Any) -> None:
    """A payload that a trusted key did sign, whatever it says."""
    content = document if isinstance(document, bytes) else encode(document)
    simple(name, content, KEY.sign(content), failed, **rest)


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
    simple("signature-base64-with-trailing-bits", content, with_trailing_bits(good), {"form": UNREADABLE})
    simple("signature-base64-unpadded", content, _padded(content)[1].rstrip("="), {"form": UNREADABLE})
    simple("signature-base64-with-newline", content, b64(good) + "\n", {"form": UNREADABLE})
    simple("signature-base64-url-safe", content, _url_safe(content), {"form": UNREADABLE})
    certificate = {"dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----"}
    keyless = with_certificate(SIMPLE)
    simple("certificate-is-none", content, good, {"form": UNREADABLE}, extra=certificate, checks=keyless)
    # Evidence with a certificate says that its holder signed: it does not count for a key that would fit as well.
    simple("key-with-a-certificate", content, good, {"certificate": UNREADABLE}, extra=NO_CERTIFICATE, checks=keyless)

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
        ("log-body-without-kind", b64(b"{}"), "Payload", "body"),
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


def _log_payload() -> Json:
    body = encode({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {}})
    return {"body": b64(body), "integratedTime": 1700000000, "logIndex": 7, "logID": "c0" * 32}
