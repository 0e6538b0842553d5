"""cosign signs and attests with keys in every form that it can write; pullgate believes the right ones and no other.

The images are pushed to docker-registry, signed there by cosign itself, and pulled through pullgate.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

import pytest

from demo import statement
from demo.keys import make_key
from demo.oci import DOCKER_MANIFEST, INDEX, MANIFEST, REF_NAME, Descriptor, Layout, Site
from support import client, containerd, cosign, gate, skopeo
from support.containerd import Containerd
from support.cosign import Cosign
from support.denial import denied, served_manifest
from support.docker_registry import DockerRegistry
from support.gate import Gate
from support.hostile_registry import HostileRegistry
from support.workshop import BUILDER_ID, SOURCE, Keys, Workshop

REGISTRY = "site.local"
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


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("cosign")
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


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_is_accepted(bench: Bench, form: Form, kind: str) -> None:
    repository = f"{kind}/{form}"
    image = bench.push(repository)
    bench.sign(form, kind, repository, image)
    bench.is_served(repository, image)


def test_without_a_signature_there_is_nothing(bench: Bench) -> None:
    bench.push("p256/unsigned")
    denied(bench.get("p256/unsigned"), "NO_EVIDENCE", rule="by-p256")


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_a_signature_by_another_key_is_refused(bench: Bench, form: Form) -> None:
    for signer in ("stranger", "p384"):
        repository = f"p256/{signer}/{form}"
        image = bench.push(repository)
        bench.sign(form, signer, repository, image)
        denied(bench.get(repository), "SIGNER_NOT_TRUSTED", rule="by-p256")


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_a_signature_beside_a_strangers_is_accepted(bench: Bench, form: Form) -> None:
    """cosign adds to what is there already."""
    repository = f"p256/both/{form}"
    image = bench.push(repository)
    bench.sign(form, "stranger", repository, image)
    bench.sign(form, "p256", repository, image)
    bench.is_served(repository, image)


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_a_signature_with_annotations_is_accepted(bench: Bench, form: Form) -> None:
    repository = f"p256/annotated/{form}"
    image = bench.push(repository)
    bench.sign(form, "p256", repository, image, "-a", "stage=production", "-a", "commit=0123456")
    bench.is_served(repository, image)


def test_a_signature_with_a_timestamp_in_its_payload_is_accepted(bench: Bench) -> None:
    repository = "p256/stamped"
    image = bench.push(repository)
    bench.sign(SIGNATURES[0], "p256", repository, image, "--record-creation-timestamp")
    bench.is_served(repository, image)


@pytest.mark.parametrize("form", [form for form in SIGNATURES if form.title == "tag"], ids=str)
def test_a_signature_that_was_copied_from_another_image_is_refused(bench: Bench, form: Form) -> None:
    repository = f"p256/copied/{form}"
    good = bench.push(repository)
    bench.sign(form, "p256", repository, good)
    bench.is_served(repository, good)
    other = bench.workshop.image(repository, "2.0", size=100)
    bench.registry.push(bench.workshop.layout(repository), repository)
    signature = fetch(bench, repository, tag_of(good, ".sig"))
    bench.registry.put_manifest(repository, tag_of(other, ".sig"), MANIFEST, signature)
    denied(bench.get(repository, "2.0"), "SUBJECT_MISMATCH", rule="by-p256")


@pytest.mark.parametrize("form", [form for form in SIGNATURES if form.title != "tag"], ids=str)
def test_a_list_of_referrers_that_was_copied_from_another_image_is_refused(bench: Bench, form: Form) -> None:
    repository = f"p256/copied-list/{form}"
    good = bench.push(repository)
    bench.sign(form, "p256", repository, good)
    other = bench.workshop.image(repository, "2.0", size=100)
    bench.registry.push(bench.workshop.layout(repository), repository)
    bench.registry.put_manifest(repository, tag_of(other), INDEX, fetch(bench, repository, tag_of(good)))
    denied(bench.get(repository, "2.0"), "SUBJECT_MISMATCH", rule="by-p256")


@pytest.mark.parametrize("form", ATTESTATIONS, ids=str)
@pytest.mark.parametrize("kind", PROVENANCE)
def test_provenance_is_accepted(bench: Bench, form: Form, kind: str) -> None:
    repository = f"proven/{kind}/{form}"
    image = bench.push(repository)
    bench.attest(form, "p256", repository, image, kind)
    bench.is_served(repository, image)


@pytest.mark.parametrize("form", ATTESTATIONS, ids=str)
def test_provenance_by_another_key_is_refused(bench: Bench, form: Form) -> None:
    for signer in ("stranger", "p384"):
        repository = f"proven/{signer}/{form}"
        image = bench.push(repository)
        bench.attest(form, signer, repository, image)
        denied(bench.get(repository), "SIGNER_NOT_TRUSTED", rule="proven")


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_a_signature_is_no_provenance(bench: Bench, form: Form) -> None:
    repository = f"proven/signed-only/{form}"
    image = bench.push(repository)
    bench.sign(form, "p256", repository, image)
    denied(bench.get(repository), "NO_EVIDENCE", rule="proven")


@pytest.mark.parametrize("form", ATTESTATIONS, ids=str)
def test_provenance_is_no_signature(bench: Bench, form: Form) -> None:
    repository = f"p256/attested-only/{form}"
    image = bench.push(repository)
    bench.attest(form, "p256", repository, image)
    denied(bench.get(repository), "NO_EVIDENCE", rule="by-p256")


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_an_index_signed_as_a_whole_covers_its_platforms(bench: Bench, form: Form) -> None:
    repository = f"p256/index/{form}"
    index = bench.workshop.index(repository, "2.0")
    bench.registry.push(bench.workshop.layout(repository), repository)
    bench.sign(form, "p256", repository, index)
    content = bench.workshop.bytes_of(repository, index)
    served_manifest(bench.get(repository, "2.0"), content)
    for child in json.loads(content)["manifests"]:
        served_manifest(bench.get(repository, child["digest"]), bench.workshop.bytes_of(repository, child["digest"]))


@pytest.mark.parametrize("form", [SIGNATURES[0], SIGNATURES[4]], ids=str)
def test_an_index_signed_recursively_has_children_that_stand_alone(bench: Bench, form: Form) -> None:
    repository = f"p256/recursive/{form}"
    index = bench.workshop.index(repository, "2.0")
    bench.registry.push(bench.workshop.layout(repository), repository)
    bench.sign(form, "p256", repository, index, "--recursive")
    for child in json.loads(bench.workshop.bytes_of(repository, index))["manifests"]:
        served_manifest(bench.get(repository, child["digest"]), bench.workshop.bytes_of(repository, child["digest"]))


# Real clients, and the command


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_containerd_pulls_what_cosign_signed(bench: Bench, form: Form, tmp_path: Path) -> None:
    reason = containerd.missing()
    if reason:
        pytest.skip(reason)
    repository = f"p256/node/{form}"
    index = bench.workshop.index(repository, "2.0")
    unsigned = bench.workshop.image(repository, "unsigned")
    bench.registry.push(bench.workshop.layout(repository), repository)
    bench.sign(form, "p256", repository, index)
    with Containerd(tmp_path / "node") as node:
        node.send_pulls_to(bench.gate.address)
        refused = node.pull(f"{REGISTRY}/{repository}:unsigned")
        assert refused.returncode != 0 and "403 " in refused.stderr and "NO_EVIDENCE" in refused.stderr
        assert node.content() == {}
        ended = node.pull(f"{REGISTRY}/{repository}:2.0", all_platforms=True)
        assert ended.returncode == 0, ended.stderr
        content = node.content()
        assert index.digest in content and unsigned.digest not in content
        for digest, held in content.items():
            assert held == bench.workshop.bytes_of(repository, digest), digest


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_skopeo_pulls_what_cosign_signed(bench: Bench, form: Form, tmp_path: Path) -> None:
    repository = f"p256/copy/{form}"
    image = bench.push(repository)
    bench.workshop.image(repository, "unsigned", size=100)
    bench.registry.push(bench.workshop.layout(repository), repository)
    bench.sign(form, "p256", repository, image)
    source = f"{bench.gate.address}/{REGISTRY}/{repository}"
    refused = skopeo.copy(f"{source}:unsigned", tmp_path / "refused")
    assert refused.returncode != 0 and "NO_EVIDENCE" in refused.stderr, refused.stderr
    ended = skopeo.copy(f"{source}:1.0", tmp_path / "pulled")
    assert ended.returncode == 0, ended.stderr
    assert skopeo.pulled(tmp_path / "pulled")[0] == image.digest


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_the_verify_command_agrees(bench: Bench, form: Form) -> None:
    repository = f"p256/command/{form}"
    image = bench.push(repository)
    name = f"{REGISTRY}/{repository}:1.0"
    arguments = ("--config", bench.gate.settings_file, "--format", "json")
    before = gate.run("verify", name, *arguments)
    assert (before.returncode, json.loads(before.stdout)["reason"]) == (1, "NO_EVIDENCE"), before.stderr
    bench.sign(form, "stranger", repository, image)
    other = gate.run("verify", name, *arguments)
    assert (other.returncode, json.loads(other.stdout)["reason"]) == (1, "SIGNER_NOT_TRUSTED"), other.stderr
    bench.sign(form, "p256", repository, image)
    after = gate.run("verify", name, *arguments)
    assert (after.returncode, json.loads(after.stdout)["verdict"]) == (0, "allow"), after.stdout + after.stderr


# Signatures travel too: cosign behind pullgate


VERIFIABLE = [
    (SIGNATURES[0], 2, ()),
    (SIGNATURES[0], 3, ()),
    (SIGNATURES[2], 2, ("--experimental-oci11",)),
    (SIGNATURES[3], 2, ()),
    (SIGNATURES[4], 3, ()),
    (SIGNATURES[1], 3, ()),
]


@pytest.mark.parametrize(
    ("form", "version", "options"), VERIFIABLE, ids=[f"{form}-by-v{version}" for form, version, _ in VERIFIABLE]
)
def test_cosign_verifies_through_pullgate(bench: Bench, form: Form, version: int, options: tuple[str, ...]) -> None:
    repository = f"p256/travel/{form}-{version}"
    image = bench.push(repository)
    bench.sign(form, "p256", repository, image)
    tool = bench.tools[version]
    for reference in (f"{repository}:1.0", f"{repository}@{image.digest}"):
        through = f"{bench.gate.address}/{REGISTRY}/{reference}"
        good = tool.verify(bench.public["p256"], through, *options)
        assert good.returncode == 0, good.stderr
        assert image.digest in good.stdout
        bad = tool.verify(bench.public["stranger"], through, *options)
        assert bad.returncode != 0


@pytest.mark.parametrize(
    ("form", "version"), [(ATTESTATIONS[0], 2), (ATTESTATIONS[0], 3), (ATTESTATIONS[2], 2), (ATTESTATIONS[3], 3)]
)
def test_cosign_verifies_attestations_through_pullgate(bench: Bench, form: Form, version: int) -> None:
    repository = f"proven/travel/{form}-{version}"
    image = bench.push(repository)
    bench.attest(form, "p256", repository, image)
    through = f"{bench.gate.address}/{REGISTRY}/{repository}@{image.digest}"
    tool = bench.tools[version]
    good = tool.verify_attestation(bench.public["p256"], through, "slsaprovenance1")
    assert good.returncode == 0, good.stderr
    assert tool.verify_attestation(bench.public["stranger"], through, "slsaprovenance1").returncode != 0


def test_cosign_is_refused_an_image_that_the_policy_refuses(bench: Bench) -> None:
    repository = "p256/hidden"
    image = bench.push(repository)
    bench.sign(SIGNATURES[0], "stranger", repository, image)
    through = f"{bench.gate.address}/{REGISTRY}/{repository}:1.0"
    ended = bench.tools[3].verify(bench.public["stranger"], through)
    assert ended.returncode != 0
    assert "DENIED" in ended.stderr and "SIGNER_NOT_TRUSTED" in ended.stderr, ended.stderr


# The same evidence where there is a referrers API, and in a folder


@pytest.fixture(scope="module")
def mirrored(bench: Bench) -> Site:
    """An image for each form, signed in the registry, copied from there into layouts as it is."""
    site = Site(bench.root / "mirror")
    for form in SIGNATURES:
        for signer in ("p256", "stranger"):
            repository = f"p256/mirror/{form}/{signer}"
            image = bench.push(repository)
            bench.sign(form, signer, repository, image)
            mirror(bench, repository, site.repository(repository), image)
    return site


@pytest.mark.parametrize("kind", ["layout", "referrers API"])
def test_evidence_is_found_wherever_a_mirror_keeps_it(bench: Bench, mirrored: Site, kind: str, tmp_path: Path) -> None:
    policy = {
        "version": 1,
        "attestors": {"p256": {"key": {"file": str(bench.public["p256"])}, "transparencyLog": "none"}},
        "defaults": {"mode": "enforce", "noMatch": "deny"},
        "rules": [gate.signed_by("p256")],
    }
    with HostileRegistry(mirrored) as registry:
        upstream = (
            gate.layout_upstream(REGISTRY, mirrored.root)
            if kind == "layout"
            else gate.registry_upstream(REGISTRY, registry.port)
        )
        with Gate(tmp_path / "gate", gate.settings(upstream), policy) as running:
            for form in SIGNATURES:
                repository = f"p256/mirror/{form}"
                good = running.get(f"/v2/{REGISTRY}/{repository}/p256/manifests/1.0")
                assert good.status == 200, f"{form}: {good}"
                denied(running.get(f"/v2/{REGISTRY}/{repository}/stranger/manifests/1.0"), "SIGNER_NOT_TRUSTED")


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
