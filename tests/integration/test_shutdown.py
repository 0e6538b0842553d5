"""SIGTERM: what is under way may end, nothing new begins, and the process leaves with 0."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from demo.layer import File, make_layer, noise
from support import gate
from support.client import Connection, request_bytes
from support.gate import Gate, StartGate
from support.hostile_registry import HostileRegistry
from support.misbehaviour import stalls, stalls_after
from support.process import accepts_connections, eventually
from support.workshop import REGISTRY, Workshop

# More than the socket buffers on both sides of the gate hold, so that a client which does not read stops the transfer.
LARGE = 16 * 1024 * 1024

# Well below the drain time that is the default, and enough for a sanitizer's build on a busy machine.
AT_ONCE_SECONDS = 6


def running_gate(workshop: Workshop, start_gate: StartGate, registry: HostileRegistry, drain: str) -> Gate:
    settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port), timeouts={"drain": drain})
    return start_gate(settings, workshop.policy(gate.signed_by("release")), may_die=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_an_idle_gate_leaves_at_once(workshop: Workshop, start_gate: StartGate, number: signal.Signals) -> None:
    workshop.signed()
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    running = start_gate(settings, workshop.policy(gate.signed_by("release")), may_die=True)
    assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
    begun = time.monotonic()
    running.signal(number)
    assert running.wait() == 0, running.said()
    assert time.monotonic() - begun < AT_ONCE_SECONDS
    assert not accepts_connections(running.port)


def test_a_gate_that_is_told_to_read_its_files_anew_says_that_it_does_not(
    workshop: Workshop, start_gate: StartGate
) -> None:
    workshop.signed()
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    running = start_gate(settings, workshop.policy(gate.signed_by("release")), may_die=True)
    for count in (1, 2):
        running.signal(signal.SIGHUP)
        assert eventually(lambda: running.said().count('"not-reloaded"') == count), running.said()
    assert '"policy":"sha256:' in running.said()
    assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
    running.signal(signal.SIGTERM)
    assert running.wait() == 0, running.said()


def test_idle_keep_alive_connections_do_not_hold_it_up(workshop: Workshop, start_gate: StartGate) -> None:
    workshop.signed()
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    running = start_gate(settings, workshop.policy(gate.signed_by("release")), may_die=True)
    with running.connect() as kept, running.connect() as silent:
        kept.send(request_bytes("GET", "/v2/"))
        assert kept.answer().status == 200
        begun = time.monotonic()
        running.signal(signal.SIGTERM)
        assert running.wait() == 0, running.said()
        assert time.monotonic() - begun < AT_ONCE_SECONDS
        assert kept.is_ended_by_peer() and silent.is_ended_by_peer()


def test_a_transfer_under_way_is_finished(
    workshop: Workshop, start_gate: StartGate, hostile: HostileRegistry
) -> None:
    image = workshop.signed(layers=[make_layer([File("large", noise("large", LARGE))])])
    layer = json.loads(workshop.bytes_of("acme/app", image))["layers"][0]["digest"]
    content = workshop.bytes_of("acme/app", layer)
    running = running_gate(workshop, start_gate, hostile, "30s")
    assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
    with running.connect() as connection:
        connection.send(request_bytes("GET", f"/v2/{REGISTRY}/acme/app/blobs/{layer}"))
        assert connection.has_begun_to_answer()
        running.signal(signal.SIGTERM)
        assert eventually(lambda: not accepts_connections(running.port)), "it still takes new connections"
        assert running.is_alive()
        answer = connection.answer()
        assert answer.complete and answer.body == content
    assert running.wait() == 0, running.said()


@pytest.mark.parametrize("stage", ["a manifest", "a blob"])
def test_what_does_not_end_is_broken_off_after_the_drain_time(
    workshop: Workshop, start_gate: StartGate, hostile: HostileRegistry, stage: str
) -> None:
    image = workshop.signed(size=100_000)
    layer = json.loads(workshop.bytes_of("acme/app", image))["layers"][0]["digest"]
    running = running_gate(workshop, start_gate, hostile, "1s")
    target = f"/v2/{REGISTRY}/acme/app/manifests/1.0"
    if stage == "a blob":
        assert running.get(target).status == 200
        target = f"/v2/{REGISTRY}/acme/app/blobs/{layer}"
        hostile.on(f"/v2/acme/app/blobs/{layer}", stalls_after(50_000))
    else:
        hostile.on("/v2/acme/app/manifests/1.0", stalls())
    hostile.forget_requests()
    with Connection(running.port) as connection:
        connection.send(request_bytes("GET", target))
        assert eventually(lambda: hostile.requests)
        begun = time.monotonic()
        running.signal(signal.SIGTERM)
        assert running.wait() == 0, running.said()
        assert time.monotonic() - begun < 6
        received = connection.bytes_until_end()
        length = len(workshop.bytes_of("acme/app", layer))
        assert len(received) < length


def test_a_second_gate_can_take_the_port_at_once(workshop: Workshop, tmp_path: Path) -> None:
    """A restart must not wait for old connections to leave TIME_WAIT."""
    workshop.signed()
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    first = Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release")))
    for _ in range(3):
        with first:
            assert first.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
        assert first.exit_code == 0, first.said()
