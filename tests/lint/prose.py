"""What a file must not say: paths of somebody's machine, letters outside ASCII, banners, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .tree import CPP, SCRIPTS, Problem, Tree

# Written apart, so that this file does not contain what it looks for.
_MACHINE_PATH = re.compile(
    "|".join([r"/ho" r"me/[a-z]", r"/Use" r"rs/[A-Za-z]", r"/ro" r"ot/[a-z.]", r"/wo" r"rk/[a-z]", r"/tmp/p" r"g\b"])
)
_BANNER = re.compile(r"^\s*(//|#|/\*)\s*[-=*#~]{5,}")
_PARAM = re.compile(r"[@\\](param|brief|return)\b")
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE " r"KEY-----")


def check(tree: Tree) -> Iterator[Problem]:
    for path in tree.paths():
        if tree.is_binary(path):
            continue
        ours = _is_source(path, tree)
        for number, line in tree.lines(path):
            if _MACHINE_PATH.search(line):
                yield Problem(path, number, "names a path of one machine")
            if _PRIVATE_KEY.search(line) and not path.startswith("tests/"):
                yield Problem(path, number, "holds a private key")
            if ours:
                yield from _source_problems(path, number, line)


def _source_problems(path: str, number: int, line: str) -> Iterator[Problem]:
    if not line.isascii():
        yield Problem(path, number, f"has letters outside ASCII: {line.encode('ascii', 'backslashreplace')[:80]!r}")
    if _BANNER.match(line):
        yield Problem(path, number, "is a banner")
    if path.endswith(CPP) and _PARAM.search(line):
        yield Problem(path, number, "is a documentation tag; write a sentence")
    if "\t" in line:
        yield Problem(path, number, "has a tab")


def _is_source(path: str, tree: Tree) -> bool:
    """Our own code: C++, Python, CMake, and scripts, which are known by their first line."""
    if path.endswith((*CPP, *SCRIPTS, ".cmake", "CMakeLists.txt")):
        return True
    return tree.content(path).startswith(b"#!")
