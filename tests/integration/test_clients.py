"""Real clients pull through pullgate: what they get is the original byte for byte, or the reason why not."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import pytest

from demo.oci import Descriptor, Layout
from support import gate, skopeo
from support.containerd import Containerd
from support.denial import denied
from support.docker_registry import DockerRegistry
from support.gate import Gate
from support.workshop import REGISTRY, Keys, Workshop

RULE = gate.signed_by("release", name="released")


@dataclass
class Served:
    """A gate before three images: signed, signed with two platforms, unsigned."""

    gate: Gate
    workshop: Workshop

    def find(self, repository: str, tag: str) -> Descriptor:
        image = self.workshop.layout(repository).find(tag)
        assert image is not None
        return image

    def content(self, repository: str, tag: str) -> dict[str, bytes]:
        """Everything that a pull of the image for all platforms brings along, by digest."""
        return content_below(self.workshop.layout(repository), self.find(repository, tag))


@pytest.fixture(scope="module", params=["layout", "docker-registry"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("clients")
    workshop = Workshop(root / "site", keys)
    workshop.signed("acme/app")
    workshop.sign("acme/service", workshop.index("acme/service"))
    workshop.image("acme/unsigned")
    with ExitStack() as running:
        if request.param == "layout":
            upstream = gate.layout_upstream(REGISTRY, workshop.images)
        else:
            registry = running.enter_context(DockerRegistry(root / "registry"))
            for repository in workshop.site.repositories():
                registry.push(workshop.layout(repository), repository)
            upstream = gate.registry_upstream(REGISTRY, registry.port)
        process = running.enter_context(Gate(root / "gate", gate.settings(upstream), workshop.policy(RULE)))
        yield Served(process, workshop)
        assert process.is_alive(), process.said()


def content_below(layout: Layout, image: Descriptor) -> dict[str, bytes]:
    """Everything that a pull of the image for all platforms brings along, by digest."""
    found = {image.digest: layout.read(image.digest)}
    document = json.loads(found[image.digest])
    for child in document.get("manifests", []):
        found.update(content_below(layout, Descriptor(child["mediaType"], child["digest"], child["size"])))
    for blob in [*document.get("layers", []), *([document["config"]] if "config" in document else [])]:
        found[blob["digest"]] = layout.read(blob["digest"])
    return found


def test_containerd_pulls_an_image_of_three_layers_unchanged(served: Served, node: Containerd) -> None:
    node.send_pulls_to(served.gate.address)
    ended = node.pull(f"{REGISTRY}/acme/app:1.0")
    assert ended.returncode == 0, ended.stderr
    assert node.images() == [f"{REGISTRY}/acme/app:1.0"]
    original = served.content("acme/app", "1.0")
    assert len(original) == 5
    assert node.content() == original


def test_containerd_pulls_an_index_of_two_platforms_unchanged(served: Served, node: Containerd) -> None:
    node.send_pulls_to(served.gate.address)
    ended = node.pull(f"{REGISTRY}/acme/service:2.0", all_platforms=True)
    assert ended.returncode == 0, ended.stderr
    original = served.content("acme/service", "2.0")
    assert len(original) == 1 + 2 * 5
    assert node.content() == original


def test_containerd_pulls_by_digest(served: Served, node: Containerd) -> None:
    node.send_pulls_to(served.gate.address)
    ended = node.pull(f"{REGISTRY}/acme/app@{served.find('acme/app', '1.0').digest}")
    assert ended.returncode == 0, ended.stderr
    assert node.content() == served.content("acme/app", "1.0")


def test_containerd_is_refused_the_unsigned_image_and_shows_the_reason_phrase(
    served: Served, node: Containerd
) -> None:
    node.send_pulls_to(served.gate.address)
    ended = node.pull(f"{REGISTRY}/acme/unsigned:1.0")
    assert ended.returncode != 0
    refusal = served.gate.head(f"/v2/acme/unsigned/manifests/1.0?ns={REGISTRY}")
    assert refusal.status == 403
    assert f"403 {refusal.phrase}" in ended.stderr, ended.stderr
    assert "pullgate" in refusal.phrase and "NO_EVIDENCE" in refusal.phrase
    assert node.images() == [] and node.content() == {}


def test_containerd_does_not_complete_a_refused_pull_of_content_that_it_already_has(
    served: Served, node: Containerd
) -> None:
    """With the content on the node a pull is complete after one HEAD, so HEAD must refuse as GET does."""
    with DockerRegistry(node.folder / "open") as open_registry:
        open_registry.push(served.workshop.layout("acme/unsigned"), "acme/unsigned")
        node.send_pulls_to(open_registry.address)
        assert node.pull(f"{REGISTRY}/acme/unsigned:1.0").returncode == 0
    assert node.content() == served.content("acme/unsigned", "1.0")
    node.send_pulls_to(served.gate.address)
    unsigned = served.find("acme/unsigned", "1.0")
    for reference in (f"{REGISTRY}/acme/unsigned:1.0", f"{REGISTRY}/acme/unsigned@{unsigned.digest}"):
        ended = node.pull(reference)
        assert ended.returncode != 0, reference
        assert "403 " in ended.stderr, ended.stderr


def test_skopeo_copies_every_platform_unchanged(served: Served, tmp_path: Path) -> None:
    ended = skopeo.copy(f"{served.gate.address}/{REGISTRY}/acme/service:2.0", tmp_path / "pulled")
    assert ended.returncode == 0, ended.stderr
    top, blobs = skopeo.pulled(tmp_path / "pulled")
    assert top == served.find("acme/service", "2.0").digest
    assert blobs == served.content("acme/service", "2.0")


def test_skopeo_shows_the_message_of_the_refusal(served: Served, tmp_path: Path) -> None:
    ended = skopeo.copy(f"{served.gate.address}/{REGISTRY}/acme/unsigned:1.0", tmp_path / "pulled")
    assert ended.returncode != 0
    error = denied(served.gate.get(f"/v2/{REGISTRY}/acme/unsigned/manifests/1.0"), "NO_EVIDENCE", rule="released")
    assert "denied: " + error["message"] in ended.stderr, ended.stderr


def test_signatures_travel_too(served: Served) -> None:
    """cosign and skopeo fetch signatures as manifests of the same repository; they need no signature themselves."""
    tag = served.find("acme/app", "1.0").digest.replace(":", "-") + ".sig"
    ended = skopeo.inspect_raw(f"{served.gate.address}/{REGISTRY}/acme/app:{tag}")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.encode() == served.workshop.bytes_of("acme/app", served.find("acme/app", tag))
