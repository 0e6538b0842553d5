"""Rows of faults: one gate before one registry, and an image of its own for each fault.

After a fault the registry is honest again and the same image has to be served, so a fault is also never remembered as
an answer, and leaves no descriptor open.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from demo.oci import Descriptor

from . import gate
from .client import Answer
from .denial import served_manifest
from .gate import IMPATIENT, Gate
from .hostile_registry import Behaviour, HostileRegistry
from .workshop import REGISTRY, Keys, Workshop

# Reason codes, and a digest of nothing.
UNREACHABLE, INVALID = "UPSTREAM_UNREACHABLE", "UPSTREAM_INVALID"
OTHER_DIGEST = "sha256:" + "0" * 64


@dataclass
class Stage:
    """One gate before one registry; `open_files` is what the gate holds when nothing is going on."""

    gate: Gate
    registry: HostileRegistry
    workshop: Workshop
    open_files: int
    images: int = 0

    def new_image(self, *, signed: bool = True, **options: int) -> tuple[str, Descriptor]:
        self.images += 1
        repository = f"acme/row-{self.images}"
        image = self.workshop.image(repository, **options)
        if signed:
            self.workshop.sign(repository, image)
        return repository, image

    def get(self, repository: str, what: str = "manifests/1.0") -> Answer:
        return self.gate.get(f"/v2/{REGISTRY}/{repository}/{what}")

    def recovers(self, repository: str, image: Descriptor) -> None:
        """The registry is honest again: the image is served now, and nothing of the fault is left behind."""
        self.registry.forget_script()
        content = self.workshop.bytes_of(repository, image)
        served_manifest(self.get(repository), content)
        assert self.gate.settles_to(self.open_files), f"{self.gate.open_files()} files, {self.open_files} before"


@contextmanager
def open_stage(root: Path, keys: Keys) -> Iterator[Stage]:
    """A signed image is pulled first, so that the gate has opened what it keeps open."""
    workshop = Workshop(root / "site", keys)
    workshop.signed("acme/warm")
    with HostileRegistry(workshop.site) as registry:
        settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port), timeouts=IMPATIENT)
        with Gate(root / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
            # Enough at once to make it open what it keeps: pooled connections to the upstream are not leaks.
            assert all(running.get(f"/v2/{REGISTRY}/acme/warm/manifests/1.0").status == 200 for _ in range(3))
            stage = Stage(running, registry, workshop, running.open_files() + 8)
            yield stage
            assert running.is_alive(), running.said()


@dataclass(frozen=True)
class Row:
    title: str
    behaviour: Behaviour
    status: int
    code: str
    reason: str

    def __str__(self) -> str:
        return self.title
