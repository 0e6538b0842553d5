"""GitLab's runner, v0.2 and v1."""

from __future__ import annotations

from producers.producer import (
    COMMIT,
    ENTRY,
    MATERIAL,
    PARAMETER,
    Producer,
    SOURCE,
    TRIGGER,
    V02,
    V1,
    predicate_v1,
    stated_source,
)
from writing import Json


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


def gitlab_v02() -> Producer:
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
            "source": stated_source("", "", GITLAB),
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


def gitlab_v1() -> Producer:
    complete = {"source": {"repository": GITLAB}, "workflow": "build-image"}
    return Producer(
        "gitlab-v1",
        V1,
        predicate_v1(
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
            "source": stated_source("", "", GITLAB),
            "invocation": "10",
            "parameters-complete": "yes",
            "materials": 1,
            "pinned": 0,
        },
        [*GITLAB_MET, {**complete, "parameters": {"/variables/IMAGE": "app"}}],
        [*GITLAB_REFUSED, ({**complete, "unexpectedParameters": "deny"}, PARAMETER)],
    )
