"""What the load harness computes: from what a generator prints to what the page says."""

import os
import signal
import subprocess
import threading
import xml.etree.ElementTree as xml
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Iterator

import pytest

from bench.load import goals, load, machine, measure, plots, report, table
from bench.load.__main__ import _parse as options
from bench.load.answers import Wrong, check
from bench.load.cells import Cell
from bench.load.figures import Figure, ratio
from bench.load.images import Thing
from bench.load.measure import ColdRound, Measurement
from bench.load.memory import Memory
from bench.load.requester import burst
from bench.load.results import Results
from demo.oci import digest_of
from support.process import eventually

BODY = b'{"schemaVersion":2}'
THING = Thing("/v2/bench/images/manifests/warm", digest_of(BODY), len(BODY))
GET_16 = Cell("get-digest-16", "GET manifest by digest, 16 connections", "get", THING, 16, True)
HEAD_16 = Cell("head-digest-16", "HEAD manifest by digest, 16 connections", "head", THING, 16, False)


def _burst(
    server: str, rate: float, *, turn: int = 0, cell: Cell = GET_16, cpu_us: float = 10, problem: str = ""
) -> Measurement:
    requests = int(rate * 2)
    return Measurement(
        server, cell.name, turn, requests, 2.0, requests * 20, 100, 200, requests * cpu_us / 1e6, 0, 0.5, 0, problem
    )


def _results(
    *measurements: Measurement, cells: tuple[Cell, ...] = (GET_16,), cold: tuple[ColdRound, ...] = ()
) -> Results:
    facts = machine.Facts("2026-01-01 00:00 UTC", "Debian <12>", "6.1", "a & b", 2, 4.0, {"nginx": "1"})
    titles = {"pullgate": "pullgate", "nginx-cache": "nginx <b>proxy_cache</b>", "haproxy-cache": "HAProxy"}
    results = Results(facts, 3, 2, list(cells), titles, {"nginx <b>": "location / { return '<script>'; }"})
    results.measurements += measurements
    results.cold += cold
    return results


def _verdicts(results: Results) -> dict[str, goals.Outcome]:
    return {outcome.text: outcome for outcome in results.outcomes}


def _wrk(**seen: float) -> str:
    figures = {
        "requests": 10,
        "seconds": 1.0,
        "bytes": 2_000,
        "p50_us": 5,
        "p99_us": 9,
        "refused": 0,
        "broken": 0,
        **seen,
    }
    line = ", ".join(f'"{name}": {value}' for name, value in figures.items())
    return f"Running 1s test @ http://127.0.0.1:1/\n  16 connections\nBURST {{{line}}}\n"


def test_a_burst_is_read_from_its_own_line() -> None:
    assert load.read(_wrk(), least_bytes=100) == load.Burst(10, 1.0, 2_000, 5, 9)


def test_output_without_that_line_is_no_burst() -> None:
    assert load.read("unable to connect to 127.0.0.1:1 Connection refused\n", least_bytes=0) is None


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"refused": 3}, "3 answers were errors"),
        ({"broken": 1}, "1 connections broke or stalled"),
        ({"requests": 0}, "nothing was answered"),
        # A redirect is a success to wrk, and shorter.
        ({"bytes": 999}, "999 bytes for 10 answers are too few"),
    ],
)
def test_a_burst_with_any_other_answer_does_not_count(seen: dict[str, float], said: str) -> None:
    found = load.read(_wrk(**seen), least_bytes=100)
    assert found is not None
    assert found.problem == said


def test_a_figure_is_the_median_and_the_range() -> None:
    figure = Figure.of([30.0, 10.0, 20.0])
    assert figure == Figure(20.0, 10.0, 30.0)
    assert figure.spread == 1.0
    assert Figure.of([]) is None


def test_a_ratio_is_taken_within_a_round() -> None:
    # The second round was slow for both; the third has only one of them.
    assert ratio({0: 200.0, 1: 20.0, 2: 7.0}, {0: 100.0, 1: 10.0}) == Figure(2.0, 2.0, 2.0)
    assert ratio({0: 1.0}, {1: 1.0}) is None
    assert ratio({0: 1.0}, {0: 0.0}) is None


def test_a_round_with_a_problem_is_in_no_figure() -> None:
    results = _results(_burst("pullgate", 100), _burst("pullgate", 900, turn=1, problem="3 answers were errors"))
    assert goals.figure(results.table, "pullgate", GET_16.name, "rate") == Figure(100, 100, 100)
    assert results.problems == ["pullgate, get-digest-16, round 2: 3 answers were errors"]


def test_a_goal_is_met_only_when_every_cell_holds() -> None:
    text = goals.GOALS[0].text
    ours = [_burst("pullgate", 200), _burst("pullgate", 170, cell=HEAD_16)]
    theirs = [_burst("nginx-cache", 100), _burst("nginx-cache", 100, cell=HEAD_16)]
    missed = _verdicts(_results(*ours, *theirs, cells=(GET_16, HEAD_16)))[text]
    assert missed.verdict == "not met"
    assert missed.found == "furthest: 1.70 x (1.70 to 1.70), HEAD manifest by digest, 16 connections; holds in 1 of 2"
    ours[1] = _burst("pullgate", 180, cell=HEAD_16)
    assert _verdicts(_results(*ours, *theirs, cells=(GET_16, HEAD_16)))[text].verdict == "met"


def test_a_goal_is_not_met_by_what_was_left_out() -> None:
    text = goals.GOALS[0].text
    fast = [_burst("pullgate", 200), _burst("nginx-cache", 100)]
    not_asked = _verdicts(_results(*fast))[text]
    assert not_asked.verdict == "not measured"
    assert not_asked.found.endswith("not asked: head")
    broken = [_burst("pullgate", 200, cell=HEAD_16, problem="broken"), _burst("nginx-cache", 100, cell=HEAD_16)]
    assert _verdicts(_results(*fast, *broken, cells=(GET_16, HEAD_16)))[text].verdict == "not met"
    assert _verdicts(_results())[text].verdict == "not measured"


def test_less_processor_time_is_better() -> None:
    text = goals.GOALS[2].text
    for cpu_us, verdict in ((5.4, "met"), (5.6, "not met")):
        bursts = [
            _burst(server, 100_000, cell=cell, cpu_us=spent)
            for cell in (GET_16, HEAD_16)
            for server, spent in (("pullgate", cpu_us), ("nginx-cache", 10.0))
        ]
        assert _verdicts(_results(*bursts, cells=(GET_16, HEAD_16)))[text].verdict == verdict


def test_what_judging_adds_to_a_cold_pull_is_a_difference() -> None:
    def rounds(*ours: float) -> tuple[ColdRound, ...]:
        forwarded = [ColdRound("nginx-pass", turn, 10, 10.0, 11, 12) for turn in range(len(ours))]
        return (*forwarded, *(ColdRound("pullgate", turn, 10, time, 30, 40) for turn, time in enumerate(ours)))

    text = next(text for text in _verdicts(_results()) if text.startswith("cold pull"))
    assert _verdicts(_results(cold=rounds(12.0, 12.5, 20.0)))[text].verdict == "met"
    missed = _verdicts(_results(cold=rounds(13.0, 13.5, 12.0)))[text]
    assert (missed.verdict, missed.found) == ("not met", "+3.0 ms (+2.0 to +3.5)")


def test_memory_is_compared_with_its_limits() -> None:
    results = _results()
    idle, connection = (text for text in _verdicts(results) if text.startswith("memory: at most"))
    assert _verdicts(results)[idle].verdict == "not measured"
    results.memory["nginx-cache"] = Memory(9.0, 1.0)
    assert _verdicts(results)[idle].verdict == "not measured"
    for held, verdicts in ((Memory(12.0, 5.1), ["met", "not met"]), (Memory(12.1, 5.0), ["not met", "met"])):
        results.memory["pullgate"] = held
        assert [_verdicts(results)[text].verdict for text in (idle, connection)] == verdicts
    assert "12.1" in table.text(results)
    assert "<td>12.1</td>" in report.page(results)


def test_the_page_is_well_formed_and_escapes_what_it_was_given() -> None:
    results = _results(
        _burst("pullgate", 200), _burst("nginx-cache", 100), _burst("haproxy-cache", 1, problem="answered b'<html>'"),
        cold=(ColdRound("origin", 0, 10, 1, 2, 3), ColdRound("pullgate", 0, 10, 4, 5, 6)),
    )  # fmt: skip
    page = report.page(results)
    for raw in ("<script>", "<b>", "<html>'", "Debian <12>", "a & b"):
        assert raw not in page
    assert "&lt;script&gt;" in page
    assert "answered b&#x27;&lt;html&gt;&#x27;" in page
    assert "http://" not in page.replace("http://127.0.0.1", "")
    assert "https://" not in page
    body = page.partition("<body>")[2].partition("</body>")[0]
    xml.fromstring(f"<body>{body}</body>")


def test_no_bar_leaves_its_picture() -> None:
    rows = [plots.Row("pullgate", "pullgate", Figure(50, 10, 100)), plots.Row("varnish", "Varnish", Figure(1, 1, 1))]
    picture = xml.fromstring(plots.bars("a", rows))
    width = float(picture.attrib["viewBox"].split()[2])
    for bar in picture.iter("rect"):
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width
    assert [bar.attrib["class"] for bar in picture.iter("rect")] == ["own", "other"]
    assert plots.bars("a", [plots.Row("x", "x", Figure(0, 0, 0))])


def test_the_table_marks_what_the_generator_limited() -> None:
    measured = _burst("pullgate", 200)
    assert "*" not in table.text(_results(measured))
    assert "the load generator had nothing left" in table.text(_results(replace(measured, generator_cpu=1.99)))


def test_a_busy_machine_is_spoken_of() -> None:
    measured = _burst("pullgate", 200)
    assert "0.05 cores" in table.text(_results(replace(measured, foreign_cpu=0.1)))
    for shown in (table.text, report.page):
        assert "too much" not in shown(_results(replace(measured, foreign_cpu=0.1)))
        assert "That is too much" in shown(_results(replace(measured, foreign_cpu=1.0)))


def test_everybody_has_a_turn_in_each_round() -> None:
    contenders = [measure.Contender(name, name, "", "", name == "aside", lambda yard: None) for name in ("a", "b", "aside")]  # type: ignore[arg-type,return-value]
    rig = measure.Rig(machine.Cores(0, 1), None, {}, contenders)  # type: ignore[arg-type]
    planned = [(contender.name, cell.name) for contender, cell, _ in measure.bursts(rig, [GET_16, HEAD_16], 2, 1)]
    assert len(planned) == measure.count(contenders, [GET_16, HEAD_16], 2) == 10
    assert sorted(planned[:3]) == [(name, GET_16.name) for name in ("a", "aside", "b")]
    assert sorted(planned[3:5]) == [(name, HEAD_16.name) for name in ("a", "b")]


def test_options_choose_servers_and_measures() -> None:
    chosen = options(["--only", "pullgate,head"])
    assert (chosen.servers, chosen.measures) == (["pullgate"], ["head"])
    assert "varnish" in options(["--only", "head"]).servers
    assert (options([]).rounds, options(["--full"]).rounds, options(["--full", "--rounds", "2"]).rounds) == (3, 7, 2)
    for wrong in (["--only", "apache"], ["--rounds", "0"], ["--seconds", "61"]):
        with pytest.raises(SystemExit):
            options(wrong)


class _Registry(BaseHTTPRequestHandler):
    """Serves BODY; `fault` is what is wrong with it."""

    protocol_version = "HTTP/1.1"
    fault = ""

    def do_GET(self) -> None:
        body = BODY[:-1] + b"]" if self.fault == "bytes" else BODY[1:] if self.fault == "length" else BODY
        self.send_response(404 if self.fault == "status" else 200)
        lie = self.fault == "head" and self.command == "HEAD"
        self.send_header("Content-Length", str(len(body) + lie))
        self.send_header("Docker-Content-Digest", THING.digest)
        if self.fault == "close":
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(name="port")
def _port(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[int]:
    monkeypatch.setattr(_Registry, "fault", getattr(request, "param", ""))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Registry) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield server.server_address[1]
        server.shutdown()
        serving.join()


def test_the_right_answer_passes_and_is_counted(port: int) -> None:
    check(port, [THING])
    for method, size in (("GET", len(BODY)), ("HEAD", 0)):
        found = burst(port, method, THING.target, len(BODY), 2, 0.05, "*/*")
        assert found["problem"] == ""
        assert found["requests"]
        assert found["bytes"] == pytest.approx(found["requests"] * size, abs=2 * size)


@pytest.mark.parametrize("port", ["bytes", "length", "status", "close"], indirect=True)
def test_any_other_answer_stops_the_comparison(port: int) -> None:
    with pytest.raises(Wrong):
        check(port, [THING])


@pytest.mark.parametrize("port", ["head"], indirect=True)
def test_head_says_how_long_the_body_is(port: int) -> None:
    with pytest.raises(Wrong, match=f"HEAD .*, not {len(BODY)}"):
        check(port, [THING])
    found = burst(port, "HEAD", THING.target, len(BODY), 1, 0.2, "*/*")
    assert str(found["problem"]).startswith(f"not {len(BODY)} bytes")


@pytest.mark.parametrize("port", ["length", "status", "close"], indirect=True)
def test_any_other_answer_is_seen_by_the_generator(port: int) -> None:
    assert burst(port, "GET", THING.target, len(BODY), 1, 0.2, "*/*")["problem"]


def test_processor_time_is_of_the_whole_family() -> None:
    with subprocess.Popen(["sh", "-c", "while :; do :; done & wait"]) as parent:
        try:
            assert eventually(lambda: len(machine.family_of(parent.pid)) == 2)
            _, child = machine.family_of(parent.pid)
            assert eventually(lambda: machine.processor_seconds([parent.pid, child]) > 0.02)
        finally:
            for pid in machine.family_of(parent.pid):
                os.kill(pid, signal.SIGKILL)
    assert machine.processor_seconds([parent.pid]) == 0.0
