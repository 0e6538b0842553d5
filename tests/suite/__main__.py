"""Runs the parts that were asked for. The options are those that tests/run --help describes."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from demo.progress import Screen, StepFailed

from . import parts
from .totals import Case

_PARTS = ("lint", "tidy", "unit", "integration", "conformance", "interop", "threads", "fuzz")


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _leave)
    screen = Screen()
    run = parts.Run(screen, filter=options.filter, binary=options.binary)
    begun = time.monotonic()
    for title, part in _plan(options):
        screen.heading(title)
        try:
            part(run)
        except StepFailed as error:
            run.totals.failed.append(Case(title, str(error)))
        except KeyboardInterrupt:
            screen.say("\nstopped")
            return 130
    return _conclude(screen, run, time.monotonic() - begun)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/run", add_help=False, allow_abbrev=False)
    parser.add_argument("parts", nargs="*", metavar="PART", default=[])
    parser.add_argument("--preset", choices=("dev", "asan", "tsan", "release"))
    parser.add_argument("--filter", default="", metavar="RE")
    parser.add_argument("--binary", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    for part in options.parts:
        if part not in (*_PARTS, "all"):
            parser.error(f"there is no part '{part}'; the parts are {', '.join(_PARTS)} and all")
        if part != "all" and not parts.present(part):
            parser.error(f"this tree has no tests/{part}")
        if part == "unit" and options.preset == "release":
            parser.error("the release build has no unit tests")
    return options


def _plan(options: argparse.Namespace) -> list[tuple[str, Callable[[parts.Run], None]]]:
    chosen = options.parts or ["all"]
    if "all" in chosen:
        steps = _everything(options.preset or "asan")
        # What clang-tidy looks at are no tests that a filter could choose.
        unnamed = "Tidy" if options.filter else ""
        return [step for step in steps if parts.present(step[0].lower()) and step[0] != unnamed]
    preset = options.preset or "dev"
    by_name: dict[str, Callable[[parts.Run], None]] = {
        "lint": parts.lint,
        "tidy": parts.tidy,
        "unit": lambda run: parts.unit(run, preset),
        "integration": lambda run: parts.integration(run, preset),
        "conformance": lambda run: parts.conformance(run, preset),
        "interop": lambda run: parts.interop(run, preset),
        "threads": parts.threads,
        "fuzz": parts.fuzz,
    }
    return [(name.capitalize(), by_name[name]) for name in dict.fromkeys(chosen)]


def _everything(preset: str) -> list[tuple[str, Callable[[parts.Run], None]]]:
    """In the order in which a mistake is cheapest to find. One build serves all of it but the threads: a test that passes
    under ASan and UBSan would say nothing more without them."""
    return [
        ("Lint", parts.lint),
        ("Tidy", parts.tidy),
        ("Unit", lambda run: parts.unit(run, preset)),
        ("Integration", lambda run: parts.integration(run, preset)),
        ("Conformance", lambda run: parts.conformance(run, preset)),
        ("Interop", lambda run: parts.interop(run, preset)),
        ("Threads", parts.threads),
    ]


def _conclude(screen: Screen, run: parts.Run, seconds: float) -> int:
    totals = run.totals
    refused = [case for case in totals.skipped if not case.excused] if _strict() else []
    if totals.failed:
        screen.heading("Failed")
        for case in totals.failed:
            screen.say(f"  {case.name}")
    if refused:
        screen.heading("Skipped, which counts as failed here (CI=true)")
        for case in refused:
            screen.say(f"  {case.name}: {case.why}")
    screen.say(f"\n{int(seconds // 60)} min {int(seconds % 60)} s")
    screen.say(str(totals))
    return 1 if totals.failed or refused else 0


def _strict() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
