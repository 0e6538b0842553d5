"""The demonstration site: a registry `site.local` kept as image layouts, with one image for each kind of verdict.

Beside the images are the keys that sign them and the two files an operator writes, `pullgate.yaml` and `policy.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from . import sign, statement
from .keys import Key, make_key
from .layer import File, Folder, Layer, Link, make_layer, noise
from .oci import BASE_DIGEST, BASE_NAME, Descriptor, Layout, Platform, Site, write_image, write_index
from .statement import Material, Source

REGISTRY = "site.local"
BUILDER_ID = "https://ci.acme.example/builders/container@v1"
AMD64 = Platform()
ARM64 = Platform(architecture="arm64", variant="v8")


@dataclass(frozen=True)
class Exhibit:
    """One image of the site and what must happen when it is pulled: `reason` is empty where it must be served."""

    title: str
    repository: str
    tag: str
    image: Descriptor
    reason: str = ""

    @property
    def reference(self) -> str:
        return f"{REGISTRY}/{self.repository}:{self.tag}"


@dataclass(frozen=True)
class Base:
    """A base image together with the layers that its users put below their own."""

    name: str
    tag: str
    image: Descriptor
    layers: Sequence[Layer]

    @property
    def annotations(self) -> dict[str, str]:
        return {BASE_NAME: f"{self.name}:{self.tag}", BASE_DIGEST: self.image.digest}

    @property
    def material(self) -> Material:
        return statement.image_material(self.name, self.image, tag=self.tag)


@dataclass(frozen=True)
class Signers:
    """Who signs at this site: the release team, the build system, and somebody whom the policy does not know."""

    release: Key
    builder: Key
    stranger: Key

    @staticmethod
    def make(folder: Path) -> "Signers":
        signers = Signers(make_key("p256"), make_key("ed25519"), make_key("p256"))
        signers.release.save(folder, "acme-release")
        signers.builder.save(folder, "acme-builder")
        signers.stranger.save(folder, "stranger")
        return signers


SOURCE = Source("https://github.com/acme/app")


def make_site(root: Path, port: int) -> list[Exhibit]:
    """Writes everything below `root`, whose `images` must not exist yet. The configuration listens on `port`."""
    site = Site(root / "images")
    signers = Signers.make(root / "keys")
    good_base = make_base(site, signers, "base/minimal", "Acme Minimal")
    other_base = make_base(site, signers, "sandbox/nightly", "Nightly Experiment")
    exhibits = [
        _allowed_base(good_base),
        *_application_and_copy(site, signers, good_base),
        _multi_platform(site, signers, good_base),
        _unsigned(site, good_base),
        *_off_by_one_fact(site, signers, good_base, other_base),
        _without_rule(site, signers),
    ]
    (root / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (root / "pullgate.yaml").write_text(SETTINGS.format(port=port), encoding="utf-8")
    return exhibits


def make_base(site: Site, signers: Signers, repository: str, title: str) -> Base:
    """A base image of one layer, signed by the release key."""
    layout = site.repository(repository)
    release = f'NAME="{title}"\nID=minimal\nVERSION_ID=1\n'.encode()
    layers = [
        make_layer(
            [
                File("etc/passwd", b"root:x:0:0::/:/sbin/nologin\nnonroot:x:65532:65532::/:/sbin/nologin\n"),
                File("usr/lib/os-release", release),
                Link("etc/os-release", "../usr/lib/os-release"),
                Folder("tmp", 0o1777),
                File("usr/share/ballast", noise(repository, 200_000)),
            ]
        )
    ]
    image = write_image(layout, layers, name="1", User="65532")
    name = f"{REGISTRY}/{repository}"
    payload = sign.simple_signing_payload(image.digest, name)
    sign.attach_by_tag(layout, image, "sig", [sign.simple_signature(signers.release, payload)])
    return Base(name, "1", image, layers)


def application_layers(program: str, version: str, platform: Platform = AMD64) -> list[Layer]:
    """Two layers of an application: its libraries, and itself."""
    script = f"#!/bin/sh\necho {program} {version} on {platform}\n".encode()
    return [
        make_layer([File(f"usr/lib/{program}/libapp.so.1", noise(f"{program} library {platform}", 400_000))]),
        make_layer([File(f"usr/bin/{program}", script, 0o755), File(f"etc/{program}/version", version.encode())]),
    ]


def write_application(
    layout: Layout,
    program: str,
    version: str,
    base: Base,
    *,
    platform: Platform = AMD64,
    listed: bool = True,
) -> Descriptor:
    """An image of three layers: the base's, then the application's own. Its tag is the version."""
    return write_image(
        layout,
        [*base.layers, *application_layers(program, version, platform)],
        name=version,
        platform=platform,
        annotations={"org.opencontainers.image.version": version, **base.annotations},
        listed=listed,
        Entrypoint=[f"/usr/bin/{program}"],
    )


def attach_by_tags(
    layout: Layout,
    repository: str,
    image: Descriptor,
    base: Base,
    *,
    release: Key,
    builder: Key,
    builder_id: str = BUILDER_ID,
    source: Source = SOURCE,
) -> None:
    """Signature and SLSA v1 provenance under cosign's tags."""
    name = f"{REGISTRY}/{repository}"
    payload = sign.simple_signing_payload(image.digest, name)
    sign.attach_by_tag(layout, image, "sig", [sign.simple_signature(release, payload)])
    provenance = statement.statement(
        [statement.subject(name, image)],
        statement.PROVENANCE_V1,
        statement.provenance_v1(builder_id, source, dependencies=[base.material]),
    )
    envelope = sign.envelope(builder, provenance)
    sign.attach_by_tag(layout, image, "att", [sign.attestation_layer(envelope, statement.PROVENANCE_V1)])


def _allowed_base(base: Base) -> Exhibit:
    return Exhibit("the base image itself", base.name.removeprefix(f"{REGISTRY}/"), base.tag, base.image)


def _application_and_copy(site: Site, signers: Signers, base: Base) -> list[Exhibit]:
    """The good image, and one beside it that was given the good one's signature and attestation."""
    layout = site.repository("acme/app")
    good = write_application(layout, "app", "1.0", base)
    attach_by_tags(layout, "acme/app", good, base, release=signers.release, builder=signers.builder)
    copied = write_application(layout, "app", "1.1", base)
    for suffix in ("sig", "att"):
        evidence = layout.find(sign.cosign_tag(good, suffix))
        assert evidence is not None
        layout.publish(evidence, sign.cosign_tag(copied, suffix))
    return [
        Exhibit("signed, with provenance", "acme/app", "1.0", good),
        Exhibit("another image's signature copied over", "acme/app", "1.1", copied, "SUBJECT_MISMATCH"),
    ]


def _multi_platform(site: Site, signers: Signers, base: Base) -> Exhibit:
    """Two platforms in an index; the evidence is two bundles that refer to the index, as cosign 3 writes them."""
    layout = site.repository("acme/service")
    members = [
        write_application(layout, "service", "2.0", base, platform=platform, listed=False)
        for platform in (AMD64, ARM64)
    ]
    index = write_index(layout, members, name="2.0", annotations=base.annotations)
    signed = sign.envelope(signers.release, statement.cosign_sign_statement(index))
    sign.attach_bundle(
        layout,
        index,
        sign.bundle(sign.dsse_content(signed), hint=signers.release.hint),
        predicate_type=statement.COSIGN_SIGN,
    )
    provenance = statement.statement(
        [statement.subject(f"{REGISTRY}/acme/service", index)],
        statement.PROVENANCE_V1,
        statement.provenance_v1(
            BUILDER_ID, Source("https://github.com/acme/service"), dependencies=[base.material]
        ),
    )
    sign.attach_bundle(
        layout,
        index,
        sign.bundle(sign.dsse_content(sign.envelope(signers.builder, provenance)), hint=signers.builder.hint),
        predicate_type=statement.PROVENANCE_V1,
    )
    return Exhibit("two platforms, Sigstore bundles", "acme/service", "2.0", index)


def _unsigned(site: Site, base: Base) -> Exhibit:
    repository = "acme/unsigned"
    image = write_application(site.repository(repository), "unsigned", "1.0", base)
    return Exhibit("unsigned", repository, "1.0", image, "NO_EVIDENCE")


def _off_by_one_fact(site: Site, signers: Signers, good_base: Base, other_base: Base) -> list[Exhibit]:
    """Images with every piece of evidence, each with one fact that is not the one the policy asks for."""

    def exhibit(
        program: str,
        title: str,
        reason: str,
        *,
        base: Base = good_base,
        release: Key = signers.release,
        builder: Key = signers.builder,
        builder_id: str = BUILDER_ID,
        source: Source = SOURCE,
    ) -> Exhibit:
        repository = f"acme/{program}"
        layout = site.repository(repository)
        image = write_application(layout, program, "1.0", base)
        attach_by_tags(
            layout,
            repository,
            image,
            base,
            release=release,
            builder=builder,
            builder_id=builder_id,
            source=source,
        )
        return Exhibit(title, repository, "1.0", image, reason)

    stranger = signers.stranger
    return [
        exhibit(
            "another-key", "signed by another key", "SIGNER_NOT_TRUSTED", release=stranger, builder=stranger
        ),
        exhibit(
            "another-builder",
            "provenance from another builder",
            "BUILDER_NOT_ALLOWED",
            builder_id="https://laptop.acme.example/make",
        ),
        exhibit(
            "another-source",
            "built from another source repository",
            "SOURCE_NOT_ALLOWED",
            source=Source("https://github.com/mallory/app"),
        ),
        exhibit(
            "another-base", "built on a base that is not allowed", "BASE_NOT_ALLOWED", base=other_base
        ),
    ]


def _without_rule(site: Site, signers: Signers) -> Exhibit:
    """Signed by the right key, in a corner of the registry about which the policy says nothing."""
    repository = "attic/tool"
    layout = site.repository(repository)
    image = write_image(layout, application_layers("tool", "0.1"), name="0.1")
    payload = sign.simple_signing_payload(image.digest, f"{REGISTRY}/{repository}")
    sign.attach_by_tag(layout, image, "sig", [sign.simple_signature(signers.release, payload)])
    return Exhibit("no rule covers it", repository, "0.1", image, "NO_RULE")


SETTINGS = """\
# How this pullgate runs. Paths are relative to this file.
listen:
  - address: 127.0.0.1:{port}
upstreams:
  - registry: site.local
    layout: images
policy: policy.yaml
"""

POLICY = """\
# What may be pulled. Nothing that no rule allows is served.
version: 1
attestors:
  acme-release: { key: { file: keys/acme-release.pub }, transparencyLog: none }
  acme-builder: { key: { file: keys/acme-builder.pub }, transparencyLog: none }
builders:
  acme-ci:
    attestor: acme-builder
    id: https://ci.acme.example/builders/container@v1
    level: 3
defaults: { mode: enforce, noMatch: deny }
rules:
  - name: acme-base-images
    scopes: ["site.local/base/**"]
    require:
      signature: acme-release
  - name: acme-apps
    scopes: ["site.local/acme/**"]
    require:
      allOf:
        - signature: acme-release
        - provenance: { builder: acme-ci, source: { repository: "https://github.com/acme/*" } }
        - baseImage: { proof: [annotation, provenance], from: ["site.local/base/**"] }
    message: Release it through the pipeline at ci.acme.example.
"""
