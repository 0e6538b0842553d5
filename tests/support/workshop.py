"""Images, keys and evidence below one folder; each image is right, or wrong in the one way that a test chose."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Sequence

from demo import sign, statement
from demo.keys import Key, make_key
from demo.layer import File, Layer, make_layer, noise
from demo.oci import MANIFEST, Descriptor, Layout, Platform, Site, write_image, write_index
from demo.statement import Source

REGISTRY = "site.local"
BUILDER_ID = "https://ci.acme.example/builders/container@v1"
SOURCE = Source("https://github.com/acme/app")
AMD64 = Platform()
ARM64 = Platform(architecture="arm64", variant="v8")

Json = dict[str, Any]


@dataclass(frozen=True)
class Keys:
    """Two whom the policies know, and one whom none does. Made once for a whole run."""

    release: Key
    builder: Key
    stranger: Key

    @staticmethod
    def make() -> "Keys":
        return Keys(make_key("p256"), make_key("p256"), make_key("p256"))


@dataclass
class Workshop:
    """A site of image layouts with the keys beside it. Repository paths are folders below `images`."""

    root: Path
    keys: Keys
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        self.site = Site(self.root / "images")
        (self.root / "images").mkdir(parents=True, exist_ok=True)
        for name in ("release", "builder", "stranger"):
            getattr(self.keys, name).save(self.root / "keys", name)

    @property
    def images(self) -> Path:
        return self.site.root

    def layout(self, repository: str) -> Layout:
        return self.site.repository(repository)

    def image(
        self,
        repository: str = "acme/app",
        tag: str | None = "1.0",
        *,
        layers: Sequence[Layer] | None = None,
        platform: Platform = AMD64,
        size: int = 2_000,
        listed: bool = True,
        annotations: Mapping[str, str] | None = None,
        docker: bool = False,
    ) -> Descriptor:
        """An image of three layers that no other repository or tag shares, unsigned."""
        seed = f"{repository}:{tag}:{platform}"
        if layers is None:
            layers = [
                make_layer([File(f"srv/{number}", f"{seed} {number}\n".encode() + noise(f"{seed}{number}", size))])
                for number in range(3)
            ]
        return write_image(
            self.layout(repository), layers, name=tag, platform=platform, listed=listed, annotations=annotations,
            docker=docker,
        )  # fmt: skip

    def index(self, repository: str = "acme/service", tag: str | None = "2.0", *, docker: bool = False) -> Descriptor:
        """An index of two platforms, unsigned."""
        members = [
            self.image(repository, tag, platform=platform, listed=False, docker=docker) for platform in (AMD64, ARM64)
        ]
        return write_index(self.layout(repository), members, name=tag, docker=docker)

    def sign(self, repository: str, image: Descriptor, key: Key | None = None, *, named: str | None = None) -> Descriptor:
        """A cosign signature under the `.sig` tag; `named` is the reference inside, the image's own if not given."""
        payload = sign.simple_signing_payload(image.digest, named or f"{REGISTRY}/{repository}")
        layer = sign.simple_signature(key or self.keys.release, payload)
        return sign.attach_by_tag(self.layout(repository), image, "sig", [layer])

    def signed(self, repository: str = "acme/app", tag: str = "1.0", **options: Any) -> Descriptor:
        image = self.image(repository, tag, **options)
        self.sign(repository, image)
        return image

    def provenance(self, repository: str, image: Descriptor, *, source: Source = SOURCE) -> Json:
        return statement.statement(
            [statement.subject(f"{REGISTRY}/{repository}", image)],
            statement.PROVENANCE_V1,
            statement.provenance_v1(BUILDER_ID, source),
        )

    def attest(self, repository: str, image: Descriptor, envelope: Json | bytes | None = None) -> Descriptor:
        """SLSA provenance under the `.att` tag: right, unless the test hands over another envelope."""
        chosen = envelope or sign.envelope(self.keys.builder, self.provenance(repository, image))
        layer = sign.attestation_layer(chosen, statement.PROVENANCE_V1)
        return sign.attach_by_tag(self.layout(repository), image, "att", [layer])

    def bytes_of(self, repository: str, which: Descriptor | str) -> bytes:
        return self.layout(repository).read(which if isinstance(which, str) else which.digest)

    def document(self, repository: str, which: Descriptor | str) -> Json:
        return json.loads(self.bytes_of(repository, which))

    def publish_signed(
        self, repository: str, content: bytes, media_type: str = MANIFEST, tag: str = "1.0"
    ) -> Descriptor:
        """Raw bytes as a manifest, and a good signature of them."""
        layout = self.layout(repository)
        image = layout.publish(layout.add(content, media_type), tag)
        self.sign(repository, image)
        return image

    def policy(self, *rules: Json, mode: str = "enforce") -> Json:
        """The rules with the attestors and builders that they name: a policy must not list what nothing uses."""
        builders = {"ci": {"attestor": "builder", "id": BUILDER_ID, "level": 3}} if mentions(rules, "ci") else {}
        attestors = {
            name: {"key": {"file": str(self.root / "keys" / f"{name}.pub")}, "transparencyLog": "none"}
            for name in ("release", "builder")
            if mentions([rules, builders], name)
        }
        parts = {"attestors": attestors, "builders": builders}
        return {
            "version": 1,
            **{name: part for name, part in parts.items() if part},
            "defaults": {"mode": mode, "noMatch": "deny"},
            "rules": list(rules),
        }


def mentions(node: Any, name: str) -> bool:
    """Is the name the value of a `signature`, `builder` or `attestor`?"""
    if isinstance(node, Mapping):
        return any(
            (key in ("signature", "builder", "attestor") and value == name) or mentions(value, name)
            for key, value in node.items()
        )
    return isinstance(node, (list, tuple)) and any(mentions(value, name) for value in node)
