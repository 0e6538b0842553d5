"""Real clients pull through pullgate: what they get is the original byte for byte, or the reason why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import pytest

from conftest import StartGate
from demo.oci import Descriptor, Layout
from support import containerd, gate, skopeo
from support.containerd import Containerd
from support.denial import denied
from support.docker_registry import DockerRegistry
from support.gate import Gate
from support.workshop import REGISTRY, Workshop

RULE = gate.signed_by("release", name="released")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Containerd]:
    reason = containerd.missing()
    if reason:
        pytest.skip(reason)
    with Containerd(tmp_path / "node") as daemon:
        yield daemon


@pytest.fixture(params=["layout", "docker-registry"])
def served(request: pytest.FixtureRequest, workshop: Workshop, tmp_path: Path, start_gate: StartGate) -> Iterator[Gate]:
    """A gate before three images: signed, signed with two platforms, unsigned."""
    workshop.signed("acme/app")
    workshop.sign("acme/service", workshop.index("acme/service"))
    workshop.image("acme/unsigned")
    policy = workshop.policy(RULE)
    if request.param == "layout":
        yield start_gate(gate.settings(gate.layout_upstream(REGISTRY, workshop.images)), policy)
        return
    with DockerRegistry(tmp_path / "registry") as registry:
        for repository in workshop.site.repositories():
            registry.push(workshop.layout(repository), repository)
        yield start_gate(gate.settings(gate.registry_upstream(REGISTRY, registry.port)), policy)


def content_below(layout: Layout, image: Descriptor) -> dict[str, bytes]:
    """Everything that a pull of the image for all platforms brings along, by digest."""
    found = {image.digest: layout.read(image.digest)}
    document = json.loads(found[image.digest])
    for child in document.get("manifests", []):
        found.update(content_below(layout, Descriptor(child["mediaType"], child["digest"], child["size"])))
    for blob in [*document.get("layers", []), *([document["config"]] if "config" in document else [])]:
        found[blob["digest"]] = layout.read(blob["digest"])
    return found


def find(workshop: Workshop, repository: str, tag: str) -> Descriptor:
    image = workshop.layout(repository).find(tag)
    assert image is not None
    return image


def test_containerd_pulls_an_image_of_three_layers_unchanged(served: Gate, node: Containerd, workshop: Workshop) -> None:
    node.send_pulls_to(served.address)
    ended = node.pull(f"{REGISTRY}/acme/app:1.0")
    assert ended.returncode == 0, ended.stderr
    assert node.images() == [f"{REGISTRY}/acme/app:1.0"]
    original = content_below(workshop.layout("acme/app"), find(workshop, "acme/app", "1.0"))
    assert len(original) == 5
    assert node.content() == original


def test_containerd_pulls_an_index_of_two_platforms_unchanged(
    served: Gate, node: Containerd, workshop: Workshop
) -> None:
    node.send_pulls_to(served.address)
    ended = node.pull(f"{REGISTRY}/acme/service:2.0", all_platforms=True)
    assert ended.returncode == 0, ended.stderr
    original = content_below(workshop.layout("acme/service"), find(workshop, "acme/service", "2.0"))
    assert len(original) == 1 + 2 * 5
    assert node.content() == original


def test_containerd_pulls_by_digest(served: Gate, node: Containerd, workshop: Workshop) -> None:
    image = find(workshop, "acme/app", "1.0")
    node.send_pulls_to(served.address)
    ended = node.pull(f"{REGISTRY}/acme/app@{image.digest}")
    assert ended.returncode == 0, ended.stderr
    assert node.content() == content_below(workshop.layout("acme/app"), image)


def test_containerd_is_refused_the_unsigned_image_and_shows_the_reason_phrase(
    served: Gate, node: Containerd
) -> None:
    node.send_pulls_to(served.address)
    ended = node.pull(f"{REGISTRY}/acme/unsigned:1.0")
    assert ended.returncode != 0
    refusal = served.head(f"/v2/acme/unsigned/manifests/1.0?ns={REGISTRY}")
    assert refusal.status == 403
    assert f"403 {refusal.phrase}" in ended.stderr, ended.stderr
    assert "pullgate" in refusal.phrase and "NO_EVIDENCE" in refusal.phrase
    assert node.images() == [] and node.content() == {}


def test_containerd_does_not_complete_a_refused_pull_of_content_that_it_already_has(
    served: Gate, node: Containerd, workshop: Workshop
) -> None:
    """Vector 3: with the content on the node a pull is complete after one HEAD, so HEAD must refuse as GET does."""
    unsigned = find(workshop, "acme/unsigned", "1.0")
    with DockerRegistry(node.folder / "open") as open_registry:
        open_registry.push(workshop.layout("acme/unsigned"), "acme/unsigned")
        node.send_pulls_to(open_registry.address)
        assert node.pull(f"{REGISTRY}/acme/unsigned:1.0").returncode == 0
    held = content_below(workshop.layout("acme/unsigned"), unsigned)
    assert node.content() == held
    node.send_pulls_to(served.address)
    for reference in (f"{REGISTRY}/acme/unsigned:1.0", f"{REGISTRY}/acme/unsigned@{unsigned.digest}"):
        ended = node.pull(reference)
        assert ended.returncode != 0, reference
        assert "403 " in ended.stderr, ended.stderr


def test_skopeo_copies_every_platform_unchanged(served: Gate, workshop: Workshop, tmp_path: Path) -> None:
    ended = skopeo.copy(f"{served.address}/{REGISTRY}/acme/service:2.0", tmp_path / "pulled")
    assert ended.returncode == 0, ended.stderr
    top, blobs = skopeo.pulled(tmp_path / "pulled")
    image = find(workshop, "acme/service", "2.0")
    assert top == image.digest
    assert blobs == content_below(workshop.layout("acme/service"), image)


def test_skopeo_shows_the_message_of_the_refusal(served: Gate, tmp_path: Path) -> None:
    ended = skopeo.copy(f"{served.address}/{REGISTRY}/acme/unsigned:1.0", tmp_path / "pulled")
    assert ended.returncode != 0
    error = denied(served.get(f"/v2/{REGISTRY}/acme/unsigned/manifests/1.0"), "NO_EVIDENCE", rule="released")
    assert "denied: " + error["message"] in ended.stderr, ended.stderr


def test_signatures_travel_too(served: Gate, workshop: Workshop) -> None:
    """cosign and skopeo fetch signatures as manifests of the same repository; they need no signature themselves."""
    image = find(workshop, "acme/app", "1.0")
    tag = image.digest.replace(":", "-") + ".sig"
    ended = skopeo.inspect_raw(f"{served.address}/{REGISTRY}/acme/app:{tag}")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.encode() == workshop.bytes_of("acme/app", find(workshop, "acme/app", tag))
