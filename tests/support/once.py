"""Tools that are installed once, below build/tools, by whichever test process needs them first."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from .gate import ROOT

TOOLS = ROOT / "build" / "tools"


@contextmanager
def installing(name: str) -> Iterator[Path]:
    """The tool's folder, and nobody else installs it meanwhile. Whoever waited finds it there."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield TOOLS / name
