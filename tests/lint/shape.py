"""The shape of the tree and of its files: what stands at the top, header guards, lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .tree import CPP, SCRIPTS, Problem, Tree

TOP_FOLDERS = ("proxy", "verify", "policy", "config", "docker", "tests")
TOP_FILES = ("CMakeLists.txt", "CMakePresets.json", "README.md")

# Beyond these a file asks to be explained or divided.
_LONG_HEADER = 120
_LONG_SOURCE = 400


def check_top(tree: Tree) -> Iterator[Problem]:
    """Exactly the entries that were agreed, and dotfiles."""
    present = {path.split("/")[0] for path in tree.paths()}
    for entry in sorted(present):
        if entry not in (*TOP_FOLDERS, *TOP_FILES) and not entry.startswith("."):
            yield Problem(entry, 0, "does not belong at the top of the tree")
    for entry in (*TOP_FOLDERS, *TOP_FILES):
        if entry not in present:
            yield Problem(entry, 0, "is missing at the top of the tree")
    for room in ("verify", "policy", "config", "proxy", "docker"):
        if f"{room}/README.md" not in tree:
            yield Problem(f"{room}/README.md", 0, "is missing: every door says what its room is for")


def check_headers(tree: Tree) -> Iterator[Problem]:
    """`#pragma once` comes before everything but comments."""
    for path in tree.paths(".h"):
        code = re.sub(r"//[^\n]*|/\*.*?\*/", "", tree.text(path), flags=re.DOTALL)
        first = next((line.strip() for line in code.splitlines() if line.strip()), "")
        if first != "#pragma once":
            yield Problem(path, 1, "does not begin with #pragma once")


def check_lengths(tree: Tree) -> Iterator[Problem]:
    """Advice, not law."""
    for path in tree.paths(*CPP, *SCRIPTS):
        limit = _LONG_HEADER if path.endswith(".h") else _LONG_SOURCE
        lines = tree.text(path).count("\n")
        if lines > limit:
            yield Problem(path, 0, f"has {lines} lines; over {limit} a file asks to be explained or divided")
