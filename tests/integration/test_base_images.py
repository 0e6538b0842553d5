"""What an image is built on, proven by layers that were pulled from a registry: claims of annotations prove nothing."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

import pytest

from demo import sign
from demo.layer import File, Layer, make_layer
from demo.oci import BASE_DIGEST, BASE_NAME, Descriptor, write_image
from support import gate, skopeo
from support.denial import denied, served_manifest
from support.docker_registry import DockerRegistry
from support.gate import Gate, StartGate
from support.paths import manifest
from support.workshop import REGISTRY, Keys, Workshop

BASES = f"{REGISTRY}/base/alpine"
LAYER_PROOF = {"proof": ["layers"], "from": [f"{REGISTRY}/base/**"], "satisfies": "policy"}
POLICY = (
    gate.signed_by("release", [f"{REGISTRY}/base/**"], name="bases"),
    {"name": "apps", "scopes": [f"{REGISTRY}/acme/**"],
     "require": {"allOf": [{"signature": "release"}, {"baseImage": LAYER_PROOF}]}},
)  # fmt: skip

NOT_PROVEN, NOT_ALLOWED = "BASE_NOT_PROVEN", "BASE_NOT_ALLOWED"


def layer(name: str) -> Layer:
    return make_layer([File(f"srv/{name}", f"{name}\n".encode())])


OLD, NEW, CALLED_BACK = ([layer(f"{version} {half}") for half in ("system", "tools")] for version in ("3.19", "3.20", "3.18"))
STRANGE = [layer("strange system"), layer("strange tools")]
APP = layer("app")


def compressed_anew(original: Layer) -> Layer:
    """As a registry or a build cache does it: other bytes travel, the same files arrive."""
    again = Layer(gzip.compress(gzip.decompress(original.content), compresslevel=1, mtime=1), original.diff_id)
    assert again.content != original.content
    return again


@dataclass
class Market:
    """A registry with three bases, of which one is no longer signed, and images whose builders name one of them."""

    registry: DockerRegistry
    workshop: Workshop

    def base(self, version: str) -> Descriptor:
        found = self.workshop.layout("base/alpine").find(version)
        assert found is not None
        return found

    def named(self, version: str) -> dict[str, str]:
        return {BASE_NAME: f"{BASES}:{version}", BASE_DIGEST: self.base(version).digest}

    def built(self, repository: str, layers: Sequence[Layer], annotations: dict[str, str] | None) -> Descriptor:
        image = self.workshop.image(repository, layers=layers, annotations=annotations)
        self.workshop.sign(repository, image)
        self.registry.push(self.workshop.layout(repository), repository)
        return image

    def start(self, start_gate: StartGate) -> Gate:
        """One that has seen no base yet."""
        upstream = gate.registry_upstream(REGISTRY, self.registry.port)
        return start_gate(gate.settings(upstream), self.workshop.policy(*POLICY))

    def allows(self, running: Gate, repository: str, image: Descriptor) -> None:
        for reference in ("1.0", image):
            served_manifest(running.get(manifest(repository, reference)), self.workshop.bytes_of(repository, image))


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Market]:
    root = tmp_path_factory.mktemp("bases")
    workshop = Workshop(root / "site", keys)
    bases = workshop.layout("base/alpine")
    for version, layers in (("3.18", CALLED_BACK), ("3.19", OLD), ("3.20", NEW)):
        base = write_image(bases, layers, name=version, Labels={"org.opencontainers.image.version": version})
        if layers is not CALLED_BACK:
            workshop.sign("base/alpine", base)
    with DockerRegistry(root / "registry") as registry:
        registry.push(bases, "base/alpine")
        yield Market(registry, workshop)


@pytest.fixture(scope="module")
def judge(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    upstream = gate.registry_upstream(REGISTRY, market.registry.port)
    folder = tmp_path_factory.mktemp("judge") / "gate"
    with Gate(folder, gate.settings(upstream), market.workshop.policy(*POLICY)) as running:
        yield running
        assert running.is_alive(), running.said()


@pytest.mark.parametrize(
    ("name", "layers", "version"),
    [
        ("true-child", [*NEW, APP], "3.20"),
        ("child-of-an-older-base", [*OLD, APP], "3.19"),
        ("child-with-layers-compressed-anew", [*map(compressed_anew, NEW), APP], "3.20"),
        ("rebased-and-named-anew", [*NEW, layer("app of 3.19")], "3.20"),
    ],
)
def test_an_image_on_an_allowed_base(market: Market, judge: Gate, name: str, layers: list[Layer], version: str) -> None:
    image = market.built(f"acme/{name}", layers, market.named(version))
    market.allows(judge, f"acme/{name}", image)
    ended = gate.run("verify", f"{REGISTRY}/acme/{name}:1.0", "--config", judge.settings_file, "--format", "json")
    requirements = json.loads(ended.stdout)["requirements"]
    [proof] = [each["detail"] for each in requirements if each["requirement"].endswith("/baseImage")]
    assert f"is built on '{BASES}@{market.base(version).digest[:19]}' (version {version}, " in proof
    assert proof.endswith("compressed anew") == ("compressed" in name)


@pytest.mark.parametrize(
    ("name", "layers", "version", "reason"),
    [
        ("squashed-child", [layer("all in one")], "3.20", NOT_PROVEN),
        ("rebased-on-something-else", [*STRANGE, APP], "3.20", NOT_PROVEN),
        ("built-on-half-a-base", [NEW[0], APP], "3.20", NOT_PROVEN),
        ("layers-in-another-order", [NEW[1], NEW[0], APP], "3.20", NOT_PROVEN),
        ("the-base-below-other-layers", [APP, *NEW], "3.20", NOT_PROVEN),
        ("the-base-itself", NEW, "3.20", NOT_PROVEN),
        ("child-of-a-base-that-nobody-signs-any-more", [*CALLED_BACK, APP], "3.18", NOT_ALLOWED),
    ],
)
def test_an_image_whose_annotation_says_more_than_its_layers(
    market: Market, judge: Gate, name: str, layers: list[Layer], version: str, reason: str
) -> None:
    image = market.built(f"acme/{name}", layers, market.named(version))
    for reference in ("1.0", image):
        denied(judge.get(manifest(f"acme/{name}", reference)), reason, rule="apps")


def test_an_image_that_names_a_base_which_nobody_allows(market: Market, judge: Gate) -> None:
    other = {BASE_NAME: "docker.io/library/ubuntu:24.04", BASE_DIGEST: "sha256:" + "7" * 64}
    market.built("acme/on-ubuntu", [*STRANGE, APP], other)
    error = denied(judge.get(manifest("acme/on-ubuntu", "1.0")), NOT_ALLOWED, rule="apps")
    assert "docker.io/library/ubuntu:24.04" in error["message"] and f"{REGISTRY}/base/**" in error["message"]


def test_what_an_image_is_built_on_need_not_be_named_once_it_was_seen(market: Market, start_gate: StartGate) -> None:
    """Rebased without a word about it, or with a word that is no longer true: layers say which base it is."""
    before = market.start(start_gate)
    images = {name: market.built(f"acme/{name}", [*NEW, layer(name)], annotations)
              for name, annotations in (("unnamed", None), ("still-named-as-before", market.named("3.19")))}  # fmt: skip
    for name in images:
        denied(before.get(manifest(f"acme/{name}", "1.0")), NOT_PROVEN, rule="apps")
    after = market.start(start_gate)
    assert after.get(manifest("base/alpine", "3.20")).status == 200
    for name, image in images.items():
        market.allows(after, f"acme/{name}", image)


def test_an_allowed_base_without_its_signature_is_none(market: Market, start_gate: StartGate) -> None:
    """The annotation and the layers agree, and the base is where it should be; only nobody vouches for it."""
    layout = market.workshop.layout("base/alpine")
    base = write_image(layout, [layer("3.21 system")], name="3.21")
    market.registry.push(layout, "base/alpine")
    image = market.built("acme/early", [layer("3.21 system"), APP], market.named("3.21"))
    error = denied(market.start(start_gate).get(manifest("acme/early", "1.0")), NOT_ALLOWED, rule="apps")
    assert "bases/signature NO_EVIDENCE" in error["message"]
    sign.attach_by_tag(
        layout, base, "sig",
        [sign.simple_signature(market.workshop.keys.release, sign.simple_signing_payload(base.digest, BASES))],
    )  # fmt: skip
    market.registry.push(layout, "base/alpine")
    market.allows(market.start(start_gate), "acme/early", image)


def test_skopeo_gets_the_child_and_is_told_why_not_the_squashed_one(
    market: Market, judge: Gate, tmp_path: Path
) -> None:
    child = market.built("acme/pulled", [*NEW, APP], market.named("3.20"))
    market.built("acme/squashed", [layer("everything")], market.named("3.20"))
    ended = skopeo.copy(f"{judge.address}/{REGISTRY}/acme/pulled:1.0", tmp_path / "pulled")
    assert ended.returncode == 0, ended.stderr
    assert skopeo.pulled(tmp_path / "pulled")[0] == child.digest
    ended = skopeo.copy(f"{judge.address}/{REGISTRY}/acme/squashed:1.0", tmp_path / "squashed")
    assert ended.returncode != 0 and "BASE_NOT_PROVEN: not built on" in ended.stderr, ended.stderr
