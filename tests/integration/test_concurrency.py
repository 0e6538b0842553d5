"""Many clients at once: the upstream is asked once for what all of them want, and everybody gets the same answer."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

import pytest

from support import gate
from support.client import Answer, request_bytes
from support.denial import denied, served_blob, served_manifest
from support.gate import Gate, StartGate
from support.hostile_registry import Exchange, HostileRegistry
from support.misbehaviour import answers, gives_tags
from support.process import eventually
from support.vectors import vector
from support.workshop import REGISTRY, Workshop

CLIENTS = 50


@pytest.fixture
def running(workshop: Workshop, hostile: HostileRegistry, start_gate: StartGate) -> Gate:
    settings = gate.settings(gate.registry_upstream(REGISTRY, hostile.port))
    return start_gate(settings, workshop.policy(gate.signed_by("release")))


def all_at_once(ask: Callable[[int], Answer], clients: int = CLIENTS) -> list[Answer]:
    """One thread for each client, and all of them leave together."""
    ready = threading.Barrier(clients)

    def one(number: int) -> Answer:
        ready.wait(30)
        return ask(number)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(one, range(clients)))


def held_back(registry: HostileRegistry, path: str) -> threading.Event:
    """Answers to `path` wait for the event, so that everybody has asked before anybody is answered."""
    release = threading.Event()

    def behave(exchange: Exchange) -> None:
        assert release.wait(30)
        exchange.reply(exchange.honest())

    registry.on(path, behave)
    return release


def test_fifty_cold_pulls_by_tag_judge_once(running: Gate, hostile: HostileRegistry, workshop: Workshop) -> None:
    image = workshop.signed()
    release = held_back(hostile, "/v2/acme/app/manifests/.*\\.sig")

    def ask(number: int) -> Answer:
        if number == CLIENTS - 1:
            threading.Timer(0.5, release.set).start()
        return running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0")

    content = workshop.bytes_of("acme/app", image)
    for answer in all_at_once(ask):
        served_manifest(answer, content)
    signature = image.digest.replace(":", "-") + ".sig"
    counts = Counter(request.path for request in hostile.requests if request.method == "GET")
    for path in (f"manifests/{signature}", f"referrers/{image.digest}"):
        assert counts[f"/v2/acme/app/{path}"] == 1, counts
    assert all(count == 1 for path, count in counts.items() if "/blobs/" in path), counts


def test_fifty_cold_pulls_by_digest_ask_for_every_object_once(
    running: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    image = workshop.signed()
    release = held_back(hostile, f"/v2/acme/app/manifests/{image.digest}")

    def ask(number: int) -> Answer:
        if number == CLIENTS - 1:
            threading.Timer(0.5, release.set).start()
        return running.get(f"/v2/{REGISTRY}/acme/app/manifests/{image.digest}")

    content = workshop.bytes_of("acme/app", image)
    for answer in all_at_once(ask):
        served_manifest(answer, content)
    counts = Counter(request.path for request in hostile.requests)
    assert counts[f"/v2/acme/app/manifests/{image.digest}"] == 1, counts
    assert max(counts.values()) == 1, counts


def test_fifty_refusals_judge_once_and_are_one_decision(
    running: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    image = workshop.image()
    target = f"/v2/{REGISTRY}/acme/app/manifests/{image.digest}"
    errors = [denied(answer, "NO_EVIDENCE") for answer in all_at_once(lambda number: running.get(target))]
    assert len({error["message"] for error in errors}) == 1
    counts = Counter(request.path for request in hostile.requests)
    assert counts[f"/v2/acme/app/manifests/{image.digest}"] == 1, counts


def test_clients_that_go_away_do_not_spoil_it_for_those_who_wait(
    running: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """Whoever came first does the asking for all; when it leaves, the work must go on."""
    image = workshop.signed()
    release = held_back(hostile, "/v2/acme/app/manifests/1.0")
    request = request_bytes("GET", f"/v2/{REGISTRY}/acme/app/manifests/1.0")
    impatient = [running.connect() for _ in range(5)]
    patient = [running.connect() for _ in range(5)]
    for connection in [*impatient, *patient]:
        connection.send(request)
    assert eventually(lambda: hostile.asked("/v2/acme/app/manifests/1.0"))
    for connection in impatient:
        connection.reset()
    release.set()
    content = workshop.bytes_of("acme/app", image)
    for connection in patient:
        with connection:
            served_manifest(connection.answer(), content)


def test_fifty_layers_at_once_arrive_whole(running: Gate, workshop: Workshop) -> None:
    image = workshop.signed(size=400_000)
    layers = [layer["digest"] for layer in json.loads(workshop.bytes_of("acme/app", image))["layers"]]
    assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
    found = all_at_once(lambda number: running.get(f"/v2/{REGISTRY}/acme/app/blobs/{layers[number % len(layers)]}"))
    for number, answer in enumerate(found):
        served_blob(answer, workshop.bytes_of("acme/app", layers[number % len(layers)]))


def test_different_images_are_judged_beside_each_other(
    running: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """A barrier in the upstream that only opens when all eight judgements are under way."""
    images = {f"acme/app-{number}": workshop.signed(f"acme/app-{number}") for number in range(8)}
    together = threading.Barrier(len(images))

    def meet(exchange: Exchange) -> None:
        together.wait(10)
        exchange.reply(exchange.honest())

    hostile.on("/v2/acme/app-\\d/manifests/1.0", meet)
    names = list(images)
    found = all_at_once(lambda number: running.get(f"/v2/{REGISTRY}/{names[number]}/manifests/1.0"), len(names))
    for name, answer in zip(names, found, strict=True):
        served_manifest(answer, workshop.bytes_of(name, images[name]))


@vector(4)
def test_a_tag_that_moves_all_the_time_never_shows_unsigned_bytes(
    running: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """Between two requests of ours the tag goes from a signed image to an unsigned one and back."""
    good = workshop.signed("acme/app", "good")
    bad = workshop.image("acme/app", "bad")
    hostile.on("/v2/acme/app/manifests/1.0", gives_tags(good.digest, bad.digest))
    content = workshop.bytes_of("acme/app", good)
    verdicts = Counter()
    for _ in range(6):
        for answer in all_at_once(lambda number: running.ask("GET", f"/v2/{REGISTRY}/acme/app/manifests/1.0"), 16):
            verdicts[answer.status] += 1
            if answer.status == 200:
                served_manifest(answer, content)
            else:
                error = denied(answer, "NO_EVIDENCE")
                assert error["detail"]["digest"] == bad.digest
    assert set(verdicts) == {200, 403}, verdicts


def test_judgements_without_end_are_turned_away_and_not_queued(
    running: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """After a burst of images whose evidence cannot be had, the gate is as quick as before."""
    for number in range(40):
        workshop.image(f"acme/burst-{number}", size=20)
    hostile.on("/v2/acme/burst-\\d+/manifests/.*\\.sig", answers(503))
    found = all_at_once(lambda number: running.get(f"/v2/{REGISTRY}/acme/burst-{number}/manifests/1.0"), 40)
    assert {answer.status for answer in found} == {403}
    hostile.forget_script()
    image = workshop.signed()
    answer = running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0", patience=10)
    served_manifest(answer, workshop.bytes_of("acme/app", image))
