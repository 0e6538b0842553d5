"""What tests/run believes of a report: it counts what the tools say, and doubts what they leave out."""

import io
import os
import sys
from pathlib import Path

import pytest

from demo.progress import Screen
from suite import parts
from suite.__main__ import _parse as options
from suite.__main__ import _plan as plan
from suite.totals import read_report

CTEST = """<testsuite>
 <testcase name="A.Passes" classname="A.Passes" status="run"/>
 <testcase name="A.Fails" classname="A.Fails" status="fail"><failure message=""/>
  <system-out>[ RUN      ] A.Fails
a.cc:9: Failure
Expected equality
[  FAILED  ] A.Fails (0 ms)</system-out></testcase>
 <testcase name="A.DISABLED_Works" classname="A.DISABLED_Works" status="disabled"/>
 <testcase name="A.Skips" classname="A.Skips" status="notrun">
  <skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
  <system-out>a.cc:3: Skipped
needs shared/data

[  SKIPPED ] A.Skips (0 ms)</system-out></testcase>
 <testcase name="unit_NOT_BUILT" classname="unit_NOT_BUILT" status="notrun">
  <skipped message="Unable to find executable"/></testcase>
</testsuite>"""

PYTEST = """<testsuites><testsuite>
 <testcase classname="test_x" name="test_a"/>
 <testcase classname="test_x" name="test_b"><error message="failed on setup">boom</error></testcase>
 <testcase classname="test_x" name="test_c"><skipped type="pytest.skip" message="podman is not here"/></testcase>
</testsuite></testsuites>"""

# A program of GoogleTest's, by the flags that the suite gives it.
SPOILER = """#!{python}
import os, re, sys
if "--gtest_list_tests" in sys.argv:
    print("Evidence.\\n  IsSpoiled")
    sys.exit(0)
tried = '<properties><property name="tried" value="' + os.environ["PULLGATE_SPOIL_SEED"] + '"/></properties>'
report = re.search("xml:(.*)", open(sys.argv[1].split("=", 1)[1]).read()).group(1)
case = '<testcase classname="Evidence" name="IsSpoiled" result="completed">' + tried + "</testcase>"
open(report, "w").write("<testsuites><testsuite>" + case + "</testsuite></testsuites>")
"""


def _report(folder: Path, text: str) -> Path:
    file = folder / "report.xml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_test_that_could_not_run_has_failed(tmp_path: Path) -> None:
    totals = read_report(_report(tmp_path, CTEST))
    assert str(totals) == "1 passed, 2 failed, 2 skipped"
    assert totals.failed[0].why == "a.cc:9: Failure Expected equality"
    assert [case.name for case in totals.failed] == ["A.Fails", "unit_NOT_BUILT"]


def test_a_skip_is_excused_by_its_reason_only(tmp_path: Path) -> None:
    switched_off, skip = read_report(_report(tmp_path, CTEST)).skipped
    assert not switched_off.excused
    assert skip.why == "needs shared/data"
    assert skip.excused
    totals = read_report(_report(tmp_path, PYTEST))
    assert str(totals) == "1 passed, 1 failed, 1 skipped"
    assert not totals.skipped[0].excused


def test_an_unreadable_report_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no element found|No such file"):
        read_report(_report(tmp_path, ""))
    with pytest.raises(FileNotFoundError):
        read_report(tmp_path / "nothing.xml")


def test_everything_is_what_tests_the_program() -> None:
    titles = [title for title, _ in plan(options([]))]
    assert titles == ["Lint", "Tidy", "Unit", "Integration", "Conformance", "Interop", "Threads"]


def test_a_filter_is_for_tests_that_have_names() -> None:
    titles = [title for title, _ in plan(options(["--filter", "Digest"]))]
    assert titles == ["Lint", "Unit", "Integration", "Conformance", "Interop", "Threads"]


def test_parts_can_be_asked_for_in_any_order() -> None:
    assert [title for title, _ in plan(options(["tidy", "threads", "tidy"]))] == ["Tidy", "Threads"]


def test_how_much_was_spoiled_is_told_with_the_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(parts, "LOGS", tmp_path / "logs")
    monkeypatch.setenv("PULLGATE_SPOIL_SEED", "1234")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for room in ("verify", "policy", "config", "proxy"):
        program = tmp_path / f"unit_{room}"
        program.write_text(SPOILER.format(python=sys.executable), encoding="utf-8")
        program.chmod(0o755)
    told = io.StringIO()
    parts.unit(parts.Run(Screen(told), filter="Spoiled", built={"dev": tmp_path}))
    assert "4,936 changes of good evidence tried, PULLGATE_SPOIL_SEED=1234" in told.getvalue()
