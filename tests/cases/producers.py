"""Provenance as each build system writes it: the predicate, the facts in it, and what a rule about them must answer.

The shapes follow what the systems publish about their build types; names and numbers are ours.
"""

from __future__ import annotations

import json
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


def _source(ref: str = MAIN, commit: str = COMMIT, repository: str = REPOSITORY) -> Json:
    return {"repository": repository, "ref": ref, "commit": commit}


def _git(ref: str = MAIN, algorithm: str = "sha1") -> Json:
    return {"uri": f"git+{REPOSITORY}@{ref}", "digest": {algorithm: COMMIT}}


def _v1(build_type: str, builder: str, parameters: Json, **members: Any) -> Json:
    definition: Json = {"buildType": build_type, "externalParameters": parameters}
    for name in ("internalParameters", "resolvedDependencies"):
        if name in members:
            definition[name] = members[name]
    details: Json = {"builder": {"id": builder}}
    if "metadata" in members:
        details["metadata"] = members["metadata"]
    return {"buildDefinition": definition, "runDetails": details}


def _by_slsa_verifier(ref: str) -> tuple[list[Json], list[tuple[Json, str]]]:
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


def _generator(kind: str, builder: str, ref: str, event: str, payload: Json) -> Producer:
    inputs = {key: str(value).lower() if value is not None else None for key, value in (payload.get("inputs") or {}).items()}
    inputs = {key: value for key, value in inputs.items() if value is not None}
    met, refused = _by_slsa_verifier(ref)
    met += [{"workflow": WORKFLOW}, {"workflow": ".github/workflows/*"}, {"trigger": [event]}, {"trigger": ["schedule", event]}]
    met += [{"materials": {"allow": [f"git+{REPOSITORY}@**"]}}]
    refused += [
        ({"workflow": ".github/workflows/other.yml"}, ENTRY),
        ({"workflow": "*"}, ENTRY),
        ({"trigger": ["pull_request"]}, TRIGGER),
        ({"materials": {"allow": ["git+https://github.com/other/**"]}}, MATERIAL),
        ({"materials": {"allow": ["**"], "complete": "required"}}, INCOMPLETE),
        ({"hermetic": "required"}, "BUILD_NOT_HERMETIC"),
        ({"reproducible": "required"}, "BUILD_NOT_REPRODUCIBLE"),
        ({"buildType": f"{GENERATOR}/other@v1"}, TYPE),
    ]
    if inputs:
        met += [
            {"inputs": {"version": "1.2.3"}},
            {"inputs": {"version": "1.*", "dry_run": "false"}},
            {"inputs": {"version": "1.2.3", "dry_run": "false"}, "unexpectedParameters": "deny"},
        ]
        refused += [
            ({"inputs": {"version": "1.2.4"}}, INPUT),
            ({"inputs": {"other": "**"}}, INPUT),
            ({"inputs": {"nothing": "**"}}, INPUT),
            ({"inputs": {"version": "1.2.3"}, "unexpectedParameters": "deny"}, PARAMETER),
        ]
    else:
        met += [{"unexpectedParameters": "deny"}]
        refused += [({"inputs": {"version": "**"}}, INPUT)]
    return Producer(
        f"generator-{kind}",
        V02,
        {
            "builder": {"id": builder},
            "buildType": f"{GENERATOR}/{kind}@v1",
            "invocation": {
                "configSource": {**_git(ref), "entryPoint": WORKFLOW},
                "parameters": {},
                "environment": {
                    "github_actor": "alice",
                    "github_event_name": event,
                    "github_event_payload": {"ref": ref, **payload},
                    "github_ref": ref,
                    "github_ref_type": "tag" if ref == RELEASE else "branch",
                    "github_repository_id": "486325809",
                    "github_repository_owner_id": "80431187",
                    "github_run_attempt": "1",
                    "github_run_id": "8373487125",
                    "github_sha1": COMMIT,
                },
            },
            "metadata": {
                "buildInvocationID": "8373487125-1",
                "completeness": {"parameters": True, "environment": False, "materials": False},
                "reproducible": False,
            },
            "materials": [_git(ref)],
        },
        {
            "builder": builder,
            "build-type": f"{GENERATOR}/{kind}@v1",
            "entry-point": WORKFLOW,
            "source": _source(ref),
            "inputs": inputs,
            "trigger": event,
            "address-end": "/actions/runs/8373487125/attempts/1",
            "repository-id": "486325809",
            "owner-id": "80431187",
            "invocation": "8373487125-1",
            "parameters-complete": "yes",
            "materials-complete": "no",
            "reproducible": "no",
            "materials": 1,
            "pinned": 1,
        },
        met,
        refused,
    )


def _generator_workflow(name: str) -> str:
    return f"{GENERATOR}/.github/workflows/{name}.yml@refs/tags/v2.1.0"


INPUTS = {"version": "1.2.3", "dry_run": False, "nothing": None}

_UPPER = {
    "GITHUB_EVENT_NAME": "workflow_dispatch",
    "GITHUB_EVENT_PAYLOAD": {"inputs": {"version": "1.2.3", "dry_run": "false"}, "ref": RELEASE},
    "GITHUB_REF": RELEASE,
    "GITHUB_REF_TYPE": "tag",
    "GITHUB_REPOSITORY_ID": "486325809",
    "GITHUB_REPOSITORY_OWNER_ID": "80431187",
    "GITHUB_RUN_ID": "8373487125",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": COMMIT,
    "GITHUB_WORKFLOW_REF": f"acme/app/{WORKFLOW}@{RELEASE}",
}
_RUN = f"{REPOSITORY}/actions/runs/8373487125/attempts/2"
_GITHUB_FACTS = {
    "entry-point": WORKFLOW,
    "inputs": {"version": "1.2.3", "dry_run": "false"},
    "trigger": "workflow_dispatch",
    "address-end": _RUN,
    "repository-id": "486325809",
    "owner-id": "80431187",
    "invocation": _RUN,
    "parameters-complete": "yes",
}


def _generator_v1(name: str, build_type: str, workflow: str, parameters: Json, listed: Json) -> Producer:
    met, refused = _by_slsa_verifier(RELEASE)
    inputs = {"version": "1.2.3", "dry_run": "false"}
    met += [
        {"workflow": WORKFLOW, "trigger": ["workflow_dispatch"], "inputs": {"version": "1.2.3"}},
        {"parameters": listed, "inputs": inputs, "source": {"repository": REPOSITORY, "commit": COMMIT}},
        {"parameters": dict(list(listed.items())[:1]), "unexpectedParameters": "allow"},
    ]
    refused += [
        ({"workflow": ".github/workflows/other.yml"}, ENTRY),
        ({"inputs": {"version": "2.0.0"}}, INPUT),
        ({"trigger": ["push"]}, TRIGGER),
        ({"parameters": listed, "source": {"repository": REPOSITORY, "commit": COMMIT}}, PARAMETER),
        ({"parameters": {next(iter(listed)): "other"}, "unexpectedParameters": "allow"}, PARAMETER),
        ({"parameters": {"/nothing": "**"}, "unexpectedParameters": "allow"}, PARAMETER),
        ({"inputs": inputs, "unexpectedParameters": "deny"}, PARAMETER),
    ]
    return Producer(
        name,
        V1,
        _v1(
            build_type,
            _generator_workflow(workflow),
            parameters,
            internalParameters=_UPPER,
            resolvedDependencies=[_git(RELEASE), {"uri": "https://example.com/builder", "digest": {"sha256": BASE}}],
            metadata={"invocationId": _RUN},
        ),
        {
            **_GITHUB_FACTS,
            "builder": _generator_workflow(workflow),
            "build-type": build_type,
            "source": _source(RELEASE),
            "materials": 2,
            "pinned": 2,
        },
        met,
        refused,
    )


def _github_attest() -> Producer:
    builder = f"https://github.com/acme/builders/{WORKFLOW}@{RELEASE}"
    build_type = "https://actions.github.io/buildtypes/workflow/v1"
    met, refused = _by_slsa_verifier(MAIN)
    met += [
        {"workflow": WORKFLOW, "trigger": ["workflow_dispatch"], "inputs": {"version": "1.2.3"}},
        {
            "source": {"repository": REPOSITORY, "branch": "main"},
            "workflow": WORKFLOW,
            "inputs": {"version": "1.2.3", "dry_run": "false"},
            "unexpectedParameters": "deny",
        },
        {"parameters": {"/inputs/dry_run": "false", "/workflow/path": WORKFLOW}, "unexpectedParameters": "allow"},
        {
            "parameters": {"/workflow/repository": REPOSITORY, "/workflow/ref": MAIN, "/workflow/path": WORKFLOW},
            "inputs": {"version": "1.2.3", "dry_run": "false"},
        },
        {"materials": {"allow": [f"git+{REPOSITORY}@{MAIN}"]}},
    ]
    refused += [
        ({"workflow": ".github/workflows/other.yml"}, ENTRY),
        ({"inputs": {"version": "1.2.4"}}, INPUT),
        ({"source": {"repository": REPOSITORY, "branch": "main"}, "unexpectedParameters": "deny"}, PARAMETER),
        ({"workflow": WORKFLOW, "source": {"branch": "main"}, "inputs": {"version": "1.2.3", "dry_run": "false"},
          "unexpectedParameters": "deny"}, PARAMETER),
        ({"workflow": WORKFLOW, "source": {"repository": REPOSITORY, "branch": "main"}, "inputs": {"version": "1.2.3"},
          "unexpectedParameters": "deny"}, PARAMETER),
        ({"parameters": {"/workflow": "**"}, "unexpectedParameters": "allow"}, PARAMETER),
        ({"parameters": {"/workflow/path": WORKFLOW}}, PARAMETER),
    ]  # fmt: skip
    return Producer(
        "github-attest",
        V1,
        _v1(
            build_type,
            builder,
            {
                "workflow": {"ref": MAIN, "repository": REPOSITORY, "path": WORKFLOW},
                "inputs": {"version": "1.2.3", "dry_run": False},
            },
            internalParameters={
                "github": {
                    "event_name": "workflow_dispatch",
                    "repository_id": "486325809",
                    "repository_owner_id": "80431187",
                    "runner_environment": "github-hosted",
                }
            },
            resolvedDependencies=[_git(MAIN, "gitCommit")],
            metadata={"invocationId": _RUN},
        ),
        {
            **_GITHUB_FACTS,
            "builder": builder,
            "build-type": build_type,
            "source": _source(),
            "environment": "github-hosted",
            "materials": 1,
            "pinned": 1,
        },
        met,
        refused,
    )


def _google_v01() -> Producer:
    builder = "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"
    build_type = "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1"
    met, refused = _by_slsa_verifier(RELEASE)
    met += [{"workflow": "cloudbuild.yaml"}, {"parameters": {"/substitutions/TAG_NAME": "v1.*"}, "unexpectedParameters": "allow"}]
    refused += [({"trigger": ["push"]}, TRIGGER), ({"inputs": {"TAG_NAME": "v1.2.3"}}, INPUT)]
    refused += [({"parameters": {"/substitutions/TAG_NAME": "v1.2.3", "/@type": "**"}}, INCOMPLETE)]
    return Producer(
        "google-cloud-build-v0.1",
        V01,
        {
            "builder": {"id": builder},
            "recipe": {
                "type": build_type,
                "definedInMaterial": "-1",
                "entryPoint": "cloudbuild.yaml",
                "arguments": {
                    "@type": "type.googleapis.com/google.devtools.cloudbuild.v1.Build",
                    "substitutions": {"TAG_NAME": "v1.2.3"},
                },
            },
            "metadata": {
                "buildInvocationId": "9c11d255-0469-4a6a-b7d0-d510c6697c54",
                "buildStartedOn": "2026-01-02T03:04:05.678901234Z",
                "buildFinishedOn": "2026-01-02T03:05:05.678901Z",
            },
            "materials": [{"uri": f"{REPOSITORY}/commit/{COMMIT}"}],
        },
        {
            "builder": builder,
            "build-type": build_type,
            "entry-point": "cloudbuild.yaml",
            "source": _source(RELEASE),
            "invocation": "9c11d255-0469-4a6a-b7d0-d510c6697c54",
            "materials": 1,
            "pinned": 0,
        },
        met,
        refused,
    )


def _google_v1() -> Producer:
    builder = "https://cloudbuild.googleapis.com/GoogleHostedWorker"
    build_type = "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1"
    met, refused = _by_slsa_verifier(RELEASE)
    complete = {"source": {"repository": REPOSITORY, "tag": "v1.2.3"}, "workflow": "cloudbuild.yaml"}
    met += [
        {"source": {"repository": REPOSITORY, "commit": COMMIT}},
        {**complete, "parameters": {"/substitutions/_FLAVOUR": "small"}},
        {"materials": {"allow": [f"git+{REPOSITORY}@**", "gcr.io/cloud-builders/*@**"]}},
    ]
    refused += [
        ({**complete, "unexpectedParameters": "deny"}, PARAMETER),
        ({"materials": {"allow": [f"git+{REPOSITORY}@**"]}}, MATERIAL),
    ]
    image = f"gcr.io/cloud-builders/docker@sha256:{BASE}"
    return Producer(
        "google-cloud-build-v1",
        V1,
        _v1(
            build_type,
            builder,
            {
                "buildConfigSource": {"path": "cloudbuild.yaml", "ref": RELEASE, "repository": f"git+{REPOSITORY}"},
                "substitutions": {"_FLAVOUR": "small"},
            },
            internalParameters={"systemSubstitutions": {"TAG_NAME": "v1.2.3", "COMMIT_SHA": COMMIT}},
            resolvedDependencies=[_git(RELEASE, "gitCommit"), {"uri": image, "digest": {"sha256": BASE}}],
            metadata={"invocationId": "https://cloudbuild.googleapis.com/v1/projects/acme/locations/us/builds/9c11"},
        ),
        {
            "builder": builder,
            "build-type": build_type,
            "entry-point": "cloudbuild.yaml",
            "source": _source(RELEASE),
            "invocation": "https://cloudbuild.googleapis.com/v1/projects/acme/locations/us/builds/9c11",
            "parameters-complete": "yes",
            "materials": 2,
            "pinned": 2,
        },
        met,
        refused,
    )


GITLAB = "https://gitlab.com/acme/app"
RUNNER = "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/v17.0.0/PROVENANCE.md"
GITLAB_MET: list[Json] = [
    {"source": {"repository": GITLAB}},
    {"workflow": "build-image"},
    {"workflow": "build-*", "buildType": "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/v17.*/PROVENANCE.md"},
]
GITLAB_REFUSED: list[tuple[Json, str]] = [
    ({"source": {"repository": GITLAB + "s"}}, SOURCE),
    # A commit that is called a sha256 says what it is not.
    ({"source": {"commit": COMMIT}}, SOURCE),
    ({"source": {"branch": "**"}}, SOURCE),
    ({"workflow": "test"}, ENTRY),
    ({"materials": {"allow": [f"{GITLAB}**"]}}, MATERIAL),
    ({"trigger": ["push"]}, TRIGGER),
]


def _gitlab_v02() -> Producer:
    config = {"uri": GITLAB, "digest": {"sha256": COMMIT}}
    return Producer(
        "gitlab-v0.2",
        V02,
        {
            "builder": {"id": f"{GITLAB}/-/runners/12270807"},
            "buildType": RUNNER,
            "invocation": {
                "configSource": {**config, "entryPoint": "build-image"},
                "parameters": {"CI_COMMIT_REF_NAME": "", "IMAGE": ""},
                "environment": {"name": "runner-1", "executor": "docker", "architecture": "amd64"},
            },
            "metadata": {
                "buildInvocationID": "10",
                "completeness": {"parameters": True, "environment": True, "materials": False},
                "reproducible": False,
            },
            "materials": [config],
        },
        {
            "builder": f"{GITLAB}/-/runners/12270807",
            "build-type": RUNNER,
            "entry-point": "build-image",
            "source": _source("", "", GITLAB),
            "invocation": "10",
            "parameters-complete": "yes",
            "materials-complete": "no",
            "reproducible": "no",
            "materials": 1,
            "pinned": 0,
        },
        GITLAB_MET,
        GITLAB_REFUSED,
    )


def _gitlab_v1() -> Producer:
    complete = {"source": {"repository": GITLAB}, "workflow": "build-image"}
    return Producer(
        "gitlab-v1",
        V1,
        _v1(
            RUNNER,
            f"{GITLAB}/-/runners/12270807",
            {"source": GITLAB, "entryPoint": "build-image", "variables": {"IMAGE": "app"}},
            internalParameters={"name": "runner-1", "executor": "docker", "architecture": "amd64", "job": "10"},
            resolvedDependencies=[{"uri": GITLAB, "digest": {"sha256": COMMIT}}],
            metadata={"invocationID": "10"},
        ),
        {
            "builder": f"{GITLAB}/-/runners/12270807",
            "build-type": RUNNER,
            "entry-point": "build-image",
            "source": _source("", "", GITLAB),
            "invocation": "10",
            "parameters-complete": "yes",
            "materials": 1,
            "pinned": 0,
        },
        [*GITLAB_MET, {**complete, "parameters": {"/variables/IMAGE": "app"}}],
        [*GITLAB_REFUSED, ({**complete, "unexpectedParameters": "deny"}, PARAMETER)],
    )


TEKTON = "https://tekton.dev/chains/v2"


def _tekton_v02() -> Producer:
    met, refused = _by_slsa_verifier(MAIN)
    met += [
        {"reproducible": "required"},
        {"parameters": {"/revision": "main"}},
        {"materials": {"allow": [f"git+{REPOSITORY}@**", "oci://gcr.io/tekton/*"], "complete": "required"}},
    ]
    refused += [
        ({"parameters": {"/revision": "release"}}, PARAMETER),
        ({"parameters": {"/other": "**"}}, PARAMETER),
        ({"unexpectedParameters": "deny"}, PARAMETER),
        ({"hermetic": "required"}, "BUILD_NOT_HERMETIC"),
        ({"materials": {"allow": [f"git+{REPOSITORY}@**"]}}, MATERIAL),
    ]
    return Producer(
        "tekton-v0.2",
        V02,
        {
            "builder": {"id": TEKTON},
            "buildType": "tekton.dev/v1/PipelineRun",
            "invocation": {
                "configSource": {
                    "uri": "git+https://github.com/acme/pipelines@refs/heads/main",
                    "digest": {"sha1": "b" * 40},
                    "entryPoint": "build.yaml",
                },
                "parameters": {"revision": "main"},
            },
            "buildConfig": {"tasks": []},
            "metadata": {
                "buildStartedOn": "2026-01-02T03:04:05Z",
                "completeness": {"parameters": True, "environment": False, "materials": True},
                "reproducible": True,
            },
            "materials": [
                _git(),
                {"uri": "oci://gcr.io/tekton/git", "digest": {"sha256": BASE}},
            ],
        },
        {
            "builder": TEKTON,
            "build-type": "tekton.dev/v1/PipelineRun",
            "entry-point": "build.yaml",
            "source": _source(),
            "parameters-complete": "yes",
            "materials-complete": "yes",
            "reproducible": "yes",
            "materials": 2,
            "pinned": 2,
        },
        met,
        refused,
    )


def _tekton_v1() -> Producer:
    build_type = f"{TEKTON}/slsa-tekton"
    met, refused = _by_slsa_verifier(MAIN)
    config = "git+https://github.com/acme/pipelines"
    met += [
        {"workflow": "build.yaml", "parameters": {"/runSpec/params/0/value": "main"}, "unexpectedParameters": "allow"},
        {
            "workflow": "build.yaml",
            "parameters": {
                "/runSpec/params/0/name": "revision",
                "/runSpec/params/0/value": "main",
                "/buildConfigSource/ref": "b" * 40,
                "/buildConfigSource/repository": config,
            },
        },
    ]
    refused += [
        ({"parameters": {"/runSpec/params/0/value": "main"}}, PARAMETER),
        ({"parameters": {"/runSpec/params/1/value": "**"}, "unexpectedParameters": "allow"}, PARAMETER),
    ]
    return Producer(
        "tekton-v1",
        V1,
        _v1(
            build_type,
            TEKTON,
            {
                "runSpec": {"params": [{"name": "revision", "value": "main"}], "workspaces": []},
                "buildConfigSource": {"ref": "b" * 40, "repository": config, "path": "build.yaml"},
            },
            internalParameters={"tekton-pipelines-feature-flags": {"EnableAPIFields": "stable"}},
            resolvedDependencies=[
                {"name": "pipeline", "uri": config, "digest": {"sha1": "b" * 40}},
                {**_git(), "name": "inputs/result"},
                {"uri": "oci://gcr.io/tekton/git", "digest": {"sha256": BASE}},
            ],
            metadata={"invocationID": "3dd6f0a2-0000-4000-8000-000000000000", "startedOn": "2026-01-02T03:04:05Z"},
        ),
        {
            "builder": TEKTON,
            "build-type": build_type,
            "entry-point": "build.yaml",
            "source": _source(),
            "invocation": "3dd6f0a2-0000-4000-8000-000000000000",
            "parameters-complete": "yes",
            "materials": 3,
            "pinned": 3,
        },
        met,
        refused,
    )


BUILDX = "https://github.com/acme/app/actions/runs/8373487125"
_CONTEXT = {"uri": f"{REPOSITORY}.git#{MAIN}", "digest": {"sha1": COMMIT}}
_ALPINE = {"uri": "pkg:docker/alpine@3.20?platform=linux%2Famd64", "digest": {"sha256": BASE}}


def _buildkit(version: str) -> Producer:
    met, refused = _by_slsa_verifier(MAIN)
    place = "/args" if version == "v0.2" else "/request/args"
    frontend = "/frontend" if version == "v0.2" else "/request/frontend"
    met += [
        {"workflow": "Dockerfile"},
        {"hermetic": "required"},
        {"source": {"commit": COMMIT}},
        {"parameters": {f"{place}/target": "release"}, "unexpectedParameters": "allow"},
        {"materials": {"allow": ["pkg:docker/alpine@**", f"{REPOSITORY}.git#**"], "complete": "required"}},
    ]
    complete = {"parameters": {f"{place}/target": "release", frontend: "dockerfile.v0"}}
    if version == "v0.2":
        met += [complete]
    else:
        met += [{**complete, "source": {"repository": REPOSITORY, "commit": COMMIT}, "workflow": "Dockerfile"}]
    refused += [
        ({"workflow": "Dockerfile.debug"}, ENTRY),
        ({"reproducible": "required"}, "BUILD_NOT_REPRODUCIBLE"),
        ({"parameters": {f"{place}/target": "debug"}, "unexpectedParameters": "allow"}, PARAMETER),
        ({"parameters": {f"{place}/target": "release"}}, PARAMETER),
        ({"materials": {"allow": ["pkg:docker/alpine@**"]}}, MATERIAL),
        ({"inputs": {"target": "release"}}, INPUT),
    ]
    request = {"frontend": "dockerfile.v0", "args": {"target": "release"}, "secrets": [], "ssh": []}
    facts = {
        "builder": BUILDX,
        "entry-point": "Dockerfile",
        "source": _source(),
        "invocation": "kxqy8bsw7o0xdc5z3cm6n8wgy",
        "parameters-complete": "yes",
        "materials-complete": "yes",
        "hermetic": "yes",
        "reproducible": "no",
        "materials": 2,
        "pinned": 2,
    }
    if version == "v0.2":
        build_type = "https://mobyproject.org/buildkit@v1"
        predicate: Json = {
            "builder": {"id": BUILDX},
            "buildType": build_type,
            "invocation": {
                "configSource": {**_CONTEXT, "entryPoint": "Dockerfile"},
                "parameters": request,
                "environment": {"platform": "linux/amd64"},
            },
            "metadata": {
                "buildInvocationID": "kxqy8bsw7o0xdc5z3cm6n8wgy",
                "completeness": {"parameters": True, "environment": True, "materials": True},
                "reproducible": False,
                f"{build_type}#hermetic": True,
                f"{build_type}#metadata": {"vcs": {"source": "https://github.com/mallory/app", "revision": "c" * 40}},
            },
            "materials": [_ALPINE, _CONTEXT],
        }
        return Producer("buildkit-v0.2", V02, predicate, {**facts, "build-type": build_type}, met, refused)
    build_type = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md"
    predicate = _v1(
        build_type,
        BUILDX,
        {"configSource": {**_CONTEXT, "path": "Dockerfile"}, "request": request},
        internalParameters={"builderPlatform": "linux/amd64"},
        resolvedDependencies=[_ALPINE, _CONTEXT],
        metadata={
            "invocationID": "kxqy8bsw7o0xdc5z3cm6n8wgy",
            "buildkit_hermetic": True,
            "buildkit_reproducible": False,
            "buildkit_completeness": {"request": True, "resolvedDependencies": True},
            "buildkit_metadata": {"vcs": {"source": "https://github.com/mallory/app", "revision": "c" * 40}},
        },
    )
    return Producer("buildkit-v1", V1, predicate, {**facts, "build-type": build_type}, met, refused)


def _jenkins() -> Producer:
    """A builder of one's own: what it says of the source is known to whoever wrote its build type, and to a policy that
    compares its parameters; nothing is guessed."""
    builder = "https://jenkins.acme.example/"
    build_type = "https://jenkins.acme.example/buildtypes/pipeline/v1"
    listed = {
        "/scm/url": f"git+{REPOSITORY}",
        "/scm/commit": COMMIT,
        "/jenkinsfile": "Jenkinsfile",
        "/parameters/RELEASE": "true",
        "/parameters/RETRIES": "3",
    }
    return Producer(
        "jenkins-style",
        V1,
        _v1(
            build_type,
            builder,
            {
                "scm": {"url": f"git+{REPOSITORY}", "commit": COMMIT},
                "jenkinsfile": "Jenkinsfile",
                "parameters": {"RELEASE": True, "RETRIES": 3},
            },
            resolvedDependencies=[_git(MAIN, "gitCommit")],
            metadata={"invocationId": "https://jenkins.acme.example/job/app/42/"},
        ),
        {
            "builder": builder,
            "build-type": build_type,
            "invocation": "https://jenkins.acme.example/job/app/42/",
            "parameters-complete": "yes",
            "materials": 1,
            "pinned": 1,
        },
        [{"parameters": listed}, {"parameters": {"/scm/url": f"git+{REPOSITORY}"}, "unexpectedParameters": "allow"}],
        [
            ({"source": {"repository": "**"}}, SOURCE),
            ({"workflow": "**"}, ENTRY),
            ({"trigger": ["push"]}, TRIGGER),
            ({"parameters": {**listed, "/scm/url": "git+https://github.com/mallory/app"}}, PARAMETER),
            ({"parameters": {**listed, "/parameters/RELEASE": "false"}}, PARAMETER),
            ({"parameters": {key: value for key, value in listed.items() if key != "/parameters/RETRIES"}}, PARAMETER),
        ],
    )


def _own_v01() -> Producer:
    met, refused = _by_slsa_verifier(MAIN)
    return Producer(
        "own-v0.1",
        V01,
        {
            "builder": {"id": "https://ci.acme.example/builder"},
            "recipe": {
                "type": "https://ci.acme.example/make@v1",
                "definedInMaterial": 1,
                "entryPoint": "release",
                "arguments": {"CFLAGS": "-O2"},
            },
            "metadata": {
                "buildInvocationId": "42",
                "completeness": {"arguments": True, "environment": False, "materials": True},
                "reproducible": True,
            },
            "materials": [{"uri": "https://example.com/gcc.tar.xz", "digest": {"sha256": BASE}}, _git()],
        },
        {
            "builder": "https://ci.acme.example/builder",
            "build-type": "https://ci.acme.example/make@v1",
            "entry-point": "release",
            "source": _source(),
            "invocation": "42",
            "parameters-complete": "yes",
            "materials-complete": "yes",
            "reproducible": "yes",
            "materials": 2,
            "pinned": 2,
        },
        [*met, {"parameters": {"/CFLAGS": "-O*"}}, {"reproducible": "required"}, {"workflow": "release"}],
        [*refused, ({"parameters": {"/CFLAGS": "-O3"}}, PARAMETER), ({"unexpectedParameters": "deny"}, PARAMETER)],
    )


def producers() -> list[Producer]:
    return [
        _generator("container", _generator_workflow("generator_container_slsa3"), MAIN, "workflow_dispatch", {"inputs": INPUTS}),
        _generator("generic", _generator_workflow("generator_generic_slsa3"), RELEASE, "push", {"inputs": None}),
        _generator("go", _generator_workflow("builder_go_slsa3"), RELEASE, "push", {}),
        _generator_v1(
            "generator-delegator",
            f"{GENERATOR}/delegator-generic@v0",
            "delegator_generic_slsa3",
            {"inputs": {"flags": "-v"}, "vars": {}},
            {"/inputs/flags": "-v"},
        ),
        _generator_v1(
            "generator-container-based",
            "https://slsa.dev/container-based-build/v0.1?draft",
            "builder_container-based_slsa3",
            {"source": _git(RELEASE), "configPath": "build.toml", "builderImage": {"uri": "gcr.io/b", "digest": {"sha256": BASE}}},
            {"/configPath": "build.toml", "/builderImage/uri": "gcr.io/b", "/builderImage/digest/sha256": BASE},
        ),
        _github_attest(),
        _google_v01(),
        _google_v1(),
        _gitlab_v02(),
        _gitlab_v1(),
        _tekton_v02(),
        _tekton_v1(),
        _buildkit("v0.2"),
        _buildkit("v1"),
        _jenkins(),
        _own_v01(),
    ]


def expected(producer: Producer) -> Json:
    return json.loads(
        json.dumps(
            {
                "facts": {"predicate-type": producer.predicate_type, **producer.facts},
                "met": producer.met,
                "refused": [{"leaf": leaf, "reason": reason} for leaf, reason in producer.refused],
            }
        )
    )
