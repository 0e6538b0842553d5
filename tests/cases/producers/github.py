"""GitHub: slsa-github-generator in its forms, and actions/attest."""

from __future__ import annotations

from producers.producer import (
    BASE,
    COMMIT,
    ENTRY,
    GENERATOR,
    INCOMPLETE,
    INPUT,
    MAIN,
    MATERIAL,
    PARAMETER,
    Producer,
    RELEASE,
    REPOSITORY,
    TRIGGER,
    TYPE,
    V02,
    V1,
    WORKFLOW,
    by_slsa_verifier,
    git_material,
    predicate_v1,
    stated_source,
)
from writing import Json


def generator(kind: str, builder: str, ref: str, event: str, payload: Json) -> Producer:
    inputs = {key: str(value).lower() if value is not None else None for key, value in (payload.get("inputs") or {}).items()}
    inputs = {key: value for key, value in inputs.items() if value is not None}
    met, refused = by_slsa_verifier(ref)
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
                "configSource": {**git_material(ref), "entryPoint": WORKFLOW},
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
            "materials": [git_material(ref)],
        },
        {
            "builder": builder,
            "build-type": f"{GENERATOR}/{kind}@v1",
            "entry-point": WORKFLOW,
            "source": stated_source(ref),
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


def generator_workflow(name: str) -> str:
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


def generator_v1(name: str, build_type: str, workflow: str, parameters: Json, listed: Json) -> Producer:
    met, refused = by_slsa_verifier(RELEASE)
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
        predicate_v1(
            build_type,
            generator_workflow(workflow),
            parameters,
            internalParameters=_UPPER,
            resolvedDependencies=[git_material(RELEASE), {"uri": "https://example.com/builder", "digest": {"sha256": BASE}}],
            metadata={"invocationId": _RUN},
        ),
        {
            **_GITHUB_FACTS,
            "builder": generator_workflow(workflow),
            "build-type": build_type,
            "source": stated_source(RELEASE),
            "materials": 2,
            "pinned": 2,
        },
        met,
        refused,
    )


def github_attest() -> Producer:
    builder = f"https://github.com/acme/builders/{WORKFLOW}@{RELEASE}"
    build_type = "https://actions.github.io/buildtypes/workflow/v1"
    met, refused = by_slsa_verifier(MAIN)
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
        predicate_v1(
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
            resolvedDependencies=[git_material(MAIN, "gitCommit")],
            metadata={"invocationId": _RUN},
        ),
        {
            **_GITHUB_FACTS,
            "builder": builder,
            "build-type": build_type,
            "source": stated_source(),
            "environment": "github-hosted",
            "materials": 1,
            "pinned": 1,
        },
        met,
        refused,
    )
