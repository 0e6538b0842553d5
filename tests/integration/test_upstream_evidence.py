"""Evidence that cannot be had from an upstream: the answer says that there is no judgement now, and never "unsigned"."""

from __future__ import annotations

import json

import pytest

from demo.oci import INDEX, MANIFEST, Descriptor, encode
from support.denial import cannot_judge, denied, served_manifest
from support.hostile_registry import HostileRegistry, Reply
from support.misbehaviour import (
    alters_a_byte,
    answers,
    answers_with,
    breaks_off_after,
    gives_bodies,
    never_ends,
    resets,
    says,
    speaks_gibberish,
    stalls,
    stalls_after,
    turns_pages_forever,
)
from support.stage import INVALID, OTHER_DIGEST, UNREACHABLE, Row, Stage
from support.vectors import vector
from support.workshop import REGISTRY

EVIDENCE = [
    Row("resets the connection", resets(), 403, "DENIED", UNREACHABLE),
    Row("stalls", stalls(), 403, "DENIED", UNREACHABLE),
    Row("stalls in the body", stalls_after(10), 403, "DENIED", UNREACHABLE),
    Row("truncates", breaks_off_after(100), 403, "DENIED", INVALID),
    Row("answers 500", answers(500), 403, "DENIED", INVALID),
    Row("answers 503", answers(503), 403, "DENIED", INVALID),
    Row("asks for credentials", answers(401), 403, "DENIED", "UPSTREAM_AUTH"),
    Row("limits the rate", answers(429, [("Retry-After", "17")]), 403, "DENIED", "UPSTREAM_RATE_LIMITED"),
    Row("claims another digest", says("Docker-Content-Digest", OTHER_DIGEST), 403, "DENIED", INVALID),
    Row("does not speak HTTP", speaks_gibberish(), 403, "DENIED", INVALID),
    Row("never ends", never_ends(media_type=MANIFEST), 403, "DENIED", "LIMIT_EXCEEDED"),
]


@pytest.mark.parametrize("row", EVIDENCE, ids=str)
def test_a_signature_manifest_from_an_upstream_that(stage: Stage, row: Row) -> None:
    """The manifest is there and its evidence cannot be had: not now, says the answer, and never "unsigned"."""
    repository, image = stage.new_image()
    stage.registry.on(f"/v2/{repository}/manifests/sha256-.*\\.sig", row.behaviour)
    answer = stage.get(repository)
    cannot_judge(answer, row.reason)
    if row.reason == "UPSTREAM_RATE_LIMITED":
        assert answer.header("Retry-After") == "17", answer
    head = stage.gate.head(f"/v2/{REGISTRY}/{repository}/manifests/1.0")
    assert (head.status, head.body) == (403, b"")
    stage.recovers(repository, image)


@pytest.mark.parametrize(
    "row",
    [
        Row("resets the connection", resets(), 403, "DENIED", UNREACHABLE),
        Row("stalls", stalls(), 403, "DENIED", UNREACHABLE),
        Row("answers 500", answers(500), 403, "DENIED", INVALID),
        Row("truncates", breaks_off_after(50), 403, "DENIED", INVALID),
        Row("sends other bytes", alters_a_byte(), 403, "DENIED", INVALID),
        Row("sends more bytes", gives_bodies(b"{}" * 4000), 403, "DENIED", INVALID),
        Row("never ends", never_ends(), 403, "DENIED", INVALID),
        Row("has lost it", answers(404), 403, "DENIED", INVALID),
    ],
    ids=str,
)
def test_a_signature_payload_from_an_upstream_that(stage: Stage, row: Row) -> None:
    repository, image = stage.new_image(signed=False)
    signature = stage.workshop.sign(repository, image)
    manifest = stage.workshop.bytes_of(repository, signature)
    payload = json.loads(manifest)["layers"][0]["digest"]
    stage.registry.on(f"/v2/{repository}/blobs/{payload}", row.behaviour)
    cannot_judge(stage.get(repository), row.reason)
    stage.recovers(repository, image)


@pytest.mark.parametrize(
    "row",
    [
        Row("resets the connection", resets(), 403, "DENIED", UNREACHABLE),
        Row("stalls", stalls(), 403, "DENIED", UNREACHABLE),
        Row("answers 500", answers(500), 403, "DENIED", INVALID),
        Row("answers with another document", answers_with(Reply(200, [("Content-Type", INDEX)]).with_body(b"{}")),
            403, "DENIED", INVALID),
        Row("turns pages forever", turns_pages_forever(), 403, "DENIED", "LIMIT_EXCEEDED"),
        Row("lists without end", never_ends(media_type=INDEX), 403, "DENIED", "LIMIT_EXCEEDED"),
    ],  # fmt: skip
    ids=str,
)
def test_a_referrers_list_from_an_upstream_that(stage: Stage, row: Row) -> None:
    """The image is unsigned as far as can be seen, but what cannot be seen may hold its signature."""
    repository, image = stage.new_image(signed=False)
    stage.registry.on(f"/v2/{repository}/referrers/.*", row.behaviour)
    cannot_judge(stage.get(repository), row.reason)
    stage.workshop.sign(repository, image)
    stage.recovers(repository, image)


def test_a_page_for_people_is_not_a_referrers_list(stage: Stage) -> None:
    """Registries without the API answer its address with whatever they have for unknown ones; the tags are still asked."""
    repository, image = stage.new_image(signed=False)
    stage.registry.on(f"/v2/{repository}/referrers/.*", answers(200, body=b"<html>welcome</html>"))
    error = denied(stage.get(repository), "NO_EVIDENCE")
    assert "referrers API" not in error["message"]
    signed, image = stage.new_image()
    stage.registry.on(f"/v2/{signed}/referrers/.*", answers(200, body=b"<html>welcome</html>"))
    stage.recovers(signed, image)


def test_evidence_that_is_enough_needs_nothing_more(stage: Stage) -> None:
    """An allowance does not need what is missing: the tag has the signature, the referrers API is down."""
    repository, image = stage.new_image()
    stage.registry.on(f"/v2/{repository}/referrers/.*", answers(500))
    served_manifest(stage.get(repository), stage.workshop.bytes_of(repository, image))
    stage.recovers(repository, image)


@vector(35)
def test_a_next_page_elsewhere_is_not_followed(stage: Stage) -> None:
    """A Link to another host or another path is a way to make pullgate ask for things."""
    with HostileRegistry(stage.workshop.site) as elsewhere:
        for link in (f"http://{elsewhere.address}/v2/x/referrers/y", "/v2/other/referrers/z", "//evil.example/x"):
            repository, _ = stage.new_image(signed=False)
            page = says("Link", f'<{link}>; rel="next"')
            stage.registry.on(f"/v2/{repository}/referrers/.*", page)
            cannot_judge(stage.get(repository), INVALID)
        assert elsewhere.requests == []
    assert not stage.registry.asked("/v2/other/.*")
    stage.registry.forget_script()


@vector(36)
def test_a_flood_of_referrers_is_a_limit_and_not_silence(stage: Stage) -> None:
    """Whoever may push can attach thousands of junk signatures; the answer says that there are too many."""
    repository, _ = stage.new_image(signed=False)
    entry = Descriptor(MANIFEST, OTHER_DIGEST, 500, artifact_type="application/vnd.dev.sigstore.bundle.v0.3+json")
    flood = [{**entry.as_json(), "digest": f"sha256:{number:064x}"} for number in range(1, 1202)]
    page = encode({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": flood})
    stage.registry.on(f"/v2/{repository}/referrers/.*", lambda exchange: exchange.reply(exchange.honest().with_body(page)))
    before = len(stage.registry.requests)
    cannot_judge(stage.get(repository), "LIMIT_EXCEEDED")
    assert len(stage.registry.requests) - before < 600
    stage.registry.forget_script()
