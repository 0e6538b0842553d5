"""Each lint, shown a tree that breaks its law. A lint that cannot fail protects nothing."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import advisories, formatting, prose, shape, walls
from .tree import ROOT, Problem, Tree

DOORS = {
    "verify/digest.h": "",
    "verify/json/reader.h": "",
    "policy/policy.h": "",
    "policy/base_image/facts.h": "",
    "config/settings.h": "",
    "proxy/app.h": "",
    "proxy/ops/log.h": "",
    "proxy/wire/stream.h": "",
    "proxy/upstream/upstream.h": "",
    "proxy/store/store.h": "",
    "proxy/pull/judge.h": "",
    "proxy/server/routes.h": "",
    "proxy/cli/serve.h": "",
    "tests/support/fake.h": "",
}


def _problems_with(path: str, text: str) -> list[Problem]:
    return list(walls.check(Tree({**DOORS, path: text})))


@pytest.mark.parametrize(
    ("path", "include"),
    [
        ("verify/x.cc", '"policy/policy.h"'),
        ("verify/x.cc", '"proxy/app.h"'),
        ("policy/x.cc", '"config/settings.h"'),
        ("config/x.cc", '"proxy/app.h"'),
        ("policy/x.cc", '"verify/json/reader.h"'),
        ("proxy/pull/x.cc", '"policy/base_image/facts.h"'),
        ("proxy/app.cc", '"verify/json/reader.h"'),
        ("proxy/ops/x.cc", '"proxy/wire/stream.h"'),
        ("proxy/wire/x.cc", '"proxy/upstream/upstream.h"'),
        ("proxy/upstream/x.cc", '"proxy/pull/judge.h"'),
        ("proxy/upstream/x.cc", '"proxy/store/store.h"'),
        ("proxy/store/x.cc", '"proxy/upstream/upstream.h"'),
        ("proxy/pull/x.cc", '"proxy/server/routes.h"'),
        ("proxy/server/x.cc", '"proxy/cli/serve.h"'),
        ("proxy/server/x.cc", '"proxy/app.h"'),
        ("proxy/nowhere/x.cc", '"proxy/ops/log.h"'),
        ("verify/x.cc", '"tests/support/fake.h"'),
        ("verify/x.cc", '"digest.h"'),
        ("verify/x.cc", "<verify/digest.h>"),
        ("verify/digest.cc", "<nlohmann/json.hpp>"),
        ("policy/decision.cc", "<nlohmann/json.hpp>"),
        ("proxy/app.cc", "<curl/curl.h>"),
        ("proxy/upstream/registry.h", "<curl/curl.h>"),
        ("proxy/upstream/http/url.cc", "<curl/curl.h>"),
        ("proxy/pull/x.cc", "<boost/beast/http.hpp>"),
        ("config/x.cc", "<boost/asio.hpp>"),
        ("policy/x.cc", "<openssl/evp.h>"),
        ("verify/x509/x.cc", "<openssl/err.h>"),
        ("proxy/wire/x.cc", "<openssl/err.h>"),
        ("policy/x.cc", "<yaml-cpp/yaml.h>"),
        ("proxy/pull/x.cc", "<CLI/CLI.hpp>"),
        ("config/x.cc", "<spdlog/spdlog.h>"),
        ("verify/x.cc", "<gtest/gtest.h>"),
        ("verify/x.cc", "<thread>"),
        ("policy/x.cc", "<fstream>"),
        ("verify/x.cc", "<sys/socket.h>"),
    ],
)
def test_walls_see_an_include_that_crosses_one(path: str, include: str) -> None:
    assert _problems_with(path, f"#include {include}\n")
    assert _problems_with(path, f"  #  include {include}  // why not\n")


@pytest.mark.parametrize(
    ("path", "include"),
    [
        ("verify/x.cc", '"verify/json/reader.h"'),
        ("policy/x.cc", '"verify/digest.h"'),
        ("config/x.cc", '"verify/digest.h"'),
        ("proxy/server/x.cc", '"policy/policy.h"'),
        ("proxy/server/x.cc", '"proxy/wire/stream.h"'),
        ("proxy/pull/x.cc", '"proxy/store/store.h"'),
        ("proxy/app.cc", '"proxy/server/routes.h"'),
        ("proxy/cli/x.cc", '"proxy/app.h"'),
        ("tests/unit/verify/x_test.cc", '"verify/json/reader.h"'),
        ("tests/unit/verify/x_test.cc", "<openssl/err.h>"),
        ("tests/unit/verify/x_test.cc", "<gtest/gtest.h>"),
        ("verify/json/reader.cc", "<nlohmann/json.hpp>"),
        ("verify/x.h", "<nlohmann/json_fwd.hpp>"),
        ("proxy/upstream/http/curl/loop.cc", "<curl/curl.h>"),
        ("verify/crypto/x.cc", "<openssl/err.h>"),
        ("verify/x.cc", "<string_view>"),
    ],
)
def test_walls_have_doors(path: str, include: str) -> None:
    assert not _problems_with(path, f"#include {include}\n")


@pytest.mark.parametrize(
    "line", ["auto t = std::chrono::system_clock::now();", "auto t = steady_clock::now();", "auto t = time(nullptr);"]
)
def test_walls_see_a_clock_in_a_pure_room(line: str) -> None:
    assert _problems_with("verify/x.cc", line)
    assert not _problems_with("proxy/x.cc", line)


def _top(**extra: str) -> Tree:
    files = {f"{folder}/README.md": "" for folder in shape.TOP_FOLDERS} | dict.fromkeys(shape.TOP_FILES, "")
    return Tree({**files, ".gitignore": "", **extra})


def test_the_top_may_not_grow() -> None:
    assert not list(shape.check_top(_top()))
    assert list(shape.check_top(_top(**{"src/x.cc": ""})))
    assert list(shape.check_top(_top(**{"NOTES.md": ""})))


def test_the_top_may_not_shrink() -> None:
    whole = _top()
    for missing in ("README.md", "policy/README.md"):
        assert list(shape.check_top(Tree({path: "" for path in whole.paths() if path != missing})))


def test_a_header_without_pragma_once_is_seen() -> None:
    assert not list(shape.check_headers(Tree({"verify/x.h": "// words\n#pragma once\nint f();\n"})))
    assert list(shape.check_headers(Tree({"verify/x.h": "int f();\n#pragma once\n"})))
    assert list(shape.check_headers(Tree({"verify/x.h": "// #pragma once\n"})))
    assert list(shape.check_headers(Tree({"verify/x.h": ""})))


def test_a_long_file_is_seen() -> None:
    assert list(shape.check_lengths(Tree({"verify/x.h": "\n" * 121, "verify/x.cc": "\n" * 400})))
    assert not list(shape.check_lengths(Tree({"verify/x.h": "\n" * 120, "verify/x.cc": "\n" * 400})))


def _forbidden() -> Iterator[tuple[str, str]]:
    """Put together here, so that this file passes the lint it tests."""
    yield "README.md", "run /" + "home/alice/pullgate"
    yield "tests/x.py", "/" + "root/build"
    yield "config/demo.key", "-----BEGIN " + "PRIVATE KEY-----"
    yield "verify/x.cc", "// caf" + chr(0xE9)
    yield "verify/x.cc", "// " + "-" * 20
    yield "config/x", "#!/bin/sh\n# " + "=" * 20
    yield "verify/x.h", "/// @" + "param digest the digest"
    yield "verify/x.cc", chr(9) + "return;"


@pytest.mark.parametrize(("path", "text"), list(_forbidden()))
def test_forbidden_words_are_seen(path: str, text: str) -> None:
    assert list(prose.check(Tree({path: text})))


def test_ordinary_words_are_not() -> None:
    tree = Tree({"README.md": "caf\u00e9, /usr/bin", "verify/x.cc": "// a - b\n", "x.bin": b"\0/ho" + b"me/alice"})
    assert not list(prose.check(tree))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/unit/verify/x_test.cc", "TEST(Advisory, IsRefusedCve202454140) {"),
        ("tests/unit/verify/x_test.cc", "TEST_F(Advisory,\n       IsRefusedCve202454140Cve202655555) {"),
        ("tests/unit/verify/x_test.cc", '  mutation("IsRefusedCve202454140" + form, change),'),
        ("tests/conformance/test_x.py", "def test_is_refused_cve_2024_54140() -> None:"),
    ],
)
def test_a_test_is_known_by_the_advisory_that_ends_its_name(path: str, text: str) -> None:
    assert "CVE-2024-54140" in advisories.named(Tree({path: text}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/unit/verify/x_test.cc", "TEST(Advisory, IsRefused) {  // CVE-2024-54140, Cve202454140"),
        ("tests/unit/verify/x_test.cc", "TEST(Advisory, IsRefusedCve2024541400) {"),
        ("tests/conformance/test_x.py", '    """CVE-2024-54140."""'),
        ("tests/conformance/test_x.py", "def refuse_cve_2024_54140() -> None:"),
        ("verify/x.cc", "TEST(Advisory, IsRefusedCve202454140) {"),
    ],
)
def test_a_comment_is_not_a_test(path: str, text: str) -> None:
    assert "CVE-2024-54140" not in advisories.named(Tree({path: text}))


def test_an_advisory_without_a_test_is_seen() -> None:
    every = "".join(f"TEST(A, {_suffix(advisory)}) {{}}\n" for advisory in advisories.TESTED)
    assert not list(advisories.check(Tree({"tests/x.cc": every})))
    for advisory in advisories.TESTED:
        without = every.replace(_suffix(advisory) + ")", ")")
        assert [problem.text.split()[5] for problem in advisories.check(Tree({"tests/x.cc": without}))] == [advisory]


def test_a_test_of_an_unknown_advisory_is_seen() -> None:
    found = list(advisories.check(Tree({"tests/x.cc": "TEST(A, B_Cve19990001) {}"})))
    assert any(problem.path == "tests/x.cc" and "CVE-1999-0001" in problem.text for problem in found)


def _suffix(advisory: str) -> str:
    return "".join(part.capitalize() for part in advisory.split("-"))


def test_formatting_sees_an_unformatted_file(tmp_path: Path) -> None:
    (tmp_path / ".clang-format").write_bytes((ROOT / ".clang-format").read_bytes())
    for name, text in {"good.cc": "int f();\n", "bad.cc": "int  f( );\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = list(formatting.check(Tree({"good.cc": "", "bad.cc": ""}), tmp_path))
    assert [problem.path for problem in found] == ["bad.cc"]


def test_formatting_sees_a_program_that_fails(tmp_path: Path) -> None:
    (tmp_path / ".clang-format").write_text("BasedOnStyle: Nobody\n", encoding="utf-8")
    (tmp_path / "x.cc").write_text("int f();\n", encoding="utf-8")
    assert list(formatting.check(Tree({"x.cc": ""}), tmp_path))


def test_the_tree_is_everything_that_could_be_committed(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    for name in ("kept.cc", "ignored.o", ".gitignore"):
        (tmp_path / name).write_text("*.o\n", encoding="utf-8")
    assert sorted(Tree.of_project(tmp_path).paths()) == [".gitignore", "kept.cc"]
