"""What is said of a producer, and what several of them have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from writing import Json

V01 = "https://slsa.dev/provenance/v0.1"
V02 = "https://slsa.dev/provenance/v0.2"
V1 = "https://slsa.dev/provenance/v1"

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "https://github.com/acme/app"
MAIN = "refs/heads/main"
RELEASE = "refs/tags/v1.2.3"
WORKFLOW = ".github/workflows/release.yml"
GENERATOR = "https://github.com/slsa-framework/slsa-github-generator"
BASE = "a" * 64

# What a rule answers.
SOURCE = "SOURCE_NOT_ALLOWED"
INPUT = "INPUT_NOT_ALLOWED"
PARAMETER = "PARAMETER_NOT_ALLOWED"
TRIGGER = "TRIGGER_NOT_ALLOWED"
ENTRY = "WORKFLOW_NOT_ALLOWED"
MATERIAL = "MATERIAL_NOT_ALLOWED"
INCOMPLETE = "PROVENANCE_INCOMPLETE"
TYPE = "BUILD_TYPE_NOT_ALLOWED"


@dataclass(frozen=True)
class Producer:
    """`facts` are those that a reader must find, and no others; `met` and `refused` are what rules ask for."""

    name: str
    predicate_type: str
    predicate: Json
    facts: Json
    met: list[Json]
    refused: list[tuple[Json, str]] = field(default_factory=list)


def stated_source(ref: str = MAIN, commit: str = COMMIT, repository: str = REPOSITORY) -> Json:
    return {"repository": repository, "ref": ref, "commit": commit}


def git_material(ref: str = MAIN, algorithm: str = "sha1") -> Json:
    return {"uri": f"git+{REPOSITORY}@{ref}", "digest": {algorithm: COMMIT}}


def predicate_v1(build_type: str, builder: str, parameters: Json, **members: Any) -> Json:
    definition: Json = {"buildType": build_type, "externalParameters": parameters}
    for name in ("internalParameters", "resolvedDependencies"):
        if name in members:
            definition[name] = members[name]
    details: Json = {"builder": {"id": builder}}
    if "metadata" in members:
        details["metadata"] = members["metadata"]
    return {"buildDefinition": definition, "runDetails": details}


def by_slsa_verifier(ref: str) -> tuple[list[Json], list[tuple[Json, str]]]:
    """The options of slsa-verifier about the source, each right and wrong."""
    met: list[Json] = [{"source": {"repository": REPOSITORY}}, {"source": {"ref": ref}}]
    refused = [
        ({"source": {"repository": REPOSITORY + "s"}}, SOURCE),
        ({"source": {"repository": "https://github.com/acme"}}, SOURCE),
        ({"source": {"ref": ref + "s"}}, SOURCE),
    ]
    if ref == MAIN:
        met += [{"source": {"branch": "main"}}, {"source": {"branch": "ma*"}}]
        refused += [
            ({"source": {"branch": "release"}}, SOURCE),
            ({"source": {"branch": "ma"}}, SOURCE),
            ({"source": {"tag": "main"}}, SOURCE),
            ({"source": {"tag": "**"}}, SOURCE),
            ({"source": {"versionedTag": "v1"}}, SOURCE),
        ]
    else:
        met += [{"source": {"tag": "v1.2.3"}}]
        met += [{"source": {"versionedTag": version}} for version in ("v1", "v1.2", "v1.2.3")]
        refused += [({"source": {"versionedTag": version}}, SOURCE) for version in ("v2", "v1.3", "v1.2.4", "v1.2.3-rc1")]
        refused += [({"source": {"tag": "v1.2.4"}}, SOURCE), ({"source": {"branch": "**"}}, SOURCE)]
    return met, refused
