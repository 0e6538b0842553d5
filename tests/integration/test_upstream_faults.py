"""An upstream that misbehaves in every way a network or an enemy can: the client gets an honest error, never a part for
the whole, and pullgate serves the next request as if nothing had been.

Each row has an image of its own behind one gate. After the fault the registry is honest again and the same image has to
be served, so a fault is also never remembered as an answer.
"""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator

import pytest

from conftest import StartGate
from demo.oci import INDEX, MANIFEST, Descriptor, encode
from support import gate
from support import hostile_registry as registries
from support.client import Answer, request_bytes
from support.denial import cannot_judge, denied, oci_error, served_blob, served_manifest
from support.gate import IMPATIENT, Gate
from support.hostile_registry import (
    Behaviour,
    HostileRegistry,
    Reply,
    answers,
    answers_with,
    breaks_off_after,
    drips,
    drips_its_head,
    gives_bodies,
    hangs_up,
    never_ends,
    redirects_to,
    resets,
    says,
    says_length,
    speaks_gibberish,
    stalls,
    stalls_after,
    turns_pages_forever,
)
from support.process import eventually, free_port
from support.workshop import REGISTRY, Keys, Workshop

BLOB_SIZE = 600_000


@dataclass
class Stage:
    """One gate before one registry; `open_files` is what the gate holds when nothing is going on."""

    gate: Gate
    registry: HostileRegistry
    workshop: Workshop
    open_files: int
    images: int = 0

    def new_image(self, *, signed: bool = True, **options: int) -> tuple[str, Descriptor]:
        self.images += 1
        repository = f"acme/row-{self.images}"
        image = self.workshop.image(repository, **options)
        if signed:
            self.workshop.sign(repository, image)
        return repository, image

    def get(self, repository: str, what: str = "manifests/1.0") -> Answer:
        return self.gate.get(f"/v2/{REGISTRY}/{repository}/{what}")

    def recovers(self, repository: str, image: Descriptor) -> None:
        """The registry is honest again: the image is served now, and nothing of the fault is left behind."""
        self.registry.forget_script()
        content = self.workshop.bytes_of(repository, image)
        served_manifest(self.get(repository), content)
        assert self.gate.settles_to(self.open_files), f"{self.gate.open_files()} files, {self.open_files} before"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Stage]:
    root = tmp_path_factory.mktemp("faults")
    workshop = Workshop(root / "site", keys)
    workshop.signed("acme/warm")
    with HostileRegistry(workshop.site) as registry:
        settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port), timeouts=IMPATIENT)
        with Gate(root / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
            # Enough at once to make it open what it keeps: pooled connections to the upstream are not leaks.
            assert all(running.get(f"/v2/{REGISTRY}/acme/warm/manifests/1.0").status == 200 for _ in range(3))
            stage = Stage(running, registry, workshop, running.open_files() + 8)
            yield stage
            assert running.is_alive(), running.said()


@dataclass(frozen=True)
class Row:
    title: str
    behaviour: Behaviour
    status: int
    code: str
    reason: str

    def __str__(self) -> str:
        return self.title


def _chunked_and_cut(exchange: registries.Exchange) -> None:
    reply = exchange.honest()
    kept = [(name, value) for name, value in reply.headers if name != "Content-Length"]
    exchange.send(Reply(200, [*kept, ("Transfer-Encoding", "chunked")]).head())
    exchange.send(b"%x\r\n" % len(reply.body) + reply.body[:-5])
    raise registries.EndOfConnection


def _other_bytes_of_the_same_length(exchange: registries.Exchange) -> None:
    reply = exchange.honest()
    exchange.reply(replace(reply, body=reply.body[:-1] + bytes([reply.body[-1] ^ 1])))


def _compressed(exchange: registries.Exchange) -> None:
    reply = exchange.honest()
    exchange.reply(reply.with_header("Content-Encoding", "gzip").with_body(gzip.compress(reply.body)))


def _two_lengths(exchange: registries.Exchange) -> None:
    reply = exchange.honest()
    exchange.reply(replace(reply, headers=[*reply.headers, ("Content-Length", str(len(reply.body) - 1))]))
    raise registries.EndOfConnection


UNREACHABLE, INVALID = "UPSTREAM_UNREACHABLE", "UPSTREAM_INVALID"
OTHER_DIGEST = "sha256:" + "0" * 64

BROKEN = [
    Row("resets the connection", resets(), 502, "UNAVAILABLE", UNREACHABLE),
    Row("hangs up", hangs_up(), 502, "UNAVAILABLE", UNREACHABLE),
    Row("stalls", stalls(), 504, "UNAVAILABLE", UNREACHABLE),
    Row("stalls in the body", stalls_after(10), 504, "UNAVAILABLE", UNREACHABLE),
    Row("sends its head a byte at a time", drips_its_head(), 504, "UNAVAILABLE", UNREACHABLE),
    Row("sends its body a byte a second", drips(), 504, "UNAVAILABLE", UNREACHABLE),
    Row("truncates", breaks_off_after(100), 502, "UNAVAILABLE", INVALID),
    Row("truncates with a reset", breaks_off_after(100, with_reset=True), 502, "UNAVAILABLE", UNREACHABLE),
    Row("truncates a chunk", _chunked_and_cut, 502, "UNAVAILABLE", INVALID),
    Row("promises more than it sends", says_length(+10), 502, "UNAVAILABLE", INVALID),
    Row("promises less than it sends", says_length(-10), 502, "UNAVAILABLE", INVALID),
    Row("sends two lengths", _two_lengths, 502, "UNAVAILABLE", INVALID),
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
    Row("compresses", _compressed, 502, "UNAVAILABLE", INVALID),
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
        Row("sends other bytes", _other_bytes_of_the_same_length, 403, "DENIED", INVALID),
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


def test_a_retry_on_a_fresh_connection_is_not_held_up(
    workshop: Workshop, hostile: HostileRegistry, start_gate: StartGate
) -> None:
    """A registry closes a kept connection just when it is used again: an everyday event, which costs one round trip."""
    images = {f"acme/app-{number}": workshop.signed(f"acme/app-{number}") for number in range(4)}
    timeouts = {"upstreamConnect": "24s", "upstreamResponse": "25s", "judgement": "25s"}
    settings = gate.settings(gate.registry_upstream(REGISTRY, hostile.port), timeouts=timeouts)
    running = start_gate(settings, workshop.policy(gate.signed_by("release")))
    for behaviour in (resets(), hangs_up()):
        for repository, image in images.items():
            hostile.on(f"/v2/{repository}/manifests/sha256-.*\\.sig", behaviour, times=1)
            answer = running.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0", patience=10)
            served_manifest(answer, workshop.bytes_of(repository, image))


def test_evidence_that_is_enough_needs_nothing_more(stage: Stage) -> None:
    """An allowance does not need what is missing: the tag has the signature, the referrers API is down."""
    repository, image = stage.new_image()
    stage.registry.on(f"/v2/{repository}/referrers/.*", answers(500))
    served_manifest(stage.get(repository), stage.workshop.bytes_of(repository, image))
    stage.recovers(repository, image)


def test_a_next_page_elsewhere_is_not_followed(stage: Stage) -> None:
    """Vector 35: a Link to another host or another path is a way to make pullgate ask for things."""
    with HostileRegistry(stage.workshop.site) as elsewhere:
        for link in (f"http://{elsewhere.address}/v2/x/referrers/y", "/v2/other/referrers/z", "//evil.example/x"):
            repository, _ = stage.new_image(signed=False)
            page = says("Link", f'<{link}>; rel="next"')
            stage.registry.on(f"/v2/{repository}/referrers/.*", page)
            cannot_judge(stage.get(repository), INVALID)
        assert elsewhere.requests == []
    assert not stage.registry.asked("/v2/other/.*")
    stage.registry.forget_script()


def test_a_flood_of_referrers_is_a_limit_and_not_silence(stage: Stage) -> None:
    """Vector 36: whoever may push can attach thousands of junk signatures; the answer says that there are too many."""
    repository, _ = stage.new_image(signed=False)
    entry = Descriptor(MANIFEST, OTHER_DIGEST, 500, artifact_type="application/vnd.dev.sigstore.bundle.v0.3+json")
    flood = [{**entry.as_json(), "digest": f"sha256:{number:064x}"} for number in range(1, 1202)]
    page = encode({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": flood})
    stage.registry.on(f"/v2/{repository}/referrers/.*", lambda exchange: exchange.reply(exchange.honest().with_body(page)))
    before = len(stage.registry.requests)
    cannot_judge(stage.get(repository), "LIMIT_EXCEEDED")
    assert len(stage.registry.requests) - before < 600
    stage.registry.forget_script()


@dataclass(frozen=True)
class Blob:
    repository: str
    digest: str
    content: bytes

    @property
    def path(self) -> str:
        return f"/v2/{self.repository}/blobs/{self.digest}"


def admitted_layer(stage: Stage) -> Blob:
    """A layer of an image that has just been pulled."""
    repository, image = stage.new_image(size=BLOB_SIZE)
    assert stage.get(repository).status == 200
    document = json.loads(stage.workshop.bytes_of(repository, image))
    digest = document["layers"][0]["digest"]
    return Blob(repository, digest, stage.workshop.bytes_of(repository, digest))


def blob_recovers(stage: Stage, blob: Blob) -> None:
    stage.registry.forget_script()
    served_blob(stage.get(blob.repository, f"blobs/{blob.digest}"), blob.content)
    assert stage.gate.settles_to(stage.open_files)


@pytest.mark.parametrize(
    "row",
    [
        Row("resets the connection", resets(), 502, "UNAVAILABLE", UNREACHABLE),
        Row("hangs up", hangs_up(), 502, "UNAVAILABLE", UNREACHABLE),
        Row("stalls", stalls(), 504, "UNAVAILABLE", UNREACHABLE),
        Row("answers 500", answers(500), 502, "UNAVAILABLE", INVALID),
        Row("answers 503", answers(503), 502, "UNAVAILABLE", INVALID),
        Row("does not speak HTTP", speaks_gibberish(), 502, "UNAVAILABLE", INVALID),
        Row("asks for credentials", answers(401), 401, "UNAUTHORIZED", "UPSTREAM_AUTH"),
        Row("limits the rate", answers(429, [("Retry-After", "17")]), 429, "TOOMANYREQUESTS", "UPSTREAM_RATE_LIMITED"),
        Row("compresses", _compressed, 502, "UNAVAILABLE", INVALID),
        Row("redirects to a file", redirects_to("file:///etc/passwd"), 502, "UNAVAILABLE", INVALID),
    ],
    ids=str,
)
def test_a_blob_from_an_upstream_that(stage: Stage, row: Row) -> None:
    blob = admitted_layer(stage)
    stage.registry.on(blob.path, row.behaviour)
    answer = stage.get(blob.repository, f"blobs/{blob.digest}")
    error = oci_error(answer, row.status, row.code)
    assert error["detail"]["reason"] == row.reason, answer
    blob_recovers(stage, blob)


def test_a_blob_that_the_upstream_has_lost_is_404(stage: Stage) -> None:
    blob = admitted_layer(stage)
    stage.registry.on(blob.path, answers(404))
    oci_error(stage.get(blob.repository, f"blobs/{blob.digest}"), 404, "BLOB_UNKNOWN")
    blob_recovers(stage, blob)


CUT = [
    ("breaks off", breaks_off_after(BLOB_SIZE // 2)),
    ("breaks off with a reset", breaks_off_after(BLOB_SIZE // 2, with_reset=True)),
    ("stalls halfway", stalls_after(BLOB_SIZE // 2)),
    ("sends other bytes of the same length", _other_bytes_of_the_same_length),
    ("promises more than it sends", says_length(+10)),
    ("promises less than it sends", says_length(-10)),
    ("never ends", never_ends()),
    ("sends a shorter blob", gives_bodies(b"short")),
    ("sends a longer blob", gives_bodies(b"long" * BLOB_SIZE)),
    ("truncates a chunk", _chunked_and_cut),
]


@pytest.mark.parametrize(("title", "behaviour"), CUT, ids=[title for title, _ in CUT])
def test_a_part_of_a_blob_is_never_served_as_the_whole_when_the_upstream(
    stage: Stage, title: str, behaviour: Behaviour
) -> None:
    """Either an error before the first byte, or a body that ends before its own Content-Length: the client can tell."""
    blob = admitted_layer(stage)
    stage.registry.on(blob.path, behaviour)
    answer = stage.get(blob.repository, f"blobs/{blob.digest}")
    if answer.status == 200:
        assert answer.header("Content-Length") is not None, answer
        assert not answer.complete, f"{title}: {len(answer.body)} bytes were served as complete"
        assert answer.body != blob.content
    else:
        oci_error(answer, 502, "UNAVAILABLE")
        assert answer.body.find(blob.content[:100]) < 0
    blob_recovers(stage, blob)


def test_other_bytes_are_cut_before_the_last_one(stage: Stage) -> None:
    """A client that does not hash what it gets still sees a broken transfer."""
    blob = admitted_layer(stage)
    stage.registry.on(blob.path, _other_bytes_of_the_same_length)
    answer = stage.get(blob.repository, f"blobs/{blob.digest}")
    assert answer.status == 200 and answer.header("Content-Length") == str(len(blob.content)), answer
    assert len(answer.body) < len(blob.content)
    assert blob.content.startswith(answer.body)
    blob_recovers(stage, blob)


def test_a_client_that_goes_in_the_middle_leaves_nothing_behind(stage: Stage) -> None:
    blob = admitted_layer(stage)
    for number in range(12):
        with stage.gate.connect() as connection:
            connection.send(request_bytes("GET", f"/v2/{REGISTRY}/{blob.repository}/blobs/{blob.digest}"))
            assert connection.receive(2000)
            if number % 2:
                connection.reset()
    blob_recovers(stage, blob)


def test_headers_of_the_upstream_do_not_reach_the_client(stage: Stage) -> None:
    """Vector 39: what the upstream puts into its headers, a line break among it, stays there."""
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


def test_the_upstream_is_asked_for_plain_bytes_of_every_manifest_type(stage: Stage) -> None:
    """One canonical Accept and no compression, whatever the client accepts (vectors 5 and 23)."""
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


def test_a_clients_credentials_are_not_handed_to_the_upstream(stage: Stage) -> None:
    """Vector 46."""
    repository, _ = stage.new_image()
    stage.registry.forget_requests()
    answer = stage.gate.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0", {"Authorization": "Basic c2VjcmV0OnNlY3JldA=="})
    assert answer.status == 200, answer
    assert stage.registry.requests
    assert all("c2VjcmV0" not in str(request) for request in stage.registry.requests)


def test_a_redirect_to_another_host_is_followed_without_credentials(
    workshop: Workshop, start_gate: StartGate, tmp_path: Path
) -> None:
    """Vector 47: storage behind a registry is ordinary; the registry's password is none of its business."""
    image = workshop.signed("acme/app")
    layer = json.loads(workshop.bytes_of("acme/app", image))["layers"][0]["digest"]
    password = tmp_path / "password"
    password.write_text("robot:s3cret\n", encoding="utf-8")
    with HostileRegistry(workshop.site) as storage, HostileRegistry(workshop.site) as registry:
        upstream = gate.registry_upstream(REGISTRY, registry.port)
        upstream["credentials"] = {"file": str(password)}
        running = start_gate(gate.settings(upstream), workshop.policy(gate.signed_by("release")))
        target = f"http://localhost:{storage.port}/v2/acme/app/blobs/{layer}"
        registry.on(f"/v2/acme/app/blobs/{layer}", redirects_to(target))
        assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 200
        blob = running.get(f"/v2/{REGISTRY}/acme/app/blobs/{layer}")
        served_blob(blob, workshop.bytes_of("acme/app", layer))
        assert all(request.header("Authorization").startswith("Basic ") for request in registry.requests)
        assert storage.requests
        assert all(request.header("Authorization") == "" for request in storage.requests)


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
