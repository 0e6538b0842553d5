"""Lists of tags and referrers from an upstream that misbehaves: an error, and never a shorter list."""

from __future__ import annotations

import json

import pytest

from demo.oci import INDEX
from support.denial import oci_error
from support.misbehaviour import (
    answers,
    breaks_off_after,
    cuts_a_chunk,
    hangs_up,
    never_ends,
    resets,
    says_length,
    speaks_gibberish,
    stalls,
    stalls_after,
)
from support.stage import INVALID, UNREACHABLE, Row, Stage

ROWS = [
    Row("resets the connection", resets(), 502, "UNAVAILABLE", UNREACHABLE),
    Row("hangs up", hangs_up(), 502, "UNAVAILABLE", UNREACHABLE),
    Row("stalls", stalls(), 504, "UNAVAILABLE", UNREACHABLE),
    Row("stalls in the body", stalls_after(10), 504, "UNAVAILABLE", UNREACHABLE),
    Row("truncates", breaks_off_after(20), 502, "UNAVAILABLE", INVALID),
    Row("truncates a chunk", cuts_a_chunk(), 502, "UNAVAILABLE", INVALID),
    Row("promises more than it sends", says_length(+10), 502, "UNAVAILABLE", INVALID),
    Row("promises less than it sends", says_length(-10), 502, "UNAVAILABLE", INVALID),
    Row("answers 500", answers(500), 502, "UNAVAILABLE", INVALID),
    Row("answers 503", answers(503), 502, "UNAVAILABLE", INVALID),
    Row("does not speak HTTP", speaks_gibberish(), 502, "UNAVAILABLE", INVALID),
]


@pytest.mark.parametrize("row", [*ROWS, Row("never ends", never_ends(), 502, "UNAVAILABLE", "LIMIT_EXCEEDED")], ids=str)
def test_a_list_of_tags_from_an_upstream_that(stage: Stage, row: Row) -> None:
    repository, image = stage.new_image()
    stage.registry.on(f"/v2/{repository}/tags/list", row.behaviour)
    error = oci_error(stage.get(repository, "tags/list"), row.status, row.code)
    assert error["detail"]["reason"] == row.reason, error
    stage.recovers(repository, image)
    assert "1.0" in stage.get(repository, "tags/list").json()["tags"]


@pytest.mark.parametrize(
    "row",
    [*ROWS, Row("never ends", never_ends(media_type=INDEX), 502, "UNAVAILABLE", "LIMIT_EXCEEDED")],
    ids=str,
)
def test_a_list_of_referrers_for_a_client_from_an_upstream_that(stage: Stage, row: Row) -> None:
    repository, image = stage.new_image()
    stage.registry.on(f"/v2/{repository}/referrers/.*", row.behaviour)
    error = oci_error(stage.get(repository, f"referrers/{image.digest}"), row.status, row.code)
    assert error["detail"]["reason"] == row.reason, error
    stage.recovers(repository, image)
    assert json.loads(stage.get(repository, f"referrers/{image.digest}").body)["manifests"] == []
