"""What passes between pullgate and its upstream, and what does not: headers, words, credentials, connections."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from support import gate, hostile_registry as registries
from support.client import request_bytes
from support.denial import oci_error, served_blob, served_manifest
from support.gate import StartGate
from support.hostile_registry import Behaviour, HostileRegistry
from support.misbehaviour import answers, asks_for, hangs_up, redirects_to, resets
from support.process import eventually
from support.stage import Stage
from support.vectors import vector
from support.workshop import REGISTRY, Workshop


@vector(39)
def test_headers_of_the_upstream_do_not_reach_the_client(stage: Stage) -> None:
    """What the upstream puts into its headers, a line break among it, stays there."""
    repository, image = stage.new_image()

    def adorned(exchange: registries.Exchange) -> None:
        reply = exchange.honest()
        more = [("Set-Cookie", "a=b"), ("X-Evil", "1\r\nX-Split: 2"), ("Warning", '299 - "buy now"'), ("Location", "/x")]
        exchange.reply(replace(reply, headers=[*reply.headers, *more]))

    stage.registry.on(f"/v2/{repository}/manifests/1.0", adorned)
    answer = stage.get(repository)
    served_manifest(answer, stage.workshop.bytes_of(repository, image))
    names = {name.lower() for name, _ in answer.headers}
    assert not names & {"set-cookie", "x-evil", "x-split", "warning", "location"}, answer
    stage.recovers(repository, image)


def test_words_of_the_upstream_reach_the_client_only_as_printable_text(stage: Stage) -> None:
    repository, image = stage.new_image()
    words = b'{"errors":[{"code":"X","message":"evil \\r\\nX-Split: 1\\u001b[2J\\u202e\\" end"}]}'
    for status in (500, 401, 429, 403):
        stage.registry.on(
            f"/v2/{repository}/manifests/1.0",
            answers(status, [("Retry-After", "5\x1b[2J"), ("WWW-Authenticate", 'Basic realm="a\x1b[2J"')], words),
        )
        answer = stage.get(repository)
        assert answer.status in (401, 403, 429, 502), answer
        oci_error(answer, answer.status, answer.json()["errors"][0]["code"])
        assert answer.header("X-Split") is None
        assert all(31 < ord(letter) < 127 for _, value in answer.headers for letter in value), answer
    stage.recovers(repository, image)


@vector(5)
@vector(23)
def test_the_upstream_is_asked_for_plain_bytes_of_every_manifest_type(stage: Stage) -> None:
    """One canonical Accept and no compression, whatever the client accepts."""
    repository, _ = stage.new_image()
    stage.registry.forget_requests()
    headers = {"Accept": "application/vnd.docker.distribution.manifest.v2+json", "Accept-Encoding": "gzip, zstd"}
    assert stage.gate.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0", headers).status == 200
    (first,) = stage.registry.asked(f"/v2/{repository}/manifests/1.0")
    for kind in ("oci.image.manifest.v1", "oci.image.index.v1", "docker.distribution.manifest.v2",
                 "docker.distribution.manifest.list.v2"):  # fmt: skip
        assert f"application/vnd.{kind}+json" in first.header("Accept"), first
    assert first.header("Accept-Encoding") == "identity", first
    for request in stage.registry.requests:
        assert request.header("Authorization") == "" and request.header("Cookie") == "", request


@vector(46)
def test_a_clients_credentials_are_not_handed_to_the_upstream(stage: Stage) -> None:
    repository, _ = stage.new_image()
    stage.registry.forget_requests()
    answer = stage.gate.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0", {"Authorization": "Basic c2VjcmV0OnNlY3JldA=="})
    assert answer.status == 200, answer
    assert stage.registry.requests
    assert all("c2VjcmV0" not in str(request) for request in stage.registry.requests)


BASIC = "Basic cm9ib3Q6czNjcmV0"  # robot:s3cret


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("robot:s3cret\n", encoding="utf-8")
    return file


@vector(34)
@vector(47)
def test_a_redirect_to_another_host_is_followed_without_credentials(
    workshop: Workshop, start_gate: StartGate, password: Path
) -> None:
    """Storage behind a registry is ordinary; the registry's password is none of its business."""
    image = workshop.signed("acme/app")
    layer = json.loads(workshop.bytes_of("acme/app", image))["layers"][0]["digest"]
    with HostileRegistry(workshop.site) as storage, HostileRegistry(workshop.site) as registry:
        upstream = gate.registry_upstream(REGISTRY, registry.port)
        upstream["credentials"] = {"file": str(password)}
        running = start_gate(gate.settings(upstream), workshop.policy(gate.signed_by("release")))
        target = f"http://localhost:{storage.port}/v2/acme/app/blobs/{layer}"
        registry.on(".*", asks_for(BASIC, 'Basic realm="acme"'))
        registry.on(f"/v2/acme/app/blobs/{layer}", asks_for(BASIC, 'Basic realm="acme"', redirects_to(target)))
        assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
        blob = running.get(f"/v2/{REGISTRY}/acme/app/blobs/{layer}")
        served_blob(blob, workshop.bytes_of("acme/app", layer))
        # Several questions are under way when the first of them is told the password.
        assert registry.requests[-1].header("Authorization") == BASIC
        assert storage.requests
        assert all(request.header("Authorization") == "" for request in storage.requests)


def test_a_registry_that_wants_tokens_is_told_one_for_the_repository(
    workshop: Workshop, start_gate: StartGate, password: Path
) -> None:
    """As Docker Hub, GHCR, Quay, GitLab and Harbor do, even for what everybody may read."""
    image = workshop.signed("acme/app")
    manifest = workshop.bytes_of("acme/app", image)
    layer = json.loads(manifest)["layers"][0]["digest"]
    with HostileRegistry(workshop.site) as service, HostileRegistry(workshop.site) as registry:
        upstream = gate.registry_upstream(REGISTRY, registry.port)
        upstream["credentials"] = {"file": str(password)}
        upstream["tokenService"] = f"http://127.0.0.1:{service.port}"
        running = start_gate(gate.settings(upstream), workshop.policy(gate.signed_by("release")))
        service.on("/token", answers(200, body=b'{"token":"t0ken","expires_in":300}'))
        challenge = f'Bearer realm="http://127.0.0.1:{service.port}/token",service="acme",scope="repository:acme/app:pull"'
        registry.on(".*", asks_for("Bearer t0ken", challenge))
        served = running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0")
        assert (served.status, served.body) == (200, manifest)
        served_blob(running.get(f"/v2/{REGISTRY}/acme/app/blobs/{layer}"), workshop.bytes_of("acme/app", layer))
        assert {request.target for request in service.requests} == {
            "/token?scope=repository%3Aacme%2Fapp%3Apull&service=acme"
        }
        assert all(request.header("Authorization") == BASIC for request in service.requests)
        assert all(BASIC not in request.header("Authorization") for request in registry.requests)


@vector(34)
def test_a_registry_does_not_send_our_password_elsewhere(
    workshop: Workshop, start_gate: StartGate, password: Path
) -> None:
    workshop.signed("acme/app")
    with HostileRegistry(workshop.site) as thief, HostileRegistry(workshop.site) as registry:
        upstream = gate.registry_upstream(REGISTRY, registry.port)
        upstream["credentials"] = {"file": str(password)}
        running = start_gate(gate.settings(upstream), workshop.policy(gate.signed_by("release")))
        registry.on(".*", answers(401, [("WWW-Authenticate", f'Bearer realm="http://localhost:{thief.port}/token"')]))
        refused = running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0")
        assert refused.status == 401, refused
        assert "WWW-Authenticate" not in {name for name, _ in refused.headers}
        assert b"write 'tokenService: http://localhost:" in refused.body, refused
        assert not thief.requests


def test_a_stalled_upstream_holds_up_nobody_else(
    workshop: Workshop, hostile: HostileRegistry, start_gate: StartGate
) -> None:
    slow, quick = workshop.signed("acme/slow"), workshop.signed("acme/quick")
    running = start_gate(
        gate.settings(gate.registry_upstream(REGISTRY, hostile.port)), workshop.policy(gate.signed_by("release"))
    )
    release = threading.Event()

    def behave(exchange: registries.Exchange) -> None:
        assert release.wait(30)
        exchange.reply(exchange.honest())

    hostile.on("/v2/acme/slow/manifests/1.0", behave)
    waiting = [running.connect() for _ in range(20)]
    for connection in waiting:
        connection.send(request_bytes("GET", f"/v2/{REGISTRY}/acme/slow/manifests/1.0"))
    assert eventually(lambda: hostile.asked("/v2/acme/slow/manifests/1.0"))
    answer = running.get(f"/v2/{REGISTRY}/acme/quick/manifests/1.0", patience=8)
    served_manifest(answer, workshop.bytes_of("acme/quick", quick))
    release.set()
    for connection in waiting:
        with connection:
            served_manifest(connection.answer(), workshop.bytes_of("acme/slow", slow))


@pytest.mark.parametrize("behaviour", [resets(), hangs_up()], ids=["resets", "hangs up"])
def test_a_kept_connection_that_ends_just_then_costs_one_round_trip(
    workshop: Workshop, hostile: HostileRegistry, start_gate: StartGate, behaviour: Behaviour
) -> None:
    """A registry closes a connection when it is about to be used again: an everyday event and nobody's failure."""
    timeouts = {"upstreamConnect": "24s", "upstreamResponse": "25s", "judgement": "25s"}
    settings = gate.settings(gate.registry_upstream(REGISTRY, hostile.port), timeouts=timeouts)
    running = start_gate(settings, workshop.policy(gate.signed_by("release")))
    for number in range(4):
        for name in (f"acme/first-{number}", f"acme/then-{number}"):
            image = workshop.signed(name)
            if "then" in name:
                # The judgement before has left as many kept connections as this one needs.
                hostile.on(f"/v2/{name}/manifests/sha256-.*\\.sig", behaviour, times=1)
            answer = running.get(f"/v2/{REGISTRY}/{name}/manifests/1.0", patience=10)
            served_manifest(answer, workshop.bytes_of(name, image))
