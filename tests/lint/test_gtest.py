"""What is believed of GoogleTest programs: a test that did not come to its end has failed, and no other with it."""

import re
import stat
import sys
from pathlib import Path

import pytest

from suite import gtest, junit
from suite.totals import Totals, read_report

# A program that takes the flags of GoogleTest's, with four tests; the words say how it misbehaves.
PROGRAM = """#!{python}
import os, re, sys
behaviour = "{behaviour}"
if "--gtest_list_tests" in sys.argv:
    print("A.\\n  Passes\\n  Fails\\nMany/B.  # TypeParam = int\\n  Skips/0  # GetParam() = 1\\n  DISABLED_Waits")
    sys.exit(0)
flags = open(sys.argv[1].split("=", 1)[1]).read()
report = re.search("xml:(.*)", flags).group(1)
cases = ""
for name in re.search("filter=(.*)", flags).group(1).split(":"):
    suite, test = name.rsplit(".", 1)
    print("[ RUN      ] " + name, flush=True)
    result, inside = "completed", ""
    if test == "Fails":
        if behaviour == "crashes":
            os.abort()
        if behaviour == "hangs":
            import time
            time.sleep(60)
        inside = '<failure message="a.cc:9&#x0A;Expected equality"/>'
    if test == "Skips/0":
        result, inside = "skipped", '<skipped message="a.cc:3&#x0A;needs shared/data"/>'
    if test.startswith("DISABLED_"):
        result = "suppressed"
    if test in ("Passes", "Fails"):
        inside += '<properties><property name="tried" value="21"/><property name="other" value="x"/></properties>'
    if not (behaviour == "forgets" and test == "Passes"):
        cases += f'<testcase classname="{{suite}}" name="{{test}}" result="{{result}}">{{inside}}</testcase>'
open(report, "w").write(f"<testsuites><testsuite>{{cases}}</testsuite></testsuites>")
if behaviour == "leaks":
    print("ERROR: LeakSanitizer")
    sys.exit(23)
sys.exit(1 if "<failure" in cases else 0)
"""


def _program(folder: Path, behaviour: str = "") -> Path:
    program = folder / "unit_sample"
    program.write_text(PROGRAM.format(python=sys.executable, behaviour=behaviour), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def _totals(folder: Path, program: Path, seconds: float = 60) -> Totals:
    """All in one process, so that what happens to one test happens beside the others."""
    share = gtest.Share(program, tuple(gtest.names_of(program)))
    junit.write(folder / "report.xml", "gtest", gtest.run_share(share, seconds).cases)
    return read_report(folder / "report.xml")


def test_every_test_is_listed_by_its_whole_name(tmp_path: Path) -> None:
    assert gtest.names_of(_program(tmp_path)) == ["A.Passes", "A.Fails", "Many/B.Skips/0", "Many/B.DISABLED_Waits"]


def test_every_outcome_is_told_with_its_words(tmp_path: Path) -> None:
    totals = _totals(tmp_path, _program(tmp_path))
    assert str(totals) == "1 passed, 1 failed, 2 skipped"
    assert totals.failed[0].name == "A.Fails"
    assert totals.failed[0].why == "a.cc:9\nExpected equality"
    assert [(case.name, case.why, case.excused) for case in totals.skipped] == [
        ("Many/B.Skips/0", "needs shared/data", True),
        ("Many/B.DISABLED_Waits", "switched off in the source", False),
    ]


def test_what_tests_recorded_is_summed_up(tmp_path: Path) -> None:
    _totals(tmp_path, _program(tmp_path))
    assert junit.sum_of(tmp_path / "report.xml", "tried") == 42


@pytest.mark.parametrize("behaviour", ["crashes", "hangs"])
def test_a_test_that_takes_its_process_along_fails_alone(tmp_path: Path, behaviour: str) -> None:
    totals = _totals(tmp_path, _program(tmp_path, behaviour), seconds=2)
    assert str(totals) == "1 passed, 1 failed, 2 skipped"
    assert totals.failed[0].name == "A.Fails"
    assert re.search("ended its process with -6|did not end within 2 s", totals.failed[0].why)


def test_a_test_that_was_listed_and_is_not_reported_has_failed(tmp_path: Path) -> None:
    totals = _totals(tmp_path, _program(tmp_path, "forgets"))
    assert [case.name for case in totals.failed] == ["A.Fails", "A.Passes"]


def test_what_a_sanitizer_says_after_the_last_test_is_a_failure(tmp_path: Path) -> None:
    program = _program(tmp_path, "leaks")
    share = gtest.Share(program, ("A.Passes",))
    junit.write(tmp_path / "report.xml", "gtest", gtest.run_share(share).cases)
    totals = read_report(tmp_path / "report.xml")
    assert [case.name for case in totals.failed] == ["unit_sample"]
    assert "LeakSanitizer" in totals.failed[0].why


def test_a_program_that_cannot_start_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        list(gtest.run([tmp_path / "unit_absent"], re.compile(""), 1))


def test_tests_are_shared_out_and_none_is_lost(tmp_path: Path) -> None:
    program = _program(tmp_path)
    names = [f"A.T{number}" for number in range(10)]
    shares = gtest.shares_of(program, names, 4)
    assert sorted(name for share in shares for name in share.names) == sorted(names)
    assert len(gtest.shares_of(program, names[:2], 4)) == 2
