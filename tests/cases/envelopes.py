"""Free-standing DSSE envelopes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from making import INVALID, KEY, KEYS, KINDS, LIMIT, NO_CERTIFICATE, OTHER_DIGEST, UNREADABLE, UNSUPPORTED, UNTRUSTED, b64
from statements import PROVENANCE_CLAIM, attested, envelope_mutations, good_statements, named, statement_mutations
from writing import DSSE, Expected, Json, Trusted, with_certificate, write_case

from demo import sign
from demo.oci import encode


def envelope_case(
    name: str,
    document: Json | bytes,
    failed: Mapping[str, str] | None = None,
    *,
    trusted: Sequence[Trusted] = (Trusted("p256"),),
    signers: Sequence[str] = ("p256",),
    claim: Json | None = None,
    extra: Mapping[str, str] | None = None,
    checks: Sequence[str] = DSSE,
) -> None:
    write_case(
        f"dsse/{name}",
        image="images/app.json",
        evidence=document if isinstance(document, bytes) else encode(document),
        kind="dsse-envelope",
        annotations={sign.SIGNATURE_ANNOTATION: "", **(extra or {})},
        trusted=trusted,
        expected=Expected(checks, failed or {}, signers, claim or PROVENANCE_CLAIM),
    )


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
        envelope_case(name, document, named(failed, UNTRUSTED))

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
    keyless = with_certificate(DSSE)
    envelope_case("certificate-is-none", sign.envelope(KEY, attested()), {"form": UNREADABLE}, extra=certificate, checks=keyless)
    envelope_case(
        "key-with-a-certificate",
        sign.envelope(KEY, attested()),
        {"certificate": UNREADABLE},
        extra=NO_CERTIFICATE,
        checks=keyless,
    )


def other_payload() -> str:
    return b64(encode(attested(image=OTHER_DIGEST)))


def _mixed(text: str) -> str:
    """One of the two special characters in each alphabet."""
    plus, slash = text.count("+"), text.count("/")
    assert plus and slash, "the text needs both characters"
    return text.replace("+", "-")
