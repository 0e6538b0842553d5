"""clang-tidy over every unit of the `tidy` preset's compile database: a folder, which CMake gives as one file that
includes its sources, or a source alone. The headers are most of what clang-tidy looks at, and neighbours share them.

A unit whose every input is what it was when it last passed is not looked at again: the texts of its sources, the
headers of ours that they reach, its compile command, .clang-tidy, and the versions of clang-tidy and of the installed
libraries.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from suite import junit

from .tree import ROOT

PROGRAM = "clang-tidy-19"

# The static analyzer, unbounded, is half of the time, and most of that is spent inside library templates.
_ANALYZER = ["--extra-arg=-Xclang", "--extra-arg=-analyzer-config", "--extra-arg=-Xclang", "--extra-arg=mode=shallow"]
# A test fails when it takes a path that it should not, or has not what it takes; its speed is nobody's, and its fixtures
# and literals are not computed with.
_NOT_IN_TESTS = (
    "clang-analyzer-*",
    "performance-*",
    "bugprone-unchecked-optional-access",
    "bugprone-implicit-widening-of-multiplication-result",
    "cppcoreguidelines-virtual-class-destructor",
)
_IN_TESTS = ["--checks=" + ",".join(f"-{check}" for check in _NOT_IN_TESTS)]
_INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Unit:
    path: Path  # what clang-tidy is given
    sources: frozenset[Path]  # that path, or what the file at that path includes
    command: str

    def name(self, root: Path) -> str:
        """The source, or the folder of the sources, seen from the root."""
        first = min(self.sources)
        return str((first if len(self.sources) == 1 else first.parent).relative_to(root))


@dataclass(frozen=True)
class Verdict:
    unit: Unit
    complaints: str  # empty when clang-tidy has none
    seconds: float = 0.0
    remembered: bool = False


class Tidy:
    """`root` is where quoted includes begin; `database` is the folder with compile_commands.json."""

    def __init__(self, root: Path, database: Path, memory: Path) -> None:
        self._root = root
        self._database = database
        self._memory = memory
        self._memory.mkdir(parents=True, exist_ok=True)
        self._surroundings = _surroundings(root)

    def units(self) -> list[Unit]:
        """Without what is generated, and each once, however many programs it is compiled into."""
        found: dict[frozenset[Path], Unit] = {}
        for entry in json.loads((self._database / "compile_commands.json").read_bytes()):
            path = (Path(entry["directory"]) / entry["file"]).resolve()
            sources = frozenset(filter(self._is_ours, _included_sources(path) or [path]))
            if sources:
                found.setdefault(sources, Unit(path, sources, entry.get("command") or " ".join(entry["arguments"])))
        return sorted(found.values(), key=lambda unit: unit.name(self._root))

    def look_at(self, unit: Unit) -> Verdict:
        fingerprint = self._memory / self._fingerprint(unit)
        if fingerprint.exists():
            fingerprint.touch()
            return Verdict(unit, "", remembered=True)
        begun = time.monotonic()
        ended = subprocess.run(
            [PROGRAM, "--quiet", "-p", self._database, *self._options(unit), unit.path],
            cwd=self._root,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        seconds = time.monotonic() - begun
        if ended.returncode == 0:
            fingerprint.touch()
            return Verdict(unit, "", seconds)
        return Verdict(unit, f"{ended.stdout}\n{ended.stderr}".strip(), seconds)

    def _is_ours(self, path: Path) -> bool:
        return path.is_relative_to(self._root) and not path.is_relative_to(self._database.resolve())

    def _options(self, unit: Unit) -> list[str]:
        return _IN_TESTS if min(unit.sources).is_relative_to(self._root / "tests") else _ANALYZER

    def _fingerprint(self, unit: Unit) -> str:
        summary = hashlib.sha256(self._surroundings)
        summary.update(" ".join([unit.command, *self._options(unit)]).encode())
        for path in sorted(self._reached(unit.path)):
            summary.update(f"\n{path.relative_to(self._root)} ".encode())
            summary.update(hashlib.sha256(path.read_bytes()).digest())
        return summary.hexdigest()

    def _reached(self, start: Path) -> set[Path]:
        """The file and every header of ours that it includes, directly or not."""
        reached: set[Path] = set()
        waiting = [start]
        while waiting:
            path = waiting.pop()
            if path in reached:
                continue
            reached.add(path)
            for name in _INCLUDE.findall(path.read_bytes()):
                header = (self._root / name.decode()).resolve()
                if header.is_relative_to(self._root) and header.is_file():
                    waiting.append(header)
        return reached


def _included_sources(path: Path) -> list[Path]:
    """What CMake lets a folder's one file include; nothing for a source, which includes headers only."""
    named = [Path(name.decode()) for name in _INCLUDE.findall(path.read_bytes())]
    return [name.resolve() for name in named if name.is_absolute()]


def _surroundings(root: Path) -> bytes:
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, check=True).stdout
    packages = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${Version}\n", "lib*-dev", "nlohmann-json3-dev"],
        capture_output=True,
        check=False,
    ).stdout
    return version + packages + (root / ".clang-tidy").read_bytes()


def forget(memory: Path, days: int = 30) -> None:
    """Drops fingerprints that nothing asked for in that time."""
    oldest = time.time() - days * 86400
    for fingerprint in memory.iterdir():
        if fingerprint.stat().st_mtime < oldest:
            fingerprint.unlink()


def write_report(report: Path, verdicts: list[Verdict], root: Path) -> None:
    cases = []
    for verdict in verdicts:
        name = f"clang-tidy.{verdict.unit.name(root)}"
        if verdict.complaints:
            first = next((line for line in verdict.complaints.splitlines() if "error:" in line), "see the log")
            cases.append(junit.failed(name, f"{first}\n{verdict.complaints}", f"{verdict.seconds:.1f}"))
        else:
            cases.append(junit.passed(name, f"{verdict.seconds:.1f}"))
    junit.write(report, "clang-tidy", cases)


def run(tidy: Tidy, jobs: int) -> Iterator[Verdict]:
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(tidy.look_at, unit) for unit in tidy.units()]
        for done in as_completed(waiting):
            yield done.result()


def main() -> int:
    parser = argparse.ArgumentParser(prog="lint.tidy", description=__doc__)
    parser.add_argument("--database", type=Path, default=ROOT / "build" / "tidy")
    parser.add_argument("--memory", type=Path, default=ROOT / "build" / "tidy-cache")
    parser.add_argument("--report", type=Path, default=ROOT / "build" / "reports" / "clang-tidy.xml")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    tidy = Tidy(ROOT, options.database, options.memory)
    count = len(tidy.units())
    verdicts: list[Verdict] = []
    for verdict in run(tidy, options.jobs):
        verdicts.append(verdict)
        name = verdict.unit.name(ROOT)
        note = "as before" if verdict.remembered else f"{verdict.seconds:.1f} s"
        print(f"[{len(verdicts)}/{count}] {name} ({note})", flush=True)
        if verdict.complaints:
            print(verdict.complaints, flush=True)
    forget(options.memory)
    write_report(options.report, verdicts, ROOT)
    return 1 if not verdicts or any(verdict.complaints for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
