"""Google Cloud Build, v0.1 and v1."""

from __future__ import annotations

from producers.producer import (
    BASE,
    COMMIT,
    INCOMPLETE,
    INPUT,
    MATERIAL,
    PARAMETER,
    Producer,
    RELEASE,
    REPOSITORY,
    TRIGGER,
    V01,
    V1,
    by_slsa_verifier,
    git_material,
    predicate_v1,
    stated_source,
)


def google_v01() -> Producer:
    builder = "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"
    build_type = "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1"
    met, refused = by_slsa_verifier(RELEASE)
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
            "source": stated_source(RELEASE),
            "invocation": "9c11d255-0469-4a6a-b7d0-d510c6697c54",
            "materials": 1,
            "pinned": 0,
        },
        met,
        refused,
    )


def google_v1() -> Producer:
    builder = "https://cloudbuild.googleapis.com/GoogleHostedWorker"
    build_type = "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1"
    met, refused = by_slsa_verifier(RELEASE)
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
        predicate_v1(
            build_type,
            builder,
            {
                "buildConfigSource": {"path": "cloudbuild.yaml", "ref": RELEASE, "repository": f"git+{REPOSITORY}"},
                "substitutions": {"_FLAVOUR": "small"},
            },
            internalParameters={"systemSubstitutions": {"TAG_NAME": "v1.2.3", "COMMIT_SHA": COMMIT}},
            resolvedDependencies=[git_material(RELEASE, "gitCommit"), {"uri": image, "digest": {"sha256": BASE}}],
            metadata={"invocationId": "https://cloudbuild.googleapis.com/v1/projects/acme/locations/us/builds/9c11"},
        ),
        {
            "builder": builder,
            "build-type": build_type,
            "entry-point": "cloudbuild.yaml",
            "source": stated_source(RELEASE),
            "invocation": "https://cloudbuild.googleapis.com/v1/projects/acme/locations/us/builds/9c11",
            "parameters-complete": "yes",
            "materials": 2,
            "pinned": 2,
        },
        met,
        refused,
    )
