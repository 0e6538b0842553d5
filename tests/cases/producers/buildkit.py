"""BuildKit and docker buildx, v0.2 and v1."""

from __future__ import annotations

from producers.producer import (
    BASE,
    COMMIT,
    ENTRY,
    INPUT,
    MAIN,
    MATERIAL,
    PARAMETER,
    Producer,
    REPOSITORY,
    V02,
    V1,
    by_slsa_verifier,
    predicate_v1,
    stated_source,
)
from writing import Json


BUILDX = "https://github.com/acme/app/actions/runs/8373487125"
_CONTEXT = {"uri": f"{REPOSITORY}.git#{MAIN}", "digest": {"sha1": COMMIT}}
_ALPINE = {"uri": "pkg:docker/alpine@3.20?platform=linux%2Famd64", "digest": {"sha256": BASE}}


def buildkit(version: str) -> Producer:
    met, refused = by_slsa_verifier(MAIN)
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
        "source": stated_source(),
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
    predicate = predicate_v1(
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
