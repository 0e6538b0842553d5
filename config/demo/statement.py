"""In-toto statements v0.1 and v1, and SLSA provenance v0.2 and v1, as plain documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence
from urllib.parse import quote

from .oci import CREATED, Descriptor, Json, Platform

STATEMENT_V01 = "https://in-toto.io/Statement/v0.1"
STATEMENT_V1 = "https://in-toto.io/Statement/v1"

PROVENANCE_V02 = "https://slsa.dev/provenance/v0.2"
PROVENANCE_V1 = "https://slsa.dev/provenance/v1"
COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1"

WORKFLOW_BUILD = "https://actions.github.io/buildtypes/workflow/v1"
GENERATOR_BUILD = "https://github.com/slsa-framework/slsa-github-generator/container@v1"


@dataclass(frozen=True)
class Source:
    """Where the code came from. `repository` is a plain URL, without `git+` and without a ref."""

    repository: str
    ref: str = "refs/tags/v1.0"
    commit: str = "0123456789abcdef0123456789abcdef01234567"
    path: str = ".github/workflows/release.yml"

    @property
    def uri(self) -> str:
        return f"git+{self.repository}@{self.ref}"


@dataclass(frozen=True)
class Material:
    """One input of a build: a `material` of provenance v0.2, a `resolvedDependency` of v1."""

    uri: str
    digest: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> Json:
        return {"uri": self.uri, "digest": dict(self.digest)}


def image_material(name: str, image: Descriptor, *, tag: str = "", platform: Platform = Platform()) -> Material:
    """A base image as BuildKit names it: a `pkg:docker` purl with the platform, and the digest beside it."""
    version = f"@{tag}" if tag else ""
    return Material(
        f"pkg:docker/{name}{version}?platform={quote(str(platform), safe='')}", {"sha256": image.hex}
    )


def subject(name: str, image: Descriptor, **members: Any) -> Json:
    algorithm, _, encoded = image.digest.partition(":")
    return {"name": name, "digest": {algorithm: encoded}, **members}


def statement(
    subjects: Sequence[Json],
    predicate_type: str,
    predicate: Json,
    *,
    statement_type: str = STATEMENT_V1,
) -> Json:
    return {
        "_type": statement_type,
        "subject": list(subjects),
        "predicateType": predicate_type,
        "predicate": predicate,
    }


def cosign_sign_statement(image: Descriptor, annotations: Mapping[str, str] | None = None) -> Json:
    """What `cosign sign` of version 3 puts into a bundle: a nameless subject and an empty predicate."""
    algorithm, _, encoded = image.digest.partition(":")
    entry: Json = {"digest": {algorithm: encoded}}
    if annotations:
        entry["annotations"] = dict(annotations)
    return statement([entry], COSIGN_SIGN, {})


def provenance_v02(
    builder_id: str,
    source: Source,
    *,
    build_type: str = GENERATOR_BUILD,
    materials: Sequence[Material] = (),
) -> Json:
    """The source is written as `configSource` and as the first material, as slsa-github-generator does."""
    digest = {"sha1": source.commit}
    return {
        "builder": {"id": builder_id},
        "buildType": build_type,
        "invocation": {
            "configSource": {"uri": source.uri, "digest": digest, "entryPoint": source.path},
            "parameters": {},
            "environment": {"github_ref": source.ref, "github_sha1": source.commit},
        },
        "metadata": {
            "buildInvocationID": "1-1",
            "buildStartedOn": CREATED,
            "buildFinishedOn": CREATED,
            "completeness": {"parameters": True, "environment": False, "materials": False},
            "reproducible": False,
        },
        "materials": [Material(source.uri, digest).as_json(), *(m.as_json() for m in materials)],
    }


def provenance_v1(
    builder_id: str,
    source: Source,
    *,
    build_type: str = WORKFLOW_BUILD,
    dependencies: Sequence[Material] = (),
) -> Json:
    """The source is written as `externalParameters.workflow` and as the first dependency, as GitHub does."""
    checkout = Material(source.uri, {"gitCommit": source.commit})
    return {
        "buildDefinition": {
            "buildType": build_type,
            "externalParameters": {
                "workflow": {"ref": source.ref, "repository": source.repository, "path": source.path}
            },
            "internalParameters": {"github": {"event_name": "push", "runner_environment": "github-hosted"}},
            "resolvedDependencies": [checkout.as_json(), *(d.as_json() for d in dependencies)],
        },
        "runDetails": {
            "builder": {"id": builder_id},
            "metadata": {"invocationId": f"{source.repository}/actions/runs/1/attempts/1"},
        },
    }
