"""What is an image, what is evidence, and which of them says something about which."""

from __future__ import annotations

import json

import pytest

from demo import sign, statement
from demo.layer import File, make_layer
from demo.oci import (
    CONFIG,
    LAYER,
    MANIFEST,
    Descriptor,
    encode,
    image_config,
    image_manifest,
    write_artifact,
    write_fallback,
    write_index,
)
from support import gate
from support.denial import decision_of, denied, served_blob, served_manifest
from support.gate import Gate, StartGate
from support.paths import blob, manifest
from support.process import eventually
from support.vectors import vector
from support.workshop import AMD64, ARM64, REGISTRY, Workshop


@vector(14)
def test_an_image_under_a_signatures_tag_is_judged(running: Gate, workshop: Workshop) -> None:
    image, victim = workshop.image(), workshop.image("acme/app", "victim")
    for suffix in (".sig", ".att", ".sbom", ""):
        tag = victim.digest.replace(":", "-") + suffix
        workshop.layout("acme/app").publish(image, tag)
        assert running.get(manifest("acme/app", tag)).status == 403, tag
        assert running.head(manifest("acme/app", tag)).status == 403, tag


@vector(14)
def test_an_image_that_calls_itself_an_artifact_is_judged(running: Gate, workshop: Workshop) -> None:
    """artifactType and subject are words; the layers are what runs."""
    layout = workshop.layout("acme/app")
    victim = workshop.image("acme/app", "victim")
    tar = make_layer([File("bin/evil", b"#!/bin/sh\n", 0o755)])
    config = layout.add(encode({"rootfs": {"type": "layers", "diff_ids": [tar.diff_id]}}), CONFIG)
    for name, artifact_type in (("bundle", sign.BUNDLE_V03), ("signature", "application/vnd.cncf.notary.signature")):
        smuggled = write_artifact(
            layout, [layout.add(tar.content, LAYER)], artifact_type=artifact_type, subject=victim, config=config
        )
        layout.publish(smuggled, name)
        assert running.get(manifest("acme/app", name)).status == 403, name
        assert running.get(manifest("acme/app", smuggled)).status == 403, name


@pytest.mark.parametrize("media_type", [sign.SIMPLE_SIGNING, sign.IN_TOTO, sign.DSSE_ENVELOPE, sign.BUNDLE_V03])
@pytest.mark.parametrize("tag", ["1.0", ".sig"])
@vector(14)
def test_a_layer_that_only_calls_itself_evidence_is_a_layer(
    running: Gate, workshop: Workshop, media_type: str, tag: str
) -> None:
    """Clients unpack by what the bytes are, not by what they are called."""
    layout = workshop.layout("acme/app")
    victim = workshop.image("acme/app", "victim")
    tar = make_layer([File("bin/evil", b"#!/bin/sh\n", 0o755)])
    config = layout.add(encode(image_config([tar], AMD64)), CONFIG)
    disguised = image_manifest(config, [layout.add(tar.content, media_type)])
    name = victim.digest.replace(":", "-") + tag if tag == ".sig" else tag
    image = layout.publish(layout.add(encode(disguised), MANIFEST), name)
    for reference in (name, image.digest):
        assert running.get(manifest("acme/app", reference)).status == 403, reference
    assert running.get(blob("acme/app", layout.add(tar.content, media_type).digest)).status == 404


@vector(14)
def test_one_runnable_layer_among_signatures_makes_it_an_image(running: Gate, workshop: Workshop) -> None:
    layout = workshop.layout("acme/app")
    image = workshop.image()
    signature = json.loads(workshop.bytes_of("acme/app", workshop.sign("acme/app", image)))
    tar = make_layer([File("bin/evil", b"#!/bin/sh\n", 0o755)])
    signature["layers"].append(layout.add(tar.content, LAYER).as_json())
    layout.publish(layout.add(encode(signature), MANIFEST), "mixed")
    assert running.get(manifest("acme/app", "mixed")).status == 403


@vector(14)
def test_a_list_of_referrers_with_an_image_among_them_is_judged(running: Gate, workshop: Workshop) -> None:
    layout = workshop.layout("acme/app")
    victim, image = workshop.image("acme/app", "victim"), workshop.image()
    dsse = sign.envelope(workshop.keys.release, statement.cosign_sign_statement(victim))
    bundle = sign.attach_bundle(layout, victim, sign.bundle(sign.dsse_content(dsse), hint="x"), listed=False)
    listed = write_fallback(layout, victim, [bundle])
    tag = victim.digest.replace(":", "-")
    served_manifest(running.get(manifest("acme/app", tag)), workshop.bytes_of("acme/app", listed))
    write_fallback(layout, victim, [bundle, image])
    assert running.get(manifest("acme/app", tag)).status == 403


@vector(14)
def test_evidence_itself_passes_with_its_blobs(running: Gate, workshop: Workshop) -> None:
    """Otherwise nobody could verify anything behind the gate; it is not an image and cannot be run."""
    image = workshop.image()
    signature = workshop.sign("acme/app", image)
    attestation = workshop.attest("acme/app", image)
    for evidence in (signature, attestation):
        raw = workshop.bytes_of("acme/app", evidence)
        served_manifest(running.get(manifest("acme/app", evidence)), raw)
        for layer in json.loads(raw)["layers"]:
            served_blob(running.get(blob("acme/app", layer["digest"])), workshop.bytes_of("acme/app", layer["digest"]))


@vector(15)
def test_a_buildkit_attestation_manifest_is_served_under_its_signed_index(running: Gate, workshop: Workshop) -> None:
    layout = workshop.layout("acme/built")
    image = workshop.image("acme/built", tag=None, listed=False)
    provenance = layout.add(encode(workshop.provenance("acme/built", image)), "application/vnd.in-toto+json")
    config = layout.add(encode({"architecture": "unknown", "os": "unknown", "rootfs": {"type": "layers", "diff_ids": []}}), CONFIG)  # fmt: skip
    attestation = layout.add(
        encode({"schemaVersion": 2, "mediaType": MANIFEST, "config": config.as_json(), "layers": [provenance.as_json()]}),
        MANIFEST,
    )
    marked = Descriptor(
        MANIFEST, attestation.digest, attestation.size,
        annotations={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image.digest},
        extra={"platform": {"architecture": "unknown", "os": "unknown"}},
    )  # fmt: skip
    index = write_index(layout, [image, marked], name="1.0")
    workshop.sign("acme/built", index)
    assert running.get(manifest("acme/built", "1.0")).status == 200
    for member in (image, attestation):
        served_manifest(running.get(manifest("acme/built", member)), workshop.bytes_of("acme/built", member))


@vector(15)
def test_unsigned_provenance_inside_an_unsigned_index_proves_nothing(
    workshop: Workshop, start_gate: StartGate
) -> None:
    layout = workshop.layout("acme/built")
    image = workshop.image("acme/built", tag=None, listed=False)
    provenance = layout.add(encode(workshop.provenance("acme/built", image)), "application/vnd.in-toto+json")
    attestation = write_artifact(
        layout, [provenance], artifact_type="application/vnd.docker.attestation.manifest.v1+json", subject=image
    )
    write_index(layout, [image, attestation], name="1.0")
    rule = {"name": "proven", "scopes": ["**"], "require": {"provenance": {"builder": "ci"}}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    for reference in ("1.0", image.digest):
        assert running.get(manifest("acme/built", reference)).status == 403


@vector(16)
def test_a_signed_child_does_not_admit_the_index_around_it(running: Gate, workshop: Workshop) -> None:
    """An old, signed child beside a malicious one."""
    layout = workshop.layout("acme/mixed")
    good = workshop.image("acme/mixed", "good", platform=AMD64)
    evil = workshop.image("acme/mixed", "evil", platform=ARM64)
    workshop.sign("acme/mixed", good)
    index = write_index(layout, [good, evil], name="1.0")
    assert running.get(manifest("acme/mixed", good)).status == 200
    denied(running.get(manifest("acme/mixed", "1.0")), "PLATFORM_NOT_COVERED")
    denied(running.get(manifest("acme/mixed", index)), "PLATFORM_NOT_COVERED")
    denied(running.get(manifest("acme/mixed", evil)), "PLATFORM_NOT_COVERED")
    assert running.get(manifest("acme/mixed", good)).status == 200


@vector(17)
def test_provenance_replayed_in_another_repository_does_not_count(workshop: Workshop, start_gate: StartGate) -> None:
    """The same bytes with all their evidence under another name: the policy ties the name that was asked for to the
    source that the provenance states."""
    layers = [make_layer([File("bin/tool", b"the same in both")])]
    original = workshop.image("acme/app", layers=layers)
    assert workshop.image("acme/payroll", layers=layers).digest == original.digest
    for repository in ("acme/app", "acme/payroll"):
        workshop.attest(repository, original, sign.envelope(workshop.keys.builder, workshop.provenance("acme/app", original)))
    provenance = {"builder": "ci", "source": {"repository": "https://github.com/acme/{repo}"}}
    rule = {"name": "own-source", "scopes": ["**"], "require": {"provenance": provenance}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    assert running.get(manifest("acme/app", "1.0")).status == 200
    for reference in ("1.0", original.digest):
        denied(running.get(manifest("acme/payroll", reference)), "SOURCE_NOT_ALLOWED", rule="own-source")


@vector(17)
def test_provenance_of_one_tag_does_not_count_for_another(workshop: Workshop, start_gate: StartGate) -> None:
    image = workshop.image()
    workshop.layout("acme/app").publish(image, "v1.0")
    workshop.attest("acme/app", image)  # built from refs/tags/v1.0
    provenance = {"builder": "ci", "source": {"ref": "refs/tags/{tag}"}}
    rule = {"name": "own-tag", "scopes": ["**"], "require": {"provenance": provenance}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    assert running.get(manifest("acme/app", "v1.0")).status == 200
    denied(running.get(manifest("acme/app", "1.0")), "TAG_SOURCE_MISMATCH", rule="own-tag")


@vector(18)
def test_a_statement_about_somebody_else_does_not_count(workshop: Workshop, start_gate: StartGate) -> None:
    """All the variations are in test_evidence.py; here for the request by digest as well."""
    image, other = workshop.image(), workshop.image("acme/app", "other")
    envelope = sign.envelope(workshop.keys.builder, workshop.provenance("acme/app", other))
    workshop.attest("acme/app", image, envelope)
    rule = {"name": "proven", "scopes": ["**"], "require": {"provenance": {"builder": "ci"}}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    for reference in ("1.0", image.digest):
        denied(running.get(manifest("acme/app", reference)), "SUBJECT_MISMATCH")


@vector(19)
def test_a_digest_that_was_called_back_is_refused_under_every_tag(workshop: Workshop, start_gate: StartGate) -> None:
    bad, good = workshop.signed("acme/app", "1.0"), workshop.signed("acme/app", "1.1")
    workshop.layout("acme/app").publish(bad, "latest")
    require = {"allOf": [{"signature": "release"}, {"reject": {"digests": [bad.digest]}}]}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    rule = {"name": "not-that-one", "scopes": ["**"], "require": require}
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    for reference in ("1.0", "latest", bad.digest):
        denied(running.get(manifest("acme/app", reference)), "REJECTED_BY_RULE", rule="not-that-one")
    served_manifest(running.get(manifest("acme/app", "1.1")), workshop.bytes_of("acme/app", good))


@vector(19)
def test_a_child_that_was_called_back_is_refused_under_its_admitted_index(
    workshop: Workshop, start_gate: StartGate
) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    bad, good = (entry["digest"] for entry in workshop.document("acme/service", index)["manifests"])
    require = {"allOf": [{"signature": "release"}, {"reject": {"digests": [bad]}}]}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    rule = {"name": "not-that-one", "scopes": ["**"], "require": require}
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    assert running.get(manifest("acme/service", "2.0")).status == 200
    served_manifest(running.get(manifest("acme/service", good)), workshop.bytes_of("acme/service", good))
    denied(running.get(manifest("acme/service", bad)), "REJECTED_BY_RULE", rule="not-that-one")


@vector(20)
def test_a_refusal_does_not_outlive_its_cause(running: Gate, workshop: Workshop) -> None:
    """Somebody signs the image right after the refusal: the pull has to succeed soon, without a restart."""
    image = workshop.image()
    denied(running.get(manifest("acme/app", "1.0")), "NO_EVIDENCE")
    workshop.sign("acme/app", image)
    assert eventually(lambda: running.get(manifest("acme/app", "1.0")).status == 200, 15)


@vector(20)
def test_a_verdict_of_one_policy_does_not_hold_under_another(workshop: Workshop, start_gate: StartGate) -> None:
    image = workshop.signed()
    upstream = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    first = start_gate(upstream, workshop.policy(gate.signed_by("release")))
    served_manifest(first.get(manifest("acme/app", "1.0")), workshop.bytes_of("acme/app", image))
    second = start_gate(upstream, workshop.policy(gate.signed_by("builder")))
    error = denied(second.get(manifest("acme/app", "1.0")), "SIGNER_NOT_TRUSTED")
    assert decision_of(error)
