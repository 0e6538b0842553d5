"""Manifests from an upstream that misbehaves in every way a network or an enemy can: the client gets an honest error and
never a part for the whole, and pullgate serves the next request as if nothing had been.
"""

from __future__ import annotations

import pytest

from demo.oci import MANIFEST
from support import gate
from support.denial import cannot_judge, denied, oci_error, served_manifest
from support.gate import IMPATIENT, StartGate
from support.hostile_registry import HostileRegistry, Reply
from support.misbehaviour import (
    answers,
    answers_with,
    breaks_off_after,
    compresses,
    cuts_a_chunk,
    drips,
    drips_its_head,
    gives_bodies,
    hangs_up,
    never_ends,
    redirects_to,
    resets,
    says,
    says_length,
    says_two_lengths,
    speaks_gibberish,
    stalls,
    stalls_after,
)
from support.process import eventually, free_port
from support.stage import INVALID, OTHER_DIGEST, UNREACHABLE, Row, Stage
from support.workshop import REGISTRY, Workshop

BROKEN = [
    Row("resets the connection", resets(), 502, "UNAVAILABLE", UNREACHABLE),
    Row("hangs up", hangs_up(), 502, "UNAVAILABLE", UNREACHABLE),
    Row("stalls", stalls(), 504, "UNAVAILABLE", UNREACHABLE),
    Row("stalls in the body", stalls_after(10), 504, "UNAVAILABLE", UNREACHABLE),
    Row("sends its head a byte at a time", drips_its_head(), 504, "UNAVAILABLE", UNREACHABLE),
    Row("sends its body a byte a second", drips(), 504, "UNAVAILABLE", UNREACHABLE),
    Row("truncates", breaks_off_after(100), 502, "UNAVAILABLE", INVALID),
    Row("truncates with a reset", breaks_off_after(100, with_reset=True), 502, "UNAVAILABLE", UNREACHABLE),
    Row("truncates a chunk", cuts_a_chunk(), 502, "UNAVAILABLE", INVALID),
    Row("promises more than it sends", says_length(+10), 502, "UNAVAILABLE", INVALID),
    Row("promises less than it sends", says_length(-10), 502, "UNAVAILABLE", INVALID),
    Row("sends two lengths", says_two_lengths(), 502, "UNAVAILABLE", INVALID),
    Row("does not speak HTTP", speaks_gibberish(), 502, "UNAVAILABLE", INVALID),
    Row("answers 500", answers(500), 502, "UNAVAILABLE", INVALID),
    Row("answers 502", answers(502), 502, "UNAVAILABLE", INVALID),
    Row("answers 503", answers(503), 502, "UNAVAILABLE", INVALID),
    Row("answers 418", answers(418), 502, "UNAVAILABLE", INVALID),
    Row("answers 206", answers(206), 502, "UNAVAILABLE", INVALID),
    Row("answers 204", answers_with(Reply(204, [])), 502, "UNAVAILABLE", INVALID),
    Row("answers 304", answers_with(Reply(304, [])), 502, "UNAVAILABLE", INVALID),
    Row("asks for credentials", answers(401, [("WWW-Authenticate", 'Basic realm="x"')]), 401, "UNAUTHORIZED",
        "UPSTREAM_AUTH"),
    Row("limits the rate", answers(429, [("Retry-After", "17")]), 429, "TOOMANYREQUESTS", "UPSTREAM_RATE_LIMITED"),
    Row("claims another digest", says("Docker-Content-Digest", OTHER_DIGEST), 502, "UNAVAILABLE", INVALID),
    Row("compresses", compresses(), 502, "UNAVAILABLE", INVALID),
    Row("never ends", never_ends(media_type=MANIFEST), 502, "UNAVAILABLE", "LIMIT_EXCEEDED"),
    Row("never ends, in chunks", never_ends(chunked=True, media_type=MANIFEST), 502, "UNAVAILABLE", "LIMIT_EXCEEDED"),
    Row("redirects to a file", redirects_to("file:///etc/passwd"), 502, "UNAVAILABLE", INVALID),
    Row("redirects to another protocol", redirects_to("gopher://127.0.0.1:1/x"), 502, "UNAVAILABLE", INVALID),
    Row("redirects to nowhere", answers_with(Reply(307, [("Content-Length", "0")])), 502, "UNAVAILABLE", INVALID),
    Row("redirects in a circle", lambda exchange: redirects_to(exchange.request.target)(exchange), 502,
        "UNAVAILABLE", INVALID),
    Row("sends a megabyte of headers", says("X-Long", "x" * 1_000_000), 502, "UNAVAILABLE", INVALID),
]  # fmt: skip


@pytest.mark.parametrize("row", BROKEN, ids=str)
def test_a_manifest_from_an_upstream_that(stage: Stage, row: Row) -> None:
    repository, image = stage.new_image()
    stage.registry.on(f"/v2/{repository}/manifests/1.0", row.behaviour)
    stage.registry.on(f"/v2/{repository}/manifests/sha256:.*", row.behaviour)
    for reference in ("1.0", image.digest):
        answer = stage.get(repository, f"manifests/{reference}")
        error = oci_error(answer, row.status, row.code)
        assert error["detail"]["reason"] == row.reason, answer
        if row.status == 429:
            assert answer.header("Retry-After") == "17", answer
    head = stage.gate.head(f"/v2/{REGISTRY}/{repository}/manifests/1.0")
    assert (head.status, head.body) == (row.status, b""), head
    stage.recovers(repository, image)


def test_a_manifest_from_an_upstream_that_refuses_connections(
    workshop: Workshop, start_gate: StartGate
) -> None:
    settings = gate.settings(gate.registry_upstream(REGISTRY, free_port()), timeouts=IMPATIENT)
    running = start_gate(settings, workshop.policy(gate.signed_by("release")))
    for method in ("GET", "HEAD"):
        answer = running.ask(method, f"/v2/{REGISTRY}/acme/app/manifests/1.0")
        assert answer.status == 502, answer
    error = oci_error(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), 502, "UNAVAILABLE")
    assert error["detail"]["reason"] == UNREACHABLE
    assert running.get("/v2/").status == 200


def test_an_upstream_that_has_gone_since_is_an_error_and_no_verdict(workshop: Workshop, start_gate: StartGate) -> None:
    """What was admitted stays admitted, with the bytes that are remembered; everything that has to be asked for is 502, and
    whoever was refused hears that nobody can tell now."""
    signed = workshop.signed("acme/app")
    unsigned = workshop.image("acme/unsigned")
    layer = workshop.document("acme/app", signed)["layers"][0]["digest"]
    with HostileRegistry(workshop.site) as registry:
        settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port), timeouts=IMPATIENT)
        running = start_gate(settings, workshop.policy(gate.signed_by("release")))
        assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
        denied(running.get(f"/v2/{REGISTRY}/acme/unsigned/manifests/{unsigned.digest}"), "NO_EVIDENCE")
    content = workshop.bytes_of("acme/app", signed)
    served_manifest(running.get(f"/v2/{REGISTRY}/acme/app/manifests/{signed.digest}"), content)
    for path in ("acme/app/manifests/1.0", f"acme/app/blobs/{layer}", "acme/app/tags/list"):
        error = oci_error(running.get(f"/v2/{REGISTRY}/{path}"), 502, "UNAVAILABLE")
        assert error["detail"]["reason"] == UNREACHABLE, path
    path = f"/v2/{REGISTRY}/acme/unsigned/manifests/{unsigned.digest}"
    assert eventually(lambda: running.get(path).json()["errors"][0]["detail"]["reason"] == UNREACHABLE)
    cannot_judge(running.get(path), UNREACHABLE)


def test_a_manifest_from_an_upstream_whose_name_does_not_exist(workshop: Workshop, start_gate: StartGate) -> None:
    upstream = {"registry": REGISTRY, "endpoint": "https://nowhere.invalid"}
    running = start_gate(gate.settings(upstream, timeouts=IMPATIENT), workshop.policy(gate.signed_by("release")))
    error = oci_error(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), 502, "UNAVAILABLE")
    assert error["detail"]["reason"] == UNREACHABLE


def test_a_manifest_that_has_other_bytes_than_the_digest_asked_for(stage: Stage) -> None:
    repository, image = stage.new_image()
    other = stage.workshop.signed(repository, "other")
    bodies = gives_bodies(stage.workshop.bytes_of(repository, other))
    stage.registry.on(f"/v2/{repository}/manifests/{image.digest}", bodies)
    answer = stage.get(repository, f"manifests/{image.digest}")
    error = oci_error(answer, 502, "UNAVAILABLE")
    assert error["detail"]["reason"] == INVALID
    stage.recovers(repository, image)


def test_a_manifest_in_a_layout_that_has_other_bytes_than_its_digest(
    workshop: Workshop, start_gate: StartGate
) -> None:
    image, other = workshop.signed("acme/app"), workshop.signed("acme/app", "other")
    workshop.layout("acme/app").add_under(image.digest, workshop.bytes_of("acme/app", other))
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(gate.signed_by("release")))
    for reference in ("1.0", image.digest):
        answer = running.get(f"/v2/{REGISTRY}/acme/app/manifests/{reference}")
        error = oci_error(answer, 502, "UNAVAILABLE")
        assert error["detail"]["reason"] == INVALID
    assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/other").status == 200


def test_a_manifest_that_the_upstream_does_not_have_is_404_and_never_a_denial(stage: Stage) -> None:
    repository, image = stage.new_image()
    for reference in ("none", OTHER_DIGEST):
        oci_error(stage.get(repository, f"manifests/{reference}"), 404, "MANIFEST_UNKNOWN")
    stage.recovers(repository, image)


def test_a_login_page_in_place_of_a_manifest_is_refused(stage: Stage) -> None:
    repository, image = stage.new_image()
    page = Reply(200, [("Content-Type", "text/html")]).with_body(b"<html>please log in</html>")
    stage.registry.on(f"/v2/{repository}/manifests/1.0", answers_with(page))
    answer = stage.get(repository)
    denied(answer, "MANIFEST_INVALID")
    assert b"please log in" not in answer.body
    stage.recovers(repository, image)
