"""The files of a tree, as the lints see them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

CPP = (".h", ".cc")
SCRIPTS = (".py", ".sh")


@dataclass(frozen=True)
class Problem:
    """`line` is 0 for a problem of the file as a whole."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


class Tree:
    """Paths relative to the root, with their bytes. A sample for a lint's own test is made from a mapping."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self._files = {
            path: content.encode() if isinstance(content, str) else content for path, content in files.items()
        }

    @staticmethod
    def of_project(root: Path = ROOT) -> "Tree":
        """Everything that is in the index or could be added to it."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=root,
            capture_output=True,
            check=True,
        )
        paths = [path for path in listed.stdout.decode().split("\0") if path]
        return Tree({path: (root / path).read_bytes() for path in sorted(set(paths)) if (root / path).is_file()})

    def paths(self, *suffixes: str) -> Iterator[str]:
        return (path for path in self._files if not suffixes or path.endswith(suffixes))

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def content(self, path: str) -> bytes:
        return self._files[path]

    def text(self, path: str) -> str:
        return self._files[path].decode("utf-8", errors="replace")

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        return enumerate(self.text(path).splitlines(), start=1)

    def is_binary(self, path: str) -> bool:
        return b"\0" in self._files[path]
