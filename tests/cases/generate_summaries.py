#!/usr/bin/python3
"""Writes the cases of verification summaries (SLSA VSA v1), with a key of their own.

    /usr/bin/python3 tests/cases/generate_summaries.py

The private key is made anew and forgotten, so running it replaces the public key and every signature with it.
"""

from __future__ import annotations

import shutil
from typing import Any

from making import DIGEST, LIMIT, OTHER_DIGEST, SUBJECT, UNREADABLE, replaced, without
from statements import attested
from writing import CASES, DSSE, Expected, Json, Trusted, write_case

from demo import sign
from demo.keys import make_key
from demo.oci import Descriptor, encode

TYPE = "https://slsa.dev/verification_summary/v1"
KEY = make_key("p256")
VERIFIER = "https://verifier.example/v1"

SUMMARY: Json = {
    "verifier": {"id": VERIFIER, "version": {"verifier": "1.2.3"}},
    "timeVerified": "2026-06-01T10:00:00Z",
    "resourceUri": "ghcr.io/acme/app",
    "policy": {"uri": "https://policies.example/release", "digest": {"sha256": "ab" * 32}},
    "inputAttestations": [{"uri": "https://attestations.example/1", "digest": {"sha256": "cd" * 32}}],
    "verificationResult": "PASSED",
    "verifiedLevels": ["SLSA_BUILD_LEVEL_3", "ACME_REVIEWED"],
    "dependencyLevels": {"SLSA_BUILD_LEVEL_3": 5, "SLSA_BUILD_LEVEL_1": 2},
    "slsaVersion": "1.0",
}


def claim(**members: Any) -> Json:
    return {
        "claim": "statement",
        "predicate-type": TYPE,
        "summary": {
            "verifier": VERIFIER,
            "resource": "ghcr.io/acme/app",
            "outcome": "PASSED",
            "levels": ["SLSA_BUILD_LEVEL_3", "ACME_REVIEWED"],
            **members,
        },
    }


def case(
    name: str,
    predicate: Any,
    reason: str | None = None,
    *,
    proven: Json | None = None,
    predicate_type: str = TYPE,
    image: Descriptor = DIGEST,
    check: str = "predicate",
) -> None:
    document = attested(predicate_type, predicate, image)
    write_case(
        f"summary/{name}",
        image="images/app.json",
        evidence=encode(sign.envelope(KEY, document)),
        kind="dsse-envelope",
        annotations={sign.SIGNATURE_ANNOTATION: ""},
        trusted=[Trusted("verifier")],
        expected=Expected(DSSE, {check: reason} if reason else {}, ["verifier"], proven or claim()),
    )


def main() -> None:
    shutil.rmtree(CASES / "summary", ignore_errors=True)
    (CASES / "keys" / "verifier.pub").write_bytes(KEY.public_pem())
    least = without(without(without(SUMMARY, "timeVerified"), "inputAttestations"), "slsaVersion")
    case("good", SUMMARY)
    case("good-with-the-least", without(without(least, "dependencyLevels"), "policy", "digest"))
    case("good-with-unknown-members", {**SUMMARY, "extension": [1]})
    case("good-failed", {**SUMMARY, "verificationResult": "FAILED"}, proven=claim(outcome="FAILED"))
    case("good-without-levels", {**SUMMARY, "verifiedLevels": []}, proven=claim(levels=[]))
    # Another version is a statement like any other, and no summary: nothing of it can stand for one.
    older = "https://slsa.dev/verification_summary/v0.2"
    case("good-older-version", SUMMARY, predicate_type=older, proven={"claim": "statement", "predicate-type": older})
    for member in ("verifier", "resourceUri", "policy", "verificationResult", "verifiedLevels"):
        case(f"without-{member}", without(SUMMARY, member), UNREADABLE)
    case("verifier-without-id", without(SUMMARY, "verifier", "id"), UNREADABLE)
    case("verifier-id-empty", replaced(SUMMARY, "", "verifier", "id"), UNREADABLE)
    case("verifier-id-a-list", replaced(SUMMARY, [VERIFIER], "verifier", "id"), UNREADABLE)
    case("result-in-lower-case", {**SUMMARY, "verificationResult": "passed"}, UNREADABLE)
    case("result-a-flag", {**SUMMARY, "verificationResult": True}, UNREADABLE)
    case("levels-a-text", {**SUMMARY, "verifiedLevels": "SLSA_BUILD_LEVEL_3"}, UNREADABLE)
    case("level-a-number", {**SUMMARY, "verifiedLevels": [3]}, UNREADABLE)
    case("257-levels", {**SUMMARY, "verifiedLevels": [f"LEVEL_{n}" for n in range(257)]}, LIMIT)
    case("resource-an-object", {**SUMMARY, "resourceUri": {"uri": "ghcr.io/acme/app"}}, UNREADABLE)
    case("policy-digest-a-text", replaced(SUMMARY, "sha256:00", "policy", "digest"), UNREADABLE)
    case("time-without-a-zone", {**SUMMARY, "timeVerified": "2026-06-01T10:00:00"}, UNREADABLE)
    case("about-another-image", SUMMARY, SUBJECT, image=OTHER_DIGEST, check="subject")


if __name__ == "__main__":
    main()
