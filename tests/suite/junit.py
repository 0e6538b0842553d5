"""JUnit reports, the form in which everything here is counted."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml
from collections.abc import Iterable
from pathlib import Path


def passed(name: str, seconds: str = "0") -> xml.Element:
    return xml.Element("testcase", classname=name, name=name, time=seconds)


def failed(name: str, why: str, seconds: str = "0") -> xml.Element:
    case = passed(name, seconds)
    xml.SubElement(case, "failure", message=_printable(why))
    return case


def skipped(name: str, why: str) -> xml.Element:
    case = passed(name)
    xml.SubElement(case, "skipped", message=_printable(why))
    return case


def switched_off(name: str) -> xml.Element:
    case = passed(name)
    case.set("status", "disabled")
    return case


def write(report: Path, title: str, cases: Iterable[xml.Element]) -> None:
    suite = xml.Element("testsuite", name=title)
    suite.extend(cases)
    report.parent.mkdir(parents=True, exist_ok=True)
    xml.ElementTree(suite).write(report, encoding="utf-8", xml_declaration=True)


def sum_of(report: Path, name: str) -> int:
    """Of a number that tests recorded as a property, over the whole report."""
    return sum(int(each.get("value", "0")) for each in xml.parse(report).iter("property") if each.get("name") == name)


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return re.sub(r"[^\t\n -\ufffd]", "?", text)
