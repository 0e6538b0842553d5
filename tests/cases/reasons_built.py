"""Reason codes for what provenance of a trusted builder says, and the rule does not want."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from making import replaced
from reason_case import IMAGE, Bench, attest, case, provenance

from demo import sign, statement
from demo.statement import Material

Json = dict[str, Any]
VERIFIER = "https://verifier.acme.example/v1"
DEFINITION = ("predicate", "buildDefinition")


def attach(change: Callable[[Json], Json] = lambda document: document) -> Callable[[Bench], None]:
    """Provenance as the builder signs it, after one change."""

    def signed(bench: Bench) -> None:
        bench.attestation(sign.envelope(bench.keys.builder, change(bench.statement())))

    return signed


def with_value(value: Any, *path: str) -> Callable[[Bench], None]:
    return attach(lambda document: replaced(document, value, *path))


def by_hand(**inputs: str) -> Callable[[Bench], None]:
    """A workflow that somebody started, and typed something."""

    def change(document: Json) -> Json:
        started = replaced(document, "workflow_dispatch", *DEFINITION, "internalParameters", "github", "event_name")
        return replaced(started, inputs, *DEFINITION, "externalParameters", "inputs")

    return attach(change)


def from_source(repository: str) -> Callable[[Bench], None]:
    def signed(bench: Bench) -> None:
        source = statement.Source(repository)
        document = bench.workshop.provenance(bench.repository, bench.image, source=source)
        bench.attestation(sign.envelope(bench.keys.builder, document))

    return signed


def summarised(*levels: str) -> Callable[[Bench], None]:
    """What a verifier found, instead of what the builder said."""
    summary = {
        "verifier": {"id": VERIFIER},
        "timeVerified": "2026-06-01T12:00:00Z",
        "resourceUri": IMAGE,
        "policy": {"uri": "https://acme.example/policies/containers"},
        "verificationResult": "PASSED",
        "verifiedLevels": list(levels),
    }
    return lambda bench: attest(bench, "https://slsa.dev/verification_summary/v1", summary)


def with_material(uri: str) -> Callable[[Bench], None]:
    def change(document: Json) -> Json:
        document["predicate"]["buildDefinition"]["resolvedDependencies"].append(
            Material(uri, {"sha256": "5" * 64}).as_json()
        )
        return document

    return attach(change)


case("BUILDER_NOT_ALLOWED", "built on somebody's laptop, says provenance with the builder's signature", provenance())(
    with_value("https://laptop.example/make", "predicate", "runDetails", "builder", "id")
)
case(
    "LEVEL_TOO_LOW",
    "a verifier's summary that reached level 2",
    {"vsa": {"attestor": "security", "verifier": VERIFIER, "levels": ["SLSA_BUILD_LEVEL_3"]}},
)(summarised("SLSA_BUILD_LEVEL_2"))
case(
    "BUILD_TYPE_NOT_ALLOWED",
    "built by the right builder in another way",
    provenance(buildType="https://actions.github.io/buildtypes/workflow/v1"),
)(with_value("https://ci.acme.example/buildtypes/script/v1", *DEFINITION, "buildType"))
case(
    "SOURCE_NOT_ALLOWED",
    "built from a fork",
    provenance(source={"repository": "https://github.com/acme/{repo}"}),
)(from_source("https://github.com/mallory/app"))
case(
    "TAG_SOURCE_MISMATCH",
    "the build of v1.0, under the tag 1.0",
    provenance(source={"repository": "https://github.com/acme/{repo}", "ref": "refs/tags/{tag}"}),
)(attach())
case(
    "WORKFLOW_NOT_ALLOWED",
    "built by the workflow for pull requests",
    provenance(workflow=".github/workflows/release.yml"),
)(with_value(".github/workflows/pull-request.yml", *DEFINITION, "externalParameters", "workflow", "path"))
case("TRIGGER_NOT_ALLOWED", "a release that somebody started by hand", provenance(trigger=["push"]))(by_hand())
case(
    "INPUT_NOT_ALLOWED",
    "a debug build, by what was typed when it was started",
    provenance(trigger=["workflow_dispatch"], inputs={"debug": "false"}),
)(by_hand(debug="true"))
case(
    "PARAMETER_NOT_ALLOWED",
    "built with a parameter that no reviewer has seen",
    provenance(source={"repository": "https://github.com/acme/*", "ref": "refs/tags/**"},
               workflow=".github/workflows/release.yml", unexpectedParameters="deny"),
)(with_value("--insecure", *DEFINITION, "externalParameters", "flags"))  # fmt: skip
case(
    "MATERIAL_NOT_ALLOWED",
    "a tool was fetched from a place that the rule does not list",
    provenance(materials={"allow": ["git+https://github.com/acme/**"]}),
)(with_material("https://downloads.example/compiler.tar.gz"))
case(
    "PROVENANCE_INCOMPLETE",
    "the builder may have used more than it lists",
    provenance(materials={"allow": ["git+https://github.com/acme/**"], "complete": "required"}),
)(attach())
case("BUILD_NOT_HERMETIC", "the build may have fetched anything", provenance(hermetic="required"))(attach())
case("BUILD_NOT_REPRODUCIBLE", "nobody claims to be able to build it again", provenance(reproducible="required"))(attach())

