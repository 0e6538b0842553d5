"""Builders of one's own: as Jenkins is used, and in v0.1."""

from __future__ import annotations

from producers.producer import (
    BASE,
    COMMIT,
    ENTRY,
    MAIN,
    PARAMETER,
    Producer,
    REPOSITORY,
    SOURCE,
    TRIGGER,
    V01,
    V1,
    by_slsa_verifier,
    git_material,
    predicate_v1,
    stated_source,
)


def jenkins() -> Producer:
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
        predicate_v1(
            build_type,
            builder,
            {
                "scm": {"url": f"git+{REPOSITORY}", "commit": COMMIT},
                "jenkinsfile": "Jenkinsfile",
                "parameters": {"RELEASE": True, "RETRIES": 3},
            },
            resolvedDependencies=[git_material(MAIN, "gitCommit")],
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


def own_v01() -> Producer:
    met, refused = by_slsa_verifier(MAIN)
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
            "materials": [{"uri": "https://example.com/gcc.tar.xz", "digest": {"sha256": BASE}}, git_material()],
        },
        {
            "builder": "https://ci.acme.example/builder",
            "build-type": "https://ci.acme.example/make@v1",
            "entry-point": "release",
            "source": stated_source(),
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
