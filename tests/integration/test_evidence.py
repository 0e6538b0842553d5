"""Evidence of every form that a key can sign, over the wire: each right one is accepted, each wrong one refused.

A wrong piece differs from a right one in a single point, and the refusal has to name that point by its reason code.
Every case is an image of its own below one gate, asked for by tag.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest

import attestation_cases  # noqa: F401  # its cases enter CASES
import bundle_cases  # noqa: F401
import simple_signing_cases  # noqa: F401
from demo import sign, statement
from demo.keys import make_key
from demo.oci import Descriptor, encode, write_artifact
from support import gate
from support.denial import cannot_judge, denied, served_manifest
from support.evidence_case import CASES, Bench, Case
from support.gate import Gate
from support.hostile_registry import HostileRegistry
from support.workshop import REGISTRY, Keys, Workshop

Json = dict[str, Any]

KINDS = ("p256", "p384", "p521", "ed25519", "rsa2048", "rsa4096", "rsa2048-pss")


@dataclass
class Hall:
    """The gate and everything behind it."""

    gate: Gate
    workshop: Workshop
    images: dict[str, Descriptor]


def furnish(root: Path, keys: Keys) -> tuple[Workshop, dict[str, Descriptor]]:
    workshop = Workshop(root / "site", keys)
    images = {}
    for case in CASES:
        repository = case.repository
        assert repository not in images, repository
        image = workshop.image(repository, size=50)
        other = workshop.image(repository, "other", size=50)
        workshop.sign(repository, other)
        workshop.attest(repository, other)
        case.attach(Bench(workshop, repository, image, other))
        images[repository] = image
    return workshop, images


def rules() -> list[Json]:
    source = {"repository": "https://github.com/acme/*"}
    return [
        gate.signed_by("release", [f"{REGISTRY}/acme/**"], name="acme-apps"),
        {
            "name": "proven-apps",
            "scopes": [f"{REGISTRY}/proven/**"],
            "require": {"provenance": {"builder": "ci", "source": source}},
        },
    ]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> tuple[Workshop, dict[str, Descriptor]]:
    return furnish(tmp_path_factory.mktemp("evidence"), keys)


@pytest.fixture(scope="module", params=["layout", "registry"])
def hall(
    request: pytest.FixtureRequest,
    furnished: tuple[Workshop, dict[str, Descriptor]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hall]:
    """All cases behind one gate: in a folder of layouts, and in a registry that has the referrers API."""
    workshop, images = furnished
    with HostileRegistry(workshop.site) as registry:
        upstream = (
            gate.layout_upstream(REGISTRY, workshop.images)
            if request.param == "layout"
            else gate.registry_upstream(REGISTRY, registry.port)
        )
        folder = tmp_path_factory.mktemp(request.param)
        with Gate(folder, gate.settings(upstream), workshop.policy(*rules())) as running:
            yield Hall(running, workshop, images)
            assert running.is_alive(), running.said()


@pytest.mark.parametrize("case", [case for case in CASES if not case.reason], ids=lambda case: case.title)
def test_accepted(hall: Hall, case: Case) -> None:
    content = hall.workshop.bytes_of(case.repository, hall.images[case.repository])
    served_manifest(hall.gate.get(f"/v2/{REGISTRY}/{case.repository}/manifests/1.0"), content)


@pytest.mark.parametrize("case", [case for case in CASES if case.reason], ids=lambda case: case.title)
def test_refused(hall: Hall, case: Case) -> None:
    rule = "acme-apps" if case.area == "acme" else "proven-apps"
    for reference in ("1.0", hall.images[case.repository].digest):
        answer = hall.gate.get(f"/v2/{REGISTRY}/{case.repository}/manifests/{reference}")
        if case.was_read:
            denied(answer, case.reason, rule=rule)
        else:
            cannot_judge(answer, case.reason)


def test_the_other_image_of_every_case_is_accepted(hall: Hall) -> None:
    """What the wrong evidence was made from is right: the refusals are about the one thing that was changed."""
    for repository in hall.images:
        assert hall.gate.get(f"/v2/{REGISTRY}/{repository}/manifests/other").status == 200, repository


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_every_kind_signs_in_every_form(kind: str, tmp_path: Path, keys: Keys) -> None:
    key, pss = make_key(kind.removesuffix("-pss")), kind.endswith("-pss")
    workshop = Workshop(tmp_path / "site", Keys(key, keys.builder, keys.stranger))
    forms = {}
    for form in ("tag", "dsse", "message"):
        repository = f"acme/{form}"
        image = forms[repository] = workshop.image(repository, size=50)
        layout = workshop.layout(repository)
        if form == "tag":
            payload = sign.simple_signing_payload(image.digest, f"{REGISTRY}/{repository}")
            sign.attach_by_tag(layout, image, "sig", [sign.simple_signature(key, payload, pss=pss)])
        elif form == "dsse":
            envelope = sign.envelope(key, statement.cosign_sign_statement(image), pss=pss)
            sign.attach_bundle(layout, image, sign.bundle(sign.dsse_content(envelope), hint=key.hint))
        else:
            content = sign.message_signature(key, layout.read(image.digest), pss=pss)
            sign.attach_bundle(layout, image, sign.bundle(content, hint=key.hint))
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    policy = workshop.policy(gate.signed_by("release"))
    if pss:
        # Nothing about an RSA key says which of the two paddings it signs with; PSS has to be asked for.
        policy["attestors"]["release"]["key"]["algorithm"] = "rsa-pss-sha256"
    with Gate(tmp_path / "gate", settings, policy) as running:
        for repository, image in forms.items():
            answer = running.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0")
            served_manifest(answer, workshop.bytes_of(repository, image))


@pytest.mark.parametrize("kind", ["p256", "ed25519", "rsa2048"])
def test_another_key_of_the_same_kind_is_refused(kind: str, tmp_path: Path, keys: Keys) -> None:
    workshop = Workshop(tmp_path / "site", Keys(make_key(kind), keys.builder, make_key(kind)))
    image = workshop.image("acme/app")
    workshop.sign("acme/app", image, workshop.keys.stranger)
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
        denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "SIGNER_NOT_TRUSTED")


def test_a_referrer_whose_subject_is_another_image_does_not_count(tmp_path: Path, keys: Keys) -> None:
    """The registry lists, among this image's referrers, one that was attached to another: even true words from there
    are not what the image's publisher put beside it."""
    workshop = Workshop(tmp_path / "site", keys)
    image, other = workshop.image(), workshop.image(tag="other")
    bench = Bench(workshop, "acme/app", image, other)
    attached = bench.bundle(bench.signed_bundle(), subject=other)
    listed = encode({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                     "manifests": [attached.as_json()]})  # fmt: skip
    with HostileRegistry(workshop.site) as registry:
        settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port))
        with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
            registry.on(
                f"/v2/acme/app/referrers/{image.digest}",
                lambda exchange: exchange.reply(exchange.honest().with_body(listed)),
            )
            denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "SUBJECT_MISMATCH")
            assert registry.asked(f"/v2/acme/app/manifests/{attached.digest}")


def test_evidence_of_a_repository_beside_it_does_not_count(tmp_path: Path, keys: Keys) -> None:
    workshop = Workshop(tmp_path / "site", keys)
    layers: list[Any] = []
    image = workshop.image("acme/app", layers=layers)
    assert workshop.image("acme/twin", layers=layers).digest == image.digest
    workshop.sign("acme/twin", image)
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
        assert running.get(f"/v2/{REGISTRY}/acme/twin/manifests/1.0").status == 200
        denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "NO_EVIDENCE")


def test_a_threshold_counts_attestors_and_not_signatures(tmp_path: Path, keys: Keys) -> None:
    workshop = Workshop(tmp_path / "site", keys)
    both, twice = workshop.image("acme/both"), workshop.image("acme/twice")
    for repository, image, signers in (
        ("acme/both", both, (keys.release, keys.builder)),
        ("acme/twice", twice, (keys.release, keys.release)),
    ):
        payload = sign.simple_signing_payload(image.digest, f"{REGISTRY}/{repository}")
        layers = [sign.simple_signature(key, payload) for key in signers]
        sign.attach_by_tag(workshop.layout(repository), image, "sig", layers)
    threshold = {"atLeast": 2, "of": [{"signature": "release"}, {"signature": "builder"}]}
    rule = {"name": "two-of-us", "scopes": ["**"], "require": {"threshold": threshold}}
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(rule)) as running:
        served_manifest(
            running.get(f"/v2/{REGISTRY}/acme/both/manifests/1.0"), workshop.bytes_of("acme/both", both)
        )
        denied(running.get(f"/v2/{REGISTRY}/acme/twice/manifests/1.0"), "THRESHOLD_NOT_MET", rule="two-of-us")


def test_wrong_evidence_never_hides_behind_the_form_of_its_container(tmp_path: Path, keys: Keys) -> None:
    """An artifact with evidence layers and a subject, but under an artifactType nobody knows, is still looked at, and
    one with the right artifactType but other layers proves nothing."""
    workshop = Workshop(tmp_path / "site", keys)
    image = workshop.image()
    layout = workshop.layout("acme/app")
    text = layout.add(json.dumps({"approved": True}).encode(), "text/plain")
    write_artifact(layout, [text], artifact_type=sign.BUNDLE_V03, subject=image)
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
        denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "NO_EVIDENCE")
