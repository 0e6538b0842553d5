"""The parts of the suite: each builds what it needs, runs it, and answers with what it counted."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from demo.build import ROOT, build, jobs
from demo.progress import Screen, StepFailed

from . import junit
from .totals import Case, Totals, read_report

TESTS = ROOT / "tests"
REPORTS = ROOT / "build" / "reports"
LOGS = ROOT / "build" / "logs"

_ROOMS = ("verify", "policy", "config", "proxy")

# The program and every test; under TSan only the room that has threads, and the program.
_TSAN_TARGETS = ("pullgate", "unit_proxy")

# The tests of the running program in which threads meet; the others tell TSan nothing new, ten times slower.
_CONCURRENT = ("test_concurrency.py", "test_shutdown.py")

# Seconds that `tests/run fuzz` gives each fuzzer.
_FUZZ_SECONDS = 30

_SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "strict_string_checks=1:detect_stack_use_after_return=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
    "TSAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
}


@dataclass
class Run:
    """One invocation of tests/run: its options, what was built so far, and what was counted."""

    screen: Screen
    filter: str = ""
    binary: Path | None = None
    totals: Totals = field(default_factory=Totals)
    built: dict[str, Path] = field(default_factory=dict)
    sanitizers: dict[str, str] = field(default_factory=lambda: dict(_SANITIZER_OPTIONS))

    def folder(self, preset: str) -> Path:
        """Builds a preset once."""
        if preset not in self.built:
            self.built[preset] = build(self.screen, preset, _TSAN_TARGETS if preset == "tsan" else ())
            if preset == "asan" and not _can_look_for_leaks(self.built[preset] / "pullgate"):
                self.screen.say("  note    LeakSanitizer may not trace processes here (a container without ptrace): no leak is looked for")
                self.sanitizers["ASAN_OPTIONS"] += ":detect_leaks=0"
        return self.built[preset]

    def program(self, preset: str) -> Path:
        return self.binary or self.folder(preset) / "pullgate"


def lint(run: Run) -> None:
    _pytest(run, "lint", TESTS / "lint")


def tidy(run: Run) -> None:
    """clang-tidy reads the compile commands of its own preset, which nothing needs to have built."""
    report = _report_file("clang-tidy")
    with run.screen.step("configure tidy") as step:
        run.screen.run(step, ["cmake", "--preset", "tidy"], cwd=ROOT, log=LOGS / "configure-tidy.log")
    command: list[str | Path] = [sys.executable, "-m", "lint.tidy", "--report", report, "--jobs", str(jobs())]
    _count(run, "clang-tidy", command, report)


def unit(run: Run, preset: str = "dev") -> None:
    folder = run.folder(preset)
    programs = [folder / f"unit_{room}" for room in (("proxy",) if preset == "tsan" else _ROOMS)]
    strangers = {path for path in folder.glob("unit_*") if path.is_file() and os.access(path, os.X_OK)} - set(programs)
    if strangers and preset != "tsan":
        raise StepFailed(f"nobody runs {', '.join(sorted(path.name for path in strangers))}")
    title = f"unit ({preset})"
    report = _report_file(title)
    command: list[str | Path] = [sys.executable, "-m", "suite.gtest", "--report", report, "--jobs", str(jobs())]
    if run.filter:
        command += ["--filter", run.filter]
    # One seed for all processes, told below; the same one again tries the same changes again.
    seed = os.environ.get("PULLGATE_SPOIL_SEED") or str(secrets.randbits(32))
    _count(run, title, [*command, *programs], report, {"PULLGATE_SPOIL_SEED": seed})
    tried = junit.sum_of(report, "tried") if report.exists() else 0
    if tried:
        run.screen.say(f"  note    {title}: {tried:,} changes of good evidence tried, PULLGATE_SPOIL_SEED={seed}")
    if preset != "tsan" and not run.filter:
        _replay(run, f"corpora ({preset})", folder)


def threads(run: Run) -> None:
    """What is concurrent, under TSan."""
    unit(run, "tsan")
    integration(run, "tsan")


def integration(run: Run, preset: str = "dev") -> None:
    paths = [TESTS / "integration" / name for name in _CONCURRENT] if preset == "tsan" else [TESTS / "integration"]
    _pytest(run, f"integration ({preset})", *paths, program=run.program(preset))


def conformance(run: Run, preset: str = "dev") -> None:
    _pytest(run, "conformance", TESTS / "conformance", program=run.program(preset))


def interop(run: Run, preset: str = "dev") -> None:
    if shutil.which("go") is None:
        reason = "no Go toolchain on the PATH; Debian's is too old for cosign, so tests/run cannot install one"
        run.screen.skip("interop", reason)
        run.totals.skipped.append(Case("interop", reason))
        return
    _pytest(run, "interop", TESTS / "interop", program=run.program(preset))


def fuzz(run: Run) -> None:
    folder = run.folder("fuzz")
    for fuzzer in sorted(folder.glob("fuzz_*")):
        if not os.access(fuzzer, os.X_OK) or fuzzer.is_dir():
            continue
        corpus = TESTS / "fuzz" / "corpus" / fuzzer.name.removeprefix("fuzz_")
        found = folder / "found" / fuzzer.name
        found.mkdir(parents=True, exist_ok=True)
        options = [f"-max_total_time={_FUZZ_SECONDS}", f"-artifact_prefix={found}/"]
        command = [fuzzer, *options, found, corpus]
        try:
            with run.screen.step(fuzzer.name) as step:
                run.screen.run(step, command, log=LOGS / f"{fuzzer.name}.log", env=run.sanitizers)
            run.totals.passed += 1
        except StepFailed as error:
            run.totals.failed.append(Case(fuzzer.name, str(error)))


def present(part: str) -> bool:
    """Whether this tree has tests of that kind."""
    return part in ("unit", "fuzz", "tidy", "threads") or any((TESTS / part).glob("test_*.py"))


def _can_look_for_leaks(program: Path) -> bool:
    ended = subprocess.run([program, "version"], capture_output=True, check=False, env={**os.environ, **_SANITIZER_OPTIONS})
    return b"LeakSanitizer has encountered a fatal error" not in ended.stderr


def _replay(run: Run, title: str, folder: Path) -> None:
    """What the fuzzers ever found."""
    report = _report_file(title)
    command: list[str | Path] = ["ctest", "--test-dir", folder, "--label-regex", "fuzz", "--parallel", str(jobs())]
    command += ["--output-on-failure", "--no-tests=error", "--timeout", "300", "--output-junit", report]
    _count(run, title, command, report)


def _pytest(run: Run, title: str, *paths: Path, program: Path | None = None) -> None:
    report = _report_file(title)
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"]
    command += [f"--junitxml={report}"]
    if program:
        # More than processors: what these tests do most is wait for a server that stalls, or starts.
        command += ["--numprocesses", str(2 * jobs()), "--dist", "loadfile"]
    if run.filter:
        command += ["-k", run.filter]
    _count(run, title, [*command, *paths], report, {"PULLGATE_BINARY": str(program)} if program else {})


def _count(
    run: Run, title: str, command: Sequence[str | Path], report: Path, env: dict[str, str] | None = None
) -> None:
    """Runs a command that writes a report, and believes the report; the exit code only may make things worse."""
    report.unlink(missing_ok=True)
    log = LOGS / (report.stem + ".log")
    found = Totals()
    code = 0
    try:
        with run.screen.step(title) as step:
            code = run.screen.run(
                step, command, cwd=ROOT, log=log, env={**run.sanitizers, **(env or {})}, accept=range(256)
            )
            found = read_report(report)
            if code != 0 and not found.failed:
                found.failed.append(Case(title, f"ended with {code}; see {log}"))
            elif found.count == 0:
                found.failed.append(Case(title, f"no test ran; see {log}"))
            step.outcome = str(found)
            if found.failed:
                raise RuntimeError(f"{found}; see {log}\n" + _shown(found.failed))
    except StepFailed as error:
        if not found.failed:
            found.failed.append(Case(title, str(error)))
    for case in found.skipped:
        run.screen.skip(case.name, case.why)
    run.totals.add(found)


def _shown(cases: Sequence[Case], at_most: int = 20) -> str:
    lines = [f"  - {case.name}: {_first_line(case.why)}" for case in cases[:at_most]]
    if len(cases) > at_most:
        lines.append(f"  - and {len(cases) - at_most} more")
    return "\n".join(lines)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else "see the log"


def _report_file(title: str) -> Path:
    REPORTS.mkdir(parents=True, exist_ok=True)
    name = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in title).strip("-")
    return REPORTS / f"{name}.xml"
