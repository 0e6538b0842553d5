"""One run of the harness. The options are those that tests/bench/run --help describes."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from demo.build import ROOT, build
from demo.progress import Screen, StepFailed

from support import gate
from support.process import Server

from . import machine, measure, memory, report, table
from .answers import Wrong, check
from .cells import MEASURES, cells
from .images import Stock, stock
from .results import Results
from .servers import CONTENDERS, Contender, Origin, Yard, family

REPORTS = ROOT / "build" / "reports" / "bench"

_DEFAULT = {"rounds": 3, "seconds": 1, "large_mib": 64, "cold_images": 10}
_FULL = {"rounds": 7, "seconds": 3, "large_mib": 256, "cold_images": 20}


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _leave)
    # A shell that started this in the background had it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    screen = Screen()
    try:
        return _run(screen, options)
    except StepFailed:
        return 1
    except KeyboardInterrupt:
        screen.say("\nstopped")
        return 130


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/run", add_help=False, allow_abbrev=False)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--only", default="", metavar="NAME,...")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--binary", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    for name, value in (_FULL if options.full else _DEFAULT).items():
        if getattr(options, name, None) is None:
            setattr(options, name, value)
    if not (1 <= options.rounds <= 100 and 1 <= options.seconds <= 60):
        parser.error("from 1 to 100 rounds, of 1 to 60 seconds")
    chosen = [name for name in options.only.split(",") if name]
    known = {contender.name for contender in CONTENDERS}
    for name in chosen:
        if name not in known and name not in MEASURES:
            parser.error(
                f"there is no '{name}'; servers are {', '.join(sorted(known))}, measures are {', '.join(MEASURES)}"
            )
    options.servers = [name for name in chosen if name in known] or sorted(known)
    options.measures = [name for name in chosen if name in MEASURES] or list(MEASURES)
    return options


def _run(screen: Screen, options: argparse.Namespace) -> int:
    missing = [f"{program} (package {package})" for program, package in _NEEDED.items() if not shutil.which(program)]
    if missing:
        screen.say(f"needs {', '.join(missing)}: apt-get install --no-install-recommends {' '.join(_NEEDED.values())}")
        return 1
    cores = machine.Cores.choose()
    binary = options.binary or build(screen, "release", ["pullgate"]) / "pullgate"
    os.environ["PULLGATE_BINARY"] = str(Path(binary).resolve())
    results = _Session(screen, options, cores).measured()
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "results.json").write_text(json.dumps(results.as_json(), indent=1) + "\n", encoding="utf-8")
    (REPORTS / "report.html").write_text(report.page(results), encoding="utf-8")
    screen.say()
    screen.say(table.text(results))
    screen.say(f"\n{REPORTS / 'report.html'}")
    return 1 if results.problems else 0


# Without these nothing can be measured.
_NEEDED = {"docker-registry": "docker-registry", "wrk": "wrk"}


class _Session:
    """From the first server to the last, below one temporary folder."""

    def __init__(self, screen: Screen, options: argparse.Namespace, cores: machine.Cores) -> None:
        self._screen = screen
        self._options = options
        self._cores = cores

    def measured(self) -> Results:
        contenders, left_out = self._contenders()
        self._screen.heading("Servers")
        with ExitStack() as running:
            folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="pullgate-bench-")))
            with self._screen.step("origin with signed images"):
                origin = running.enter_context(Origin(folder / "origin", self._cores.load))
                goods = self._stock(folder, origin)
            yard = Yard(folder, self._cores, origin.port, goods.policy)
            servers: dict[str, Server] = {}
            held: dict[str, memory.Memory] = {}
            for contender in contenders:
                with self._screen.step(contender.title) as step:
                    server = running.enter_context(contender.make(yard))
                    servers[contender.name] = server
                    idle_mib = machine.resident_mib(family(server))
                    held[contender.name] = memory.held(server, _port(server), goods.by_digest, idle_mib)
                    check(_port(server), goods.warm)
                    step.outcome = "serves the same bytes"
            rig = measure.Rig(self._cores, origin, servers, contenders)
            results = self._blank(contenders, servers, goods, left_out)
            results.memory = held
            self._measure(rig, goods, results)
            for contender in contenders:
                try:
                    check(_port(servers[contender.name]), goods.warm)
                except Wrong as error:
                    results.changed.append(f"{contender.name}, afterwards: {error}")
        return results

    def _contenders(self) -> tuple[list[Contender], list[str]]:
        chosen = [contender for contender in CONTENDERS if contender.name in self._options.servers]
        left_out: list[str] = []
        for contender in chosen:
            if not contender.is_installed:
                reason = f"not installed: apt-get install --no-install-recommends {contender.package}"
                self._screen.skip(contender.title, reason)
                left_out.append(f"{contender.title} is left out: {reason}")
        return [contender for contender in chosen if contender.is_installed], left_out

    def _stock(self, folder: Path, origin: Origin) -> Stock:
        options = self._options
        return stock(
            folder / "site", origin, large_mib=options.large_mib, rounds=options.rounds, cold_images=options.cold_images
        )

    def _blank(
        self, contenders: list[Contender], servers: dict[str, Server], goods: Stock, left_out: list[str]
    ) -> Results:
        options = self._options
        version = gate.run("version").stdout.strip().removeprefix("pullgate ")
        packages = ["wrk", *dict.fromkeys(contender.package for contender in contenders if contender.package)]
        return Results(
            facts=machine.facts(packages, f"{version} ({options.binary or machine.commit()})"),
            rounds=options.rounds,
            seconds=options.seconds,
            cells=cells(goods, options.measures, everybody_everywhere=options.full),
            servers={contender.name: contender.title for contender in contenders},
            configurations={
                contender.title: servers[contender.name].config.read_text(encoding="utf-8")  # type: ignore[attr-defined]
                for contender in contenders
            },
            left_out=left_out,
        )

    def _measure(self, rig: measure.Rig, goods: Stock, results: Results) -> None:
        options = self._options
        self._screen.heading("Rounds")
        if "cold" in options.measures:
            with self._screen.step("cold pulls"):
                results.cold += measure.cold_rounds(rig, goods.cold)
        total = measure.count(rig.contenders, results.cells, options.rounds)
        if not total:
            return
        with self._screen.step("warm") as step:
            planned = measure.bursts(rig, results.cells, options.rounds, options.seconds)
            for done, (contender, cell, burst) in enumerate(planned):
                step.latest = f"{done} of {total}: {cell.title}, {contender.title}"
                results.measurements.append(burst())
            step.outcome = f"{total} bursts of {options.seconds} s"


def _port(server: Server) -> int:
    return int(server.port)  # type: ignore[attr-defined]  # every server here has one


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
