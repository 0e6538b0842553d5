"""clang-tidy over every source of the `tidy` preset's compile database.

A source whose every input is what it was when it last passed is not looked at again: its own text, the headers of ours
that it reaches, its compile command, .clang-tidy, and the versions of clang-tidy and of the installed libraries.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from .tree import ROOT

PROGRAM = "clang-tidy-19"

# The static analyzer, unbounded, is half of the time, and most of that is spent inside library templates.
_ANALYZER = ["--extra-arg=-Xclang", "--extra-arg=-analyzer-config", "--extra-arg=-Xclang", "--extra-arg=mode=shallow"]
# A test fails when it takes a path that it should not; the analyzer has nothing to add there.
_IN_TESTS = ["--checks=-clang-analyzer-*"]
_INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Source:
    path: Path
    command: str


@dataclass(frozen=True)
class Verdict:
    source: Source
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

    def sources(self) -> list[Source]:
        commands = json.loads((self._database / "compile_commands.json").read_bytes())
        found = {
            path: Source(path, entry.get("command") or " ".join(entry["arguments"]))
            for entry in commands
            if (path := (Path(entry["directory"]) / entry["file"]).resolve()).is_relative_to(self._root)
            and self._database.resolve() not in path.parents
        }
        return [found[path] for path in sorted(found)]

    def look_at(self, source: Source) -> Verdict:
        fingerprint = self._memory / self._fingerprint(source)
        if fingerprint.exists():
            fingerprint.touch()
            return Verdict(source, "", remembered=True)
        begun = time.monotonic()
        ended = subprocess.run(
            [PROGRAM, "--quiet", "-p", self._database, *self._options(source), source.path],
            cwd=self._root,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        seconds = time.monotonic() - begun
        if ended.returncode == 0:
            fingerprint.touch()
            return Verdict(source, "", seconds)
        return Verdict(source, f"{ended.stdout}\n{ended.stderr}".strip(), seconds)

    def _options(self, source: Source) -> list[str]:
        return _IN_TESTS if source.path.is_relative_to(self._root / "tests") else _ANALYZER

    def _fingerprint(self, source: Source) -> str:
        summary = hashlib.sha256(self._surroundings)
        summary.update(" ".join([source.command, *self._options(source)]).encode())
        for path in sorted(self._reached(source.path)):
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
    suite = xml.Element("testsuite", name="clang-tidy", tests=str(len(verdicts)))
    for verdict in verdicts:
        name = str(verdict.source.path.relative_to(root))
        case = xml.SubElement(suite, "testcase", classname="clang-tidy", name=name, time=f"{verdict.seconds:.1f}")
        if verdict.complaints:
            first = next((line for line in verdict.complaints.splitlines() if "error:" in line), "see the log")
            xml.SubElement(case, "failure", message=_printable(first)).text = _printable(verdict.complaints)
    report.parent.mkdir(parents=True, exist_ok=True)
    xml.ElementTree(suite).write(report, encoding="utf-8", xml_declaration=True)


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return re.sub(r"[^\t\n -\ufffd]", "?", text)


def run(tidy: Tidy, jobs: int) -> Iterator[Verdict]:
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(tidy.look_at, source) for source in tidy.sources()]
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
    count = len(tidy.sources())
    verdicts: list[Verdict] = []
    for verdict in run(tidy, options.jobs):
        verdicts.append(verdict)
        name = verdict.source.path.relative_to(ROOT)
        note = "as before" if verdict.remembered else f"{verdict.seconds:.1f} s"
        print(f"[{len(verdicts)}/{count}] {name} ({note})", flush=True)
        if verdict.complaints:
            print(verdict.complaints, flush=True)
    forget(options.memory)
    write_report(options.report, verdicts, ROOT)
    return 1 if not verdicts or any(verdict.complaints for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
