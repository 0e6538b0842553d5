"""Reason codes for what is wrong with evidence itself, whoever asks for it: signatures and envelopes made with keys."""

from __future__ import annotations

import base64

from making import flip
from reason_case import SIGNATURE, Bench, attest, case, provenance

from demo import sign
from demo.oci import encode
from demo.sign import b64
from demo.statement import COSIGN_SIGN

SCAN = "https://cosign.sigstore.dev/attestation/vuln/v1"


@case("NO_EVIDENCE", "nobody signed the image", SIGNATURE)
def _(bench: Bench) -> None:
    pass


@case("EVIDENCE_UNREADABLE", "a signed payload that ends too early", SIGNATURE)
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload())[:-9])


@case("FORMAT_UNSUPPORTED", "a signature of a kind that was made for another tool", SIGNATURE)
def _(bench: Bench) -> None:
    bench.signature(bench.payload(kind="atomic container signature"))


@case("SIGNATURE_INVALID", "a bundle that names its key, and one bit of its signature is turned", SIGNATURE)
def _(bench: Bench) -> None:
    bundle = bench.signed_bundle()
    [signature] = bundle["dsseEnvelope"]["signatures"]
    signature["sig"] = b64(flip(base64.b64decode(signature["sig"]), 40))
    bench.bundle(bundle, predicate_type=COSIGN_SIGN)


@case("SIGNER_NOT_TRUSTED", "a good signature by somebody whom the policy does not know", SIGNATURE)
def _(bench: Bench) -> None:
    bench.signature(bench.payload(), bench.keys.stranger)


@case("SUBJECT_MISMATCH", "the signature of another image, copied here", SIGNATURE)
def _(bench: Bench) -> None:
    bench.signature(bench.payload(bench.other))


@case(
    "NAME_MISMATCH",
    "an image that was signed for testing, under a name of production",
    {"signature": {"attestor": "release", "signedIdentity": "matchRepository"}},
)
def _(bench: Bench) -> None:
    payload = bench.payload()
    payload["critical"]["identity"]["docker-reference"] = "site.local/testing/app"
    bench.signature(payload)


@case("PAYLOAD_TYPE_MISMATCH", "provenance whose envelope was signed as plain JSON", provenance())
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, bench.statement(), payload_type="application/json"))


@case("LIMIT_EXCEEDED", "an envelope with more signatures than anybody needs", provenance())
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope([bench.keys.builder] * 17, bench.statement()))


@case("TLOG_MISSING", "a signature that is in no log, where one is required", {"signature": "logged"})
def _(bench: Bench) -> None:
    bench.signature(bench.payload())


@case(
    "THRESHOLD_NOT_MET",
    "one of two signatures",
    {"threshold": {"atLeast": 2, "of": [{"signature": "release"}, {"signature": "security"}]}},
)
def _(bench: Bench) -> None:
    bench.signature(bench.payload())


@case(
    "CONDITION_FALSE",
    "a scan that found something critical",
    {"attestation": {
        "predicateType": "vuln",
        "attestor": "security",
        "where": [{"path": "/scanner/result/critical", "atMost": 0}],
    }},
)  # fmt: skip
def _(bench: Bench) -> None:
    result = {"critical": 3, "high": 5}
    attest(bench, SCAN, {"scanner": {"uri": "https://scanner.acme.example", "result": result}})
