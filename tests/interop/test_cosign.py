"""cosign signs and attests with keys in every form that it can write; pullgate believes the right ones and no other.

The images are pushed to docker-registry, signed there by cosign itself, and asked for through pullgate.
"""

from __future__ import annotations

import json

import pytest

from demo.oci import INDEX, MANIFEST
from support.cosign_bench import ATTESTATIONS, KINDS, PROVENANCE, SIGNATURES, Bench, Form, fetch, tag_of
from support.denial import denied, served_manifest


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
