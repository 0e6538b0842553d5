"""What is served: signed images in one repository of the origin, made by python3-cryptography and pushed as they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from demo.keys import make_key
from demo.layer import Layer, noise
from demo.oci import INDEX, MANIFEST, Descriptor, digest_of

from support.docker_registry import DockerRegistry
from support.gate import signed_by
from support.workshop import REGISTRY, Json, Keys, Workshop

REPOSITORY = "bench/images"

# What containerd and the others say; a cache may keep an answer for each of them.
ACCEPT = f"{MANIFEST}, {INDEX}"

_MIB = 2**20


@dataclass(frozen=True)
class Thing:
    """Something to ask for, and the bytes that are the only right answer."""

    target: str
    digest: str
    size: int


@dataclass(frozen=True)
class ColdImage:
    """An image that is pulled once by everybody: its manifest by tag, and then what the manifest lists."""

    manifest: Thing
    blobs: tuple[Thing, ...]


@dataclass(frozen=True)
class Stock:
    """`by_tag` and `by_digest` are the same manifest. `holders` are the manifests of the images that have the blobs:
    pullgate serves a blob only of an image that it has admitted."""

    by_tag: Thing
    by_digest: Thing
    holders: tuple[Thing, ...]
    small_blob: Thing
    large_blob: Thing
    cold: tuple[tuple[ColdImage, ...], ...]  # for each round
    policy: Json

    @property
    def warm(self) -> tuple[Thing, ...]:
        """In an order in which they can be pulled."""
        return (self.by_tag, self.by_digest, *self.holders, self.small_blob, self.large_blob)


def stock(folder: Path, origin: DockerRegistry, *, large_mib: int, rounds: int, cold_images: int) -> Stock:
    """Makes everything below `folder` and pushes it to the origin."""
    workshop = Workshop(folder, Keys(make_key("p256"), make_key("p256"), make_key("p256")))
    warm = _image(workshop, "warm", [_layer(f"warm {number}", 1_000) for number in range(8)])
    small = _image(workshop, "small", [_layer("small", _MIB)])
    large = _image(workshop, "large", [_layer("large", large_mib * _MIB)])
    cold = [
        [_image(workshop, f"cold-{turn}-{number}", _cold_layers(turn, number)) for number in range(cold_images)]
        for turn in range(rounds)
    ]
    origin.push(workshop.layout(REPOSITORY), REPOSITORY)
    return Stock(
        by_tag=_manifest(warm, "warm"),
        by_digest=_manifest(warm, warm.digest),
        holders=(_manifest(small, "small"), _manifest(large, "large")),
        small_blob=_blobs(workshop, small)[-1],
        large_blob=_blobs(workshop, large)[-1],
        cold=tuple(
            tuple(
                ColdImage(_manifest(image, f"cold-{turn}-{number}"), _blobs(workshop, image))
                for number, image in enumerate(images)
            )
            for turn, images in enumerate(cold)
        ),
        policy=workshop.policy(signed_by("release", [f"{REGISTRY}/**"])),
    )


def _layer(seed: str, size: int) -> Layer:
    """Exactly that many bytes. Nobody here unpacks them."""
    content = noise(seed, size)
    return Layer(content, digest_of(content))


def _cold_layers(turn: int, number: int) -> list[Layer]:
    return [_layer(f"cold {turn} {number} {layer}", 32_768) for layer in range(3)]


def _image(workshop: Workshop, tag: str, layers: list[Layer]) -> Descriptor:
    return workshop.signed(REPOSITORY, tag, layers=layers)


def _manifest(image: Descriptor, reference: str) -> Thing:
    return Thing(f"/v2/{REPOSITORY}/manifests/{reference}", image.digest, image.size)


def _blobs(workshop: Workshop, image: Descriptor) -> tuple[Thing, ...]:
    """The config and the layers, in this order."""
    manifest = workshop.document(REPOSITORY, image)
    return tuple(
        Thing(f"/v2/{REPOSITORY}/blobs/{blob['digest']}", blob["digest"], blob["size"])
        for blob in [manifest["config"], *manifest["layers"]]
    )
