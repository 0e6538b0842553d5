"""Reason codes for what an image is, whatever is attached to it: what it is built on, and what no rule wants."""

from __future__ import annotations

from pathlib import Path

from reason_case import (
    APP_LAYERS,
    BASES,
    IMAGE,
    REPOSITORY,
    SHARED,
    SIGNATURE,
    Bench,
    case,
    layer,
    write_pack,
)

from demo.oci import BASE_DIGEST, BASE_NAME, MANIFEST, Descriptor, Layout, write_image, write_index
from support.workshop import AMD64, ARM64, REGISTRY

BASE_LAYERS = [layer("base 1"), layer("base 2")]
BASE = f"{BASES}/alpine"


def write_base(scratch: Path) -> Descriptor:
    """The one base of all cases, of January 2026."""
    layout = Layout(scratch)
    base = write_image(layout, BASE_LAYERS, name="3.20", Labels={"org.opencontainers.image.version": "3.20.1"})
    write_pack(layout, SHARED / "base")
    return base


def on(base: Descriptor) -> dict[str, str]:
    return {BASE_NAME: f"{BASE}:3.20", BASE_DIGEST: base.digest}


def signed(bench: Bench) -> None:
    bench.signature(bench.payload())


def base_cases(base: Descriptor) -> None:
    def built(code: str, story: str, layers: list, **asked: object) -> None:
        leaf = {"proof": ["layers"], "from": [f"{BASES}/**"], **asked}
        require = {"allOf": [SIGNATURE, {"baseImage": leaf}]}
        case(code, story, require, layers=layers, annotations=on(base), on_base=True)(signed)

    built("BASE_NOT_PROVEN", "squashed, and its annotation still names the base", [layer("all in one")])
    built("BASE_TOO_OLD", "built on the base of half a year ago", [*BASE_LAYERS, *APP_LAYERS], maxAge="720h")


case(
    "BASE_NOT_ALLOWED",
    "built on an image that nobody chose, says its signed annotation",
    {"allOf": [SIGNATURE, {"baseImage": {"proof": ["annotation"], "from": [f"{BASES}/**"]}}]},
    annotations={BASE_NAME: "docker.io/library/ubuntu:24.04", BASE_DIGEST: "sha256:" + "7" * 64},
)(signed)


def called_back(digest: str) -> None:
    require = {"allOf": [SIGNATURE, {"reject": {"digests": [digest]}}]}
    case("REJECTED_BY_RULE", "a signed image that was called back", require)(signed)


case("NO_RULE", "an image that the policy says nothing about", SIGNATURE, scopes=[f"{REGISTRY}/platform/**"])(signed)


@case("PLATFORM_NOT_COVERED", "an index of two platforms, of which one is signed", SIGNATURE, platforms="eachLeaf")
def _(bench: Bench) -> None:
    workshop = bench.workshop
    layout = workshop.layout(REPOSITORY)
    members = [
        workshop.image(REPOSITORY, tag=None, layers=APP_LAYERS, platform=platform, listed=False)
        for platform in (AMD64, ARM64)
    ]
    bench.image = members[0]
    signed(bench)
    write_index(layout, members, name=IMAGE.rpartition(":")[2])


@case("MANIFEST_INVALID", "a manifest with two lists of layers, of which clients choose differently", SIGNATURE)
def _(bench: Bench) -> None:
    layout = bench.workshop.layout(REPOSITORY)
    twice = bench.manifest.replace(b'"layers":[', b'"layers":[],"layers":[')
    bench.image = layout.publish(layout.add(twice, MANIFEST), IMAGE.rpartition(":")[2])
    signed(bench)
