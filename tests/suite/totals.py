"""Counts test cases in JUnit reports, the one form that everything here writes: pytest, ctest, and our own runners."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

# A skip says why. These are the reasons that no installation by tests/run could have removed.
_EXCUSES = re.compile(r"\boptional\b|PULLGATE_SHARED|shared/data|\bGo toolchain\b", re.IGNORECASE)

# How ctest marks a test that ran and skipped itself; any other "skipped" of ctest is a test that could not run.
_CTEST_SKIPS = ("SKIP_REGULAR_EXPRESSION_MATCHED", "SKIP_RETURN_CODE")


@dataclass(frozen=True)
class Case:
    """A test that did not pass."""

    name: str
    why: str

    @property
    def excused(self) -> bool:
        return bool(_EXCUSES.search(self.why))


@dataclass
class Totals:
    passed: int = 0
    failed: list[Case] = field(default_factory=list)
    skipped: list[Case] = field(default_factory=list)

    def add(self, other: "Totals") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    @property
    def count(self) -> int:
        return self.passed + len(self.failed) + len(self.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def read_report(report: Path) -> Totals:
    """Raises when there is no readable report: a run without one has proved nothing."""
    totals = Totals()
    for case in xml.parse(report).getroot().iter("testcase"):
        name = ".".join(part for part in (case.get("classname"), case.get("name")) if part)
        if case.get("classname") == case.get("name"):
            name = case.get("name", "?")
        broken = case.find("failure") if case.find("failure") is not None else case.find("error")
        skipped = case.find("skipped")
        if broken is not None:
            totals.failed.append(Case(name, _words(broken) or _complaint(case)))
        elif case.get("status") == "disabled":
            totals.skipped.append(Case(name, "switched off in the source"))
        elif skipped is None:
            totals.passed += 1
        elif case.get("status") == "notrun" and not (skipped.get("message") or "").startswith(_CTEST_SKIPS):
            totals.failed.append(Case(name, f"could not run: {skipped.get('message')}"))
        else:
            totals.skipped.append(Case(name, _skip_reason(case, skipped)))
    return totals


def _words(element: xml.Element) -> str:
    return " ".join(filter(None, (element.get("message"), element.text))).strip()


def _complaint(case: xml.Element) -> str:
    """GoogleTest's own words, of which ctest only keeps the output."""
    output = case.findtext("system-out") or ""
    found = re.search(r"^[^\n]*: Failure\n(.*?)^\[  FAILED  \]", output, re.DOTALL | re.MULTILINE)
    words = " ".join((found.group(0) if found else output[-200:]).split())
    return words.removesuffix(" [ FAILED ]")


def _skip_reason(case: xml.Element, skipped: xml.Element) -> str:
    """pytest writes the reason; ctest only that there was one, and GoogleTest's own words are in the output."""
    output = case.findtext("system-out") or ""
    found = re.search(r": Skipped\n(.*?)\n*\[  SKIPPED \]", output, re.DOTALL)
    return found.group(1).strip() if found else _words(skipped)
