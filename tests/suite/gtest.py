"""The tests of GoogleTest programs, many to a process and several processes at a time; one JUnit report of all.

A process for every test is what isolates best, and under a sanitizer most of its time is spent starting. Here a test that
ends its process fails alone: the others of that process run again without it. Every test that a program lists is in the
report, or the report says that it is not.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from . import junit

_SECONDS = 300.0  # for the tests of one process together
_RUNNING = re.compile(r"^\[ RUN      \] (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Share:
    """Some tests of one program, for one process."""

    program: Path
    names: tuple[str, ...]


@dataclass
class Outcome:
    cases: list[xml.Element]
    output: str


def names_of(program: Path) -> list[str]:
    """As a filter spells them, in the order of the program. Raises when the program cannot list them."""
    listed = subprocess.run(
        [program, "--gtest_list_tests"], capture_output=True, text=True, errors="replace", check=True, timeout=60
    ).stdout
    names: list[str] = []
    suite = ""
    for line in listed.splitlines():
        name = line.split("#", 1)[0].strip()
        if not line.startswith(" "):
            suite = name
        elif name:
            names.append(suite + name)
    return names


def shares_of(program: Path, names: Sequence[str], count: int) -> list[Share]:
    """Neighbours, which take alike long, go to different processes."""
    shares = [Share(program, tuple(names[first::count])) for first in range(count)]
    return [share for share in shares if share.names]


def run_share(share: Share, seconds: float = _SECONDS) -> Outcome:
    outcome = Outcome([], "")
    left = list(share.names)
    while left:
        reported, output, problem = _run_once(share.program, left, seconds)
        outcome.output += output
        if problem is None:
            missing = set(left) - {_name(case) for case in reported}
            outcome.cases += reported + [junit.failed(name, "was listed and did not run") for name in sorted(missing)]
            break
        running = _RUNNING.findall(output)
        culprit = running[-1] if running else None
        if culprit not in left:
            outcome.cases += [junit.failed(name, f"{share.program.name}: {problem}") for name in left]
            break
        outcome.cases.append(junit.failed(culprit, f"{problem}\n{output[-4000:]}"))
        left.remove(culprit)
    return outcome


def _run_once(program: Path, names: Sequence[str], seconds: float) -> tuple[list[xml.Element], str, str | None]:
    """The cases of a process that came to its end, what it printed, and otherwise how it ended."""
    with tempfile.TemporaryDirectory(prefix="pullgate-gtest-") as folder:
        report = Path(folder) / "report.xml"
        # A file: thousands of names are more than a command line takes.
        flags = Path(folder) / "flags"
        flags.write_text(f"--gtest_filter={':'.join(names)}\n--gtest_output=xml:{report}\n--gtest_color=no\n", encoding="utf-8")
        try:
            ended = subprocess.run(
                [program, f"--gtest_flagfile={flags}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as late:
            output = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else ""
            return [], output, f"did not end within {seconds:.0f} s"
        try:
            cases = list(map(_plain, xml.parse(report).getroot().iter("testcase")))
        except (OSError, xml.ParseError):
            return [], ended.stdout, f"ended its process with {ended.returncode}"
        if ended.returncode != 0 and not any(case.find("failure") is not None for case in cases):
            # What a sanitizer found after the last test, which belongs to no test.
            cases.append(junit.failed(program.name, f"ended with {ended.returncode}\n{ended.stdout[-4000:]}"))
        return cases, ended.stdout, None


def _name(case: xml.Element) -> str:
    return case.get("name", "?")


def _plain(case: xml.Element) -> xml.Element:
    """A case as the other tools of the suite report it, with the properties that it recorded."""
    plain = _outcome(case)
    plain.extend(case.findall("properties"))
    return plain


def _outcome(case: xml.Element) -> xml.Element:
    name = f"{case.get('classname')}.{case.get('name')}"
    seconds = case.get("time", "0")
    failures = [failure.get("message", "") for failure in case.findall("failure")]
    if failures:
        return junit.failed(name, "\n".join(failures), seconds)
    skip = case.find("skipped")
    result = case.get("result")
    if result == "skipped" and skip is not None:
        # Its first line is where in the source that stands, and no reason.
        return junit.skipped(name, skip.get("message", "").split("\n", 1)[-1].strip())
    if result == "suppressed":
        return junit.switched_off(name)
    return junit.passed(name, seconds) if result == "completed" else junit.failed(name, f"ended as '{result}'")


def run(programs: Sequence[Path], chosen: re.Pattern[str], jobs: int) -> Iterator[tuple[Share, Outcome]]:
    """The outcomes of all shares, as they end."""
    shares: list[Share] = []
    for program in programs:
        names = [name for name in names_of(program) if chosen.search(name)]
        shares += shares_of(program, names, 2 * jobs)
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(run_share, share): share for share in shares}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def main() -> int:
    parser = argparse.ArgumentParser(prog="suite.gtest", description=__doc__)
    parser.add_argument("programs", nargs="+", type=Path)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--filter", type=re.compile, default=re.compile(""), metavar="RE")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    cases: list[xml.Element] = []
    for share, outcome in run(options.programs, options.filter, options.jobs):
        cases += outcome.cases
        print(outcome.output)
        print(f"{share.program.name}: {len(share.names)} tests ran", flush=True)
    junit.write(options.report, "gtest", cases)
    return 1 if any(case.find("failure") is not None for case in cases) else 0


if __name__ == "__main__":
    sys.exit(main())
