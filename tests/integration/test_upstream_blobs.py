"""Blobs from an upstream that misbehaves: a part is never served as the whole, other bytes never to their end."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from support.client import request_bytes
from support.denial import oci_error, served_blob
from support.hostile_registry import Behaviour
from support.misbehaviour import (
    alters_a_byte,
    answers,
    breaks_off_after,
    compresses,
    cuts_a_chunk,
    gives_bodies,
    hangs_up,
    never_ends,
    redirects_to,
    resets,
    says_length,
    speaks_gibberish,
    stalls,
    stalls_after,
)
from support.stage import INVALID, UNREACHABLE, Row, Stage
from support.workshop import REGISTRY

BLOB_SIZE = 600_000


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
        Row("compresses", compresses(), 502, "UNAVAILABLE", INVALID),
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
    head = stage.gate.head(f"/v2/{REGISTRY}/{blob.repository}/blobs/{blob.digest}")
    assert (head.status, head.body) == (row.status, b""), head
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
    ("sends other bytes of the same length", alters_a_byte()),
    ("promises more than it sends", says_length(+10)),
    ("promises less than it sends", says_length(-10)),
    ("never ends", never_ends()),
    ("sends a shorter blob", gives_bodies(b"short")),
    ("sends a longer blob", gives_bodies(b"long" * BLOB_SIZE)),
    ("truncates a chunk", cuts_a_chunk()),
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
    stage.registry.on(blob.path, alters_a_byte())
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
