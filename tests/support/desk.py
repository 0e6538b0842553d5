"""A desk at which somebody works on a policy: the operator's files, and the program's commands about them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.oci import Descriptor
from support import gate
from support.gate import write_yaml
from support.process import free_port
from support.workshop import REGISTRY, Workshop

FINE, FAILED, CANNOT_JUDGE, USAGE, CANNOT_CREATE, CONFIGURATION = 0, 1, 2, 64, 73, 78

RULE = gate.signed_by("release", name="released")
IMAGE = f"{REGISTRY}/acme/app:1.0"
AT = "2026-06-01T00:00:00Z"

Ended = subprocess.CompletedProcess[str]


def unshared(document: gate.Json) -> gate.Json:
    """Without values that stand in two places: YAML would write the second as an alias."""
    return json.loads(json.dumps(document))


@dataclass
class Desk:
    """A folder with the operator's files, and the program."""

    folder: Path
    workshop: Workshop

    def __post_init__(self) -> None:
        self.policy(RULE)
        self.upstream(gate.layout_upstream(REGISTRY, self.workshop.images))

    def policy(self, *rules: gate.Json, **more: Any) -> None:
        write_yaml(self.folder / "policy.yaml", unshared({**self.workshop.policy(*rules), **more}))

    def upstream(self, *upstreams: gate.Json) -> None:
        listen = [{"address": f"127.0.0.1:{free_port()}"}]
        settings = gate.settings(*upstreams, timeouts=gate.IMPATIENT)
        write_yaml(self.folder / "pullgate.yaml", {"listen": listen, **settings, "policy": "policy.yaml"})

    def cases(self, *cases: gate.Json, **more: Any) -> None:
        document = {"version": 1, "policy": "policy.yaml", "at": AT, "cases": list(cases), **more}
        write_yaml(self.folder / "test.yaml", unshared(document))

    def lint(self, *options: str) -> Ended:
        return gate.run("policy", "lint", self.folder / "policy.yaml", "--now", AT, *options)

    def findings(self, *options: str) -> list[gate.Json]:
        return json.loads(self.lint("--format", "json", *options).stdout)["findings"]

    def test(self, *options: str) -> Ended:
        return gate.run("policy", "test", self.folder / "test.yaml", *options)

    def about(self, command: str, image: str = IMAGE, *options: str | Path) -> Ended:
        return gate.run(command, image, "--config", self.folder / "pullgate.yaml", *options)

    def explain(self, *options: str) -> Ended:
        return gate.run("policy", "explain", IMAGE, "--config", self.folder / "pullgate.yaml", "--at", AT, *options)

    def record(self, image: str = IMAGE, into: str = "pack", *options: str) -> Ended:
        return self.about("record", image, "--output", self.folder / into, *options)


def everywhere(workshop: Workshop, repository: str, image: Descriptor) -> None:
    """A signature under cosign's tag, provenance under another."""
    workshop.sign(repository, image)
    workshop.attest(repository, image)
