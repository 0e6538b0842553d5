"""Images that cosign signs and attests without keys, in every form that it can write, asked for through pullgate."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest

from demo import statement
from demo.oci import MANIFEST, Descriptor, encode
from support import client, gate
from support.cosign import Cosign, Ended
from support.denial import denied, served_manifest
from support.docker_registry import DockerRegistry
from support.gate import Gate
from support.private_sigstore import PrivateSigstore, signing_config
from support.private_sigstore.authorities import ISSUER
from support.private_sigstore.services import identity_token, serving
from support.workshop import BUILDER_ID, REGISTRY, SOURCE, Keys, Workshop

# No two attestors may be the same identity.
ATTESTORS = ("logged", "stamped", "unlogged", "other-root")
STRANGER = "https://github.com/other/app/.github/workflows/release.yml@refs/heads/main"


@dataclass(frozen=True)
class Form:
    """How a version of cosign writes what it signs, and what it asks the services for."""

    version: int
    is_bundle: bool
    rekor: int = 1  # 0: no log
    timestamped: bool = False

    def __str__(self) -> str:
        words = ["bundle" if self.is_bundle else "tag", f"rekor{self.rekor}" if self.rekor else "unlogged"]
        return "-".join([f"v{self.version}", *words, *(["timestamp"] if self.timestamped else [])])


TAGS = [Form(version, False, *rest) for version in (2, 3) for rest in ((1, False), (1, True))]
BUNDLES = [Form(version, True, *rest) for version in (2, 3) for rest in ((1, False), (1, True), (2, True))]
UNLOGGED = [Form(2, False, 0, True), Form(3, False, 0, True), Form(2, True, 0, True), Form(3, True, 0, True)]


@dataclass
class Gallery:
    """A registry that cosign signs in with certificates of a private Sigstore, and a gate that trusts that."""

    root: Path
    sigstore: PrivateSigstore
    address: str
    cosigns: dict[int, Cosign]
    registry: DockerRegistry
    workshop: Workshop
    gate: Gate

    def push(self, repository: str) -> Descriptor:
        image = self.workshop.image(repository, size=100)
        self.registry.push(self.workshop.layout(repository), repository)
        return image

    def sign(self, form: Form, repository: str, image: Descriptor, subject: str = "") -> None:
        """As the attestor after whom the repository is named, unless a subject is given."""
        self._run(form, "sign", repository, image, subject or subject_of(repository.split("/")[0]))

    def attest(self, form: Form, repository: str, image: Descriptor, subject: str) -> None:
        predicate = self.root / "predicate.json"
        predicate.write_bytes(encode(statement.provenance_v1(BUILDER_ID, SOURCE)))
        self._run(
            form, "attest", repository, image, subject, "--type", "slsaprovenance1", "--predicate", str(predicate)
        )

    def verify_attestation(self, version: int, repository: str, image: Descriptor, subject: str) -> Ended:
        """What cosign says of an attestation under the tag `.att` with a timestamp."""
        keys = self._keys()
        stamps = ["--timestamp-certificate-chain", keys["SIGSTORE_TSA_CERTIFICATE_FILE"]]
        asked = ["--certificate-identity", subject, "--certificate-oidc-issuer", ISSUER, "--type", "slsaprovenance1"]
        name = f"{self.registry.address}/{repository}@{image.digest}"
        older = ["--new-bundle-format=false"] if version == 3 else []
        return self.cosigns[version].run("verify-attestation", *stamps, *asked, *older, name, **keys)

    def get(self, repository: str, reference: str = "1.0") -> client.Answer:
        return self.gate.get(f"/v2/{REGISTRY}/{repository}/manifests/{reference}")

    def is_served(self, repository: str, image: Descriptor) -> None:
        served_manifest(self.get(repository), self.workshop.bytes_of(repository, image))

    def _run(self, form: Form, command: str, repository: str, image: Descriptor, subject: str, *more: str) -> None:
        services = self._by_configuration(form) if form.is_bundle else self._by_address(form)
        options = [*services, "--identity-token", identity_token(subject), "-y", *more]
        name = f"{self.registry.address}/{repository}@{image.digest}"
        self.cosigns[form.version].must(command, *options, name, **({} if form.is_bundle else self._keys()))

    def _by_configuration(self, form: Form) -> list[str]:
        signing = signing_config(self.address, form.rekor or 1, timestamped=form.timestamped)
        if not form.rekor:
            signing["rekorTlogUrls"] = []
        file = self.root / f"{form}.json"
        file.write_text(json.dumps(signing), encoding="ascii")
        options = ["--signing-config", str(file), "--trusted-root", str(self.root / "trusted_root.json")]
        return [*(["--new-bundle-format"] if form.version == 2 else []), *options]

    def _by_address(self, form: Form) -> list[str]:
        """As cosign found its services before there were configurations of them."""
        options = ["--fulcio-url", self.address, "--rekor-url", self.address]
        if form.version == 3:
            options += ["--new-bundle-format=false", "--use-signing-config=false"]
        if not form.rekor:
            options += ["--tlog-upload=false"]
        if form.timestamped:
            options += ["--timestamp-server-url", f"{self.address}/api/v1/timestamp"]
        return options

    def _keys(self) -> dict[str, str]:
        """What cosign checks certificates and promises with while it signs, without a trust root."""
        files = {
            "SIGSTORE_ROOT_FILE": _pem(self.sigstore.fulcio.chain),
            "SIGSTORE_TSA_CERTIFICATE_FILE": _pem(self.sigstore.timestamps.chain),
            "SIGSTORE_REKOR_PUBLIC_KEY": self.sigstore.rekor1.key.public_pem(),
            "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": self.sigstore.certificate_log.key.public_pem(),
        }
        for name, content in files.items():
            (self.root / name).write_bytes(content)
        return {name: str(self.root / name) for name in files}


def subject_of(attestor: str) -> str:
    return f"https://github.com/acme/{attestor}/.github/workflows/release.yml@refs/heads/main"


def _pem(chain: list[bytes]) -> bytes:
    return "".join(ssl.DER_cert_to_PEM_cert(each) for each in chain).encode()


def _policy(trusted_root: Path, other_root: Path) -> Mapping[str, Any]:
    demands = {"stamped": {"timestamp": "required"}, "unlogged": {"transparencyLog": "none", "timestamp": "required"}}
    attestors = {
        name: {
            "keyless": {
                "trustRoot": "other" if name == "other-root" else "ours",
                "issuer": ISSUER,
                "subject": subject_of(name),
            },
            **demands.get(name, {}),
        }
        for name in ATTESTORS
    }
    builder = {"attestor": "logged", "id": BUILDER_ID, "level": 3}
    provenance = {"builder": "ci", "source": {"repository": "https://github.com/acme/*"}}
    return {
        "version": 1,
        "trustRoots": {
            "ours": {"sigstore": {"trustedRoot": str(trusted_root)}},
            "other": {"sigstore": {"trustedRoot": str(other_root)}},
        },
        "attestors": attestors,
        "builders": {"ci": builder},
        "defaults": {"mode": "enforce", "noMatch": "deny"},
        "rules": [
            *(gate.signed_by(name, [f"{REGISTRY}/{name}/**"], name=f"by-{name}") for name in attestors),
            {"name": "proven", "scopes": [f"{REGISTRY}/proven/**"], "require": {"provenance": provenance}},
        ],
    }


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, cosigns: dict[int, Cosign], keys: Keys) -> Iterator[Gallery]:
    root = tmp_path_factory.mktemp("gallery")
    sigstore = PrivateSigstore(root / "sigstore")
    roots = [root / "trusted_root.json", root / "other_root.json"]
    for file, each in zip(roots, (sigstore, PrivateSigstore(root / "other"))):
        file.write_bytes(encode(each.trusted_root()))
    with serving(sigstore) as address, DockerRegistry(root / "registry") as registry:
        settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port))
        with Gate(root / "gate", settings, _policy(*roots)) as running:
            yield Gallery(root, sigstore, address, cosigns, registry, Workshop(root / "site", keys), running)
            assert running.is_alive(), running.said()


@pytest.mark.parametrize("form", [*TAGS, *BUNDLES], ids=str)
def test_a_signature_is_accepted(gallery: Gallery, form: Form) -> None:
    image = gallery.push(f"logged/{form}")
    gallery.sign(form, f"logged/{form}", image)
    gallery.is_served(f"logged/{form}", image)


@pytest.mark.parametrize("form", [TAGS[0], TAGS[2], BUNDLES[0], BUNDLES[-1]], ids=str)
def test_a_signature_of_somebody_else_is_refused(gallery: Gallery, form: Form) -> None:
    image = gallery.push(f"logged/stranger/{form}")
    gallery.sign(form, f"logged/stranger/{form}", image, STRANGER)
    denied(gallery.get(f"logged/stranger/{form}"), "SIGNER_NOT_TRUSTED", rule="by-logged")


@pytest.mark.parametrize("form", [TAGS[0], TAGS[2], BUNDLES[0], BUNDLES[-1]], ids=str)
def test_a_signature_beside_somebody_elses_is_accepted(gallery: Gallery, form: Form) -> None:
    image = gallery.push(f"logged/both/{form}")
    gallery.sign(form, f"logged/both/{form}", image, STRANGER)
    gallery.sign(form, f"logged/both/{form}", image)
    gallery.is_served(f"logged/both/{form}", image)


@pytest.mark.parametrize("form", [TAGS[0], BUNDLES[-1]], ids=str)
def test_a_signature_is_only_for_those_who_trust_the_authority(gallery: Gallery, form: Form) -> None:
    image = gallery.push(f"other-root/{form}")
    gallery.sign(form, f"other-root/{form}", image)
    denied(gallery.get(f"other-root/{form}"), "SIGNER_NOT_TRUSTED", rule="by-other-root")


@pytest.mark.parametrize("form", [*TAGS, *BUNDLES], ids=str)
def test_a_timestamp_is_asked_for(gallery: Gallery, form: Form) -> None:
    image = gallery.push(f"stamped/{form}")
    gallery.sign(form, f"stamped/{form}", image)
    if form.timestamped:
        gallery.is_served(f"stamped/{form}", image)
    else:
        denied(gallery.get(f"stamped/{form}"), "TIMESTAMP_MISSING", rule="by-stamped")


@pytest.mark.parametrize("form", UNLOGGED, ids=str)
def test_a_signature_in_no_log_is_accepted_where_no_log_is_asked_for(gallery: Gallery, form: Form) -> None:
    for attestor in ("unlogged", "logged"):
        image = gallery.push(f"{attestor}/{form}")
        gallery.sign(form, f"{attestor}/{form}", image)
        if attestor == "unlogged":
            gallery.is_served(f"{attestor}/{form}", image)
        else:
            denied(gallery.get(f"{attestor}/{form}"), "TLOG_MISSING", rule="by-logged")


@pytest.mark.parametrize("form", TAGS, ids=str)
def test_a_signature_that_was_copied_from_another_image_is_refused(gallery: Gallery, form: Form) -> None:
    repository = f"logged/copied/{form}"
    good = gallery.push(repository)
    gallery.sign(form, repository, good)
    other = gallery.workshop.image(repository, "2.0", size=100)
    gallery.registry.push(gallery.workshop.layout(repository), repository)
    names = [f"{each.digest.replace(':', '-')}.sig" for each in (good, other)]
    found = client.ask(gallery.registry.port, "GET", f"/v2/{repository}/manifests/{names[0]}", {"Accept": MANIFEST})
    gallery.registry.put_manifest(repository, names[1], MANIFEST, found.body)
    denied(gallery.get(repository, "2.0"), "SUBJECT_MISMATCH", rule="by-logged")


def test_version_3_stamps_what_no_version_verifies(gallery: Gallery) -> None:
    """Under `.att` a timestamp is over the whole envelope, and so writes version 2; version 3 writes one over the
    signature, which it does not itself accept."""
    for written, is_right in ((TAGS[1], True), (TAGS[3], False)):
        repository = f"proven/stamped/{written}"
        image = gallery.push(repository)
        gallery.attest(written, repository, image, subject_of("logged"))
        for version in gallery.cosigns:
            ended = gallery.verify_attestation(version, repository, image, subject_of("logged"))
            assert (ended.returncode == 0) == is_right, ended.stderr
        if is_right:
            gallery.is_served(repository, image)
        else:
            denied(gallery.get(repository), "TIMESTAMP_INVALID", rule="proven")


@pytest.mark.parametrize("form", [*TAGS[:3], *BUNDLES], ids=str)
def test_provenance_is_accepted(gallery: Gallery, form: Form) -> None:
    image = gallery.push(f"proven/{form}")
    gallery.attest(form, f"proven/{form}", image, subject_of("logged"))
    gallery.is_served(f"proven/{form}", image)


@pytest.mark.parametrize("form", [TAGS[0], TAGS[2], BUNDLES[2], BUNDLES[-1]], ids=str)
def test_provenance_of_somebody_else_is_refused(gallery: Gallery, form: Form) -> None:
    image = gallery.push(f"proven/stranger/{form}")
    gallery.attest(form, f"proven/stranger/{form}", image, STRANGER)
    denied(gallery.get(f"proven/stranger/{form}"), "SIGNER_NOT_TRUSTED", rule="proven")
