"""Provenance as each build system writes it: the predicate, the facts in it, and what a rule about them must answer.

The shapes follow what the systems publish about their build types; names and numbers are ours.
"""

from __future__ import annotations

import json

from producers.buildkit import buildkit
from producers.github import INPUTS, generator, generator_v1, generator_workflow, github_attest
from producers.gitlab import gitlab_v02, gitlab_v1
from producers.google import google_v01, google_v1
from producers.own import jenkins, own_v01
from producers.producer import BASE, GENERATOR, MAIN, Producer, RELEASE, V1, git_material
from producers.tekton import tekton_v02, tekton_v1
from writing import Json

__all__ = ["V1", "expected", "producers"]


def producers() -> list[Producer]:
    return [
        generator("container", generator_workflow("generator_container_slsa3"), MAIN, "workflow_dispatch", {"inputs": INPUTS}),
        generator("generic", generator_workflow("generator_generic_slsa3"), RELEASE, "push", {"inputs": None}),
        generator("go", generator_workflow("builder_go_slsa3"), RELEASE, "push", {}),
        generator_v1(
            "generator-delegator",
            f"{GENERATOR}/delegator-generic@v0",
            "delegator_generic_slsa3",
            {"inputs": {"flags": "-v"}, "vars": {}},
            {"/inputs/flags": "-v"},
        ),
        generator_v1(
            "generator-container-based",
            "https://slsa.dev/container-based-build/v0.1?draft",
            "builder_container-based_slsa3",
            {"source": git_material(RELEASE), "configPath": "build.toml", "builderImage": {"uri": "gcr.io/b", "digest": {"sha256": BASE}}},
            {"/configPath": "build.toml", "/builderImage/uri": "gcr.io/b", "/builderImage/digest/sha256": BASE},
        ),
        github_attest(),
        google_v01(),
        google_v1(),
        gitlab_v02(),
        gitlab_v1(),
        tekton_v02(),
        tekton_v1(),
        buildkit("v0.2"),
        buildkit("v1"),
        jenkins(),
        own_v01(),
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
