"""Tekton Chains, v0.2 and v1."""

from __future__ import annotations

from producers.producer import (
    BASE,
    MAIN,
    MATERIAL,
    PARAMETER,
    Producer,
    REPOSITORY,
    V02,
    V1,
    by_slsa_verifier,
    git_material,
    predicate_v1,
    stated_source,
)

TEKTON = "https://tekton.dev/chains/v2"


def tekton_v02() -> Producer:
    met, refused = by_slsa_verifier(MAIN)
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
                git_material(),
                {"uri": "oci://gcr.io/tekton/git", "digest": {"sha256": BASE}},
            ],
        },
        {
            "builder": TEKTON,
            "build-type": "tekton.dev/v1/PipelineRun",
            "entry-point": "build.yaml",
            "source": stated_source(),
            "parameters-complete": "yes",
            "materials-complete": "yes",
            "reproducible": "yes",
            "materials": 2,
            "pinned": 2,
        },
        met,
        refused,
    )


def tekton_v1() -> Producer:
    build_type = f"{TEKTON}/slsa-tekton"
    met, refused = by_slsa_verifier(MAIN)
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
        predicate_v1(
            build_type,
            TEKTON,
            {
                "runSpec": {"params": [{"name": "revision", "value": "main"}], "workspaces": []},
                "buildConfigSource": {"ref": "b" * 40, "repository": config, "path": "build.yaml"},
            },
            internalParameters={"tekton-pipelines-feature-flags": {"EnableAPIFields": "stable"}},
            resolvedDependencies=[
                {"name": "pipeline", "uri": config, "digest": {"sha1": "b" * 40}},
                {**git_material(), "name": "inputs/result"},
                {"uri": "oci://gcr.io/tekton/git", "digest": {"sha256": BASE}},
            ],
            metadata={"invocationID": "3dd6f0a2-0000-4000-8000-000000000000", "startedOn": "2026-01-02T03:04:05Z"},
        ),
        {
            "builder": TEKTON,
            "build-type": build_type,
            "entry-point": "build.yaml",
            "source": stated_source(),
            "invocation": "3dd6f0a2-0000-4000-8000-000000000000",
            "parameters-complete": "yes",
            "materials": 3,
            "pinned": 3,
        },
        met,
        refused,
    )
