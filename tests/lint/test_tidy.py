"""clang-tidy's runner on a small tree: it sees a bad source, and remembers only what passed and has not changed."""

import json
from pathlib import Path

import pytest

from .tidy import Tidy, Verdict, run, write_report
from .tree import ROOT

GOOD = '#include "verify/x.h"\nint* f() { return nullptr; }\n'
BAD = "int* g() { return 0; }\n"


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    checks = "Checks: '-*,modernize-use-nullptr'\nWarningsAsErrors: '*'\nHeaderFilterRegex: '/verify/'\n"
    (tmp_path / ".clang-tidy").write_text(checks)
    (tmp_path / "verify").mkdir()
    (tmp_path / "build").mkdir()
    (tmp_path / "verify" / "x.h").write_text("int* f();\n")
    (tmp_path / "verify" / "good.cc").write_text(GOOD)
    (tmp_path / "verify" / "bad.cc").write_text(BAD)
    commands = [
        {
            "directory": str(tmp_path / "build"),
            "command": f"clang++-19 -I{tmp_path} -c {tmp_path}/verify/{name}",
            "file": str(tmp_path / "verify" / name),
        }
        for name in ("good.cc", "bad.cc")
    ]
    (tmp_path / "build" / "compile_commands.json").write_text(json.dumps(commands))
    return tmp_path


def _look(root: Path) -> dict[str, Verdict]:
    tidy = Tidy(root, root / "build", root / "memory")
    return {verdict.unit.path.name: verdict for verdict in run(tidy, 2)}


def test_a_bad_source_is_seen_every_time(root: Path) -> None:
    for _ in range(2):
        verdict = _look(root)["bad.cc"]
        assert "modernize-use-nullptr" in verdict.complaints
        assert not verdict.remembered


def test_a_source_that_passed_is_remembered(root: Path) -> None:
    assert not _look(root)["good.cc"].remembered
    assert _look(root)["good.cc"].remembered


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("verify/good.cc", GOOD + BAD),
        ("verify/x.h", "int* f();\ninline " + BAD),
        (".clang-tidy", "Checks: '-*,readability-named-parameter'\nWarningsAsErrors: '*'\n"),
    ],
)
def test_a_change_is_looked_at_again(root: Path, path: str, text: str) -> None:
    _look(root)
    (root / path).write_text(text)
    assert not _look(root)["good.cc"].remembered


def test_a_source_that_does_not_compile_is_not_a_pass(root: Path) -> None:
    (root / "verify" / "good.cc").write_text('#include "verify/nowhere.h"\n')
    assert _look(root)["good.cc"].complaints
    assert _look(root)["good.cc"].complaints


def test_a_folder_is_one_unit_with_the_name_of_the_folder(root: Path) -> None:
    unity = root / "build" / "unity_verify.cxx"
    unity.write_text("".join(f'#include "{root}/verify/{name}.cc"\n' for name in ("good", "bad")))
    command = {"directory": str(root), "command": f"clang++-19 -I{root} -c {unity}", "file": str(unity)}
    (root / "build" / "compile_commands.json").write_text(json.dumps([command, command]))
    (verdict,) = _look(root).values()
    assert verdict.unit.name(root) == "verify"
    assert "bad.cc" in verdict.complaints
    (root / "verify" / "bad.cc").write_text("int* g() { return nullptr; }\n")
    assert not _look(root)["unity_verify.cxx"].complaints
    (root / "verify" / "x.h").write_text("int* f();\nint* h();\n")
    assert not _look(root)["unity_verify.cxx"].remembered


def test_the_report_names_what_failed(root: Path) -> None:
    report = root / "report.xml"
    write_report(report, list(_look(root).values()), root)
    text = report.read_text(encoding="utf-8")
    assert text.count("<testcase") == 2
    assert text.count("<failure") == 1


def test_this_tree_has_its_checks() -> None:
    assert "WarningsAsErrors: '*'" in (ROOT / ".clang-tidy").read_text(encoding="utf-8")
