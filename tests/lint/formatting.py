"""clang-format, in the version whose output the tree is written in."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .tree import CPP, Problem, Tree

PROGRAM = "clang-format-19"
_DIAGNOSTIC = re.compile(r"^(.+?):(\d+):\d+: (?:error|warning): (.*)$", re.MULTILINE)


def check(tree: Tree, root: Path) -> Iterator[Problem]:
    """Reads the files below `root` and the .clang-format there."""
    paths = list(tree.paths(*CPP))
    if not paths:
        return
    checked = subprocess.run(
        [PROGRAM, "--dry-run", "-Werror", "--style=file", "--fallback-style=none", *paths],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    seen: set[str] = set()
    for path, line, text in _DIAGNOSTIC.findall(checked.stderr):
        if path not in seen:
            seen.add(path)
            yield Problem(path, int(line), f"{text}; clang-format-19 -i {path}")
    if checked.returncode != 0 and not seen:
        yield Problem(".clang-format", 0, f"{PROGRAM} ended with {checked.returncode}: {checked.stderr[:200]}")
