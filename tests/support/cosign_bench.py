"""Both versions of cosign, a registry that they sign in, and a gate before it; and every form that they can write."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

from demo import statement
from demo.keys import make_key
from demo.oci import DOCKER_MANIFEST, INDEX, MANIFEST, REF_NAME, Descriptor, Layout

from . import client, cosign, gate
from .cosign import Cosign
from .denial import served_manifest
from .docker_registry import DockerRegistry
from .gate import Gate
from .workshop import BUILDER_ID, REGISTRY, SOURCE, Keys, Workshop

KINDS = ("p256", "p384", "p521", "ed25519", "rsa2048", "rsa4096", "generated")
# Flags of `cosign sign`, and the variable that opens the way to referrers of the time before bundles.
EXPERIMENTAL = ["--registry-referrers-mode", "oci-1-1"]


@dataclass(frozen=True)
class Form:
    """One way of writing a signature or an attestation."""

    title: str
    version: int
    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"v{self.version}-{self.title}"

    @property
    def is_bundle(self) -> bool:
        return self.title == "bundle"


SIGNATURES = [
    Form("tag", 2),
    Form("bundle", 2, ("--new-bundle-format",)),
    Form("referrer", 2, tuple(EXPERIMENTAL), {"COSIGN_EXPERIMENTAL": "1"}),
    Form("tag", 3, ("--new-bundle-format=false",)),
    Form("bundle", 3),
    Form("referrer", 3, ("--new-bundle-format=false", *EXPERIMENTAL), {"COSIGN_EXPERIMENTAL": "1"}),
]
ATTESTATIONS = [
    Form("tag", 2),
    Form("bundle", 2, ("--new-bundle-format",)),
    Form("tag", 3, ("--new-bundle-format=false",)),
    Form("bundle", 3),
]
PROVENANCE = {
    "slsaprovenance": statement.provenance_v02(BUILDER_ID, SOURCE),
    "slsaprovenance02": statement.provenance_v02(BUILDER_ID, SOURCE),
    "slsaprovenance1": statement.provenance_v1(BUILDER_ID, SOURCE),
}


@dataclass
class Bench:
    """docker-registry, both versions of cosign with the same keys, and a gate that knows all of them but one."""

    root: Path
    workshop: Workshop
    registry: DockerRegistry
    tools: dict[int, Cosign]
    public: dict[str, Path]
    gate: Gate

    def push(self, repository: str) -> Descriptor:
        """A new image in the registry, unsigned."""
        image = self.workshop.image(repository, size=100)
        self.registry.push(self.workshop.layout(repository), repository)
        return image

    def upstream_name(self, repository: str, image: Descriptor) -> str:
        return f"{self.registry.address}/{repository}@{image.digest}"

    def sign(self, form: Form, key: str, repository: str, image: Descriptor, *options: str) -> None:
        name = self.upstream_name(repository, image)
        self.tools[form.version].sign(key, name, *form.options, *options, **form.environment)

    def attest(self, form: Form, key: str, repository: str, image: Descriptor, kind: str = "slsaprovenance1") -> None:
        predicate = self.root / f"{kind}.json"
        predicate.write_text(json.dumps(PROVENANCE[kind]), encoding="utf-8")
        name = self.upstream_name(repository, image)
        self.tools[form.version].attest(key, name, kind, predicate, *form.options)

    def get(self, repository: str, reference: str = "1.0") -> client.Answer:
        return self.gate.get(f"/v2/{REGISTRY}/{repository}/manifests/{reference}")

    def is_served(self, repository: str, image: Descriptor) -> None:
        served_manifest(self.get(repository), self.workshop.bytes_of(repository, image))


@contextmanager
def open_bench(root: Path, keys: Keys) -> Iterator[Bench]:
    tools = {version: Cosign(version, cosign.binary(version), root / f"v{version}") for version in cosign.RELEASES}
    for tool in tools.values():
        tool.folder.mkdir()
    public: dict[str, Path] = {}
    for kind in (*KINDS, "stranger"):
        if kind == "generated":
            public[kind] = tools[3].generate_key(kind)
            for suffix in (".key", ".pub"):
                (tools[2].folder / f"{kind}{suffix}").write_bytes((tools[3].folder / f"{kind}{suffix}").read_bytes())
            continue
        key = make_key("p256" if kind == "stranger" else kind)
        written = {tool.import_key(kind, key).read_bytes() for tool in tools.values()}
        assert len(written) == 1
        public[kind] = tools[3].folder / f"{kind}.pub"
    attestors = {kind: {"key": {"file": str(public[kind])}, "transparencyLog": "none"} for kind in KINDS}
    provenance = {"builder": "ci", "source": {"repository": "https://github.com/acme/*"}}
    policy = {
        "version": 1,
        "attestors": attestors,
        "builders": {"ci": {"attestor": "p256", "id": BUILDER_ID, "level": 3}},
        "defaults": {"mode": "enforce", "noMatch": "deny"},
        "rules": [
            *(gate.signed_by(kind, [f"{REGISTRY}/{kind}/**"], name=f"by-{kind}") for kind in KINDS),
            {"name": "proven", "scopes": [f"{REGISTRY}/proven/**"], "require": {"provenance": provenance}},
        ],
    }
    with DockerRegistry(root / "registry") as registry:
        settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port))
        with Gate(root / "gate", settings, policy) as running:
            yield Bench(root, Workshop(root / "site", keys), registry, tools, public, running)
            assert running.is_alive(), running.said()


def tag_of(image: Descriptor, suffix: str = "") -> str:
    return image.digest.replace(":", "-") + suffix


def fetch(bench: Bench, repository: str, reference: str) -> bytes:
    """A manifest as the registry has it."""
    accept = ", ".join((MANIFEST, INDEX, DOCKER_MANIFEST))
    answer = client.ask(bench.registry.port, "GET", f"/v2/{repository}/manifests/{reference}", {"Accept": accept})
    assert answer.status == 200, f"{reference}: {answer}"
    return answer.body


def mirror(bench: Bench, repository: str, layout: Layout, image: Descriptor) -> None:
    """The image, its `.sig`, and what the fallback tag lists, as referrers; the fallback tag itself stays behind."""
    tags = client.ask(bench.registry.port, "GET", f"/v2/{repository}/tags/list").json()["tags"]
    copy_manifest(bench, repository, layout, image.digest, "1.0")
    if tag_of(image, ".sig") in tags:
        copy_manifest(bench, repository, layout, tag_of(image, ".sig"), tag_of(image, ".sig"))
    if tag_of(image) in tags:
        for entry in json.loads(fetch(bench, repository, tag_of(image)))["manifests"]:
            copy_manifest(bench, repository, layout, entry["digest"], None)


def copy_manifest(bench: Bench, repository: str, layout: Layout, reference: str, name: str | None) -> None:
    content = fetch(bench, repository, reference)
    document: dict[str, Any] = json.loads(content)
    for blob in (document["config"], *document["layers"]):
        answer = client.ask(bench.registry.port, "GET", f"/v2/{repository}/blobs/{blob['digest']}")
        assert answer.status == 200, answer
        layout.add(answer.body, blob["mediaType"])
    layout.publish(layout.add(content, document["mediaType"]), name)
    assert name is None or any(entry.get("annotations", {}).get(REF_NAME) == name for entry in layout.entries())
