"""Configures and builds one CMake preset, as a step on the screen."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from .progress import Screen

ROOT = Path(__file__).resolve().parents[2]

# Another clone, or another build directory, of the same sources finds what was compiled before: paths below the root
# count as relative, and the directory that debug information names does not count.
_CCACHE = {"CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}

# What one compiler process may need at its worst; more of them at once than fit into memory end in a killed compiler.
_GIB_PER_JOB = 1.5


def jobs() -> int:
    """As many compilers as there are processors and memory for."""
    processors = len(os.sched_getaffinity(0))
    found = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    if not found:
        return processors
    return max(1, min(processors, int(int(found.group(1)) / 2**20 / _GIB_PER_JOB)))


def build(screen: Screen, preset: str, targets: Sequence[str] = ()) -> Path:
    """Builds the preset (or only some of its targets) and answers its build directory. Raises StepFailed."""
    folder = ROOT / "build" / preset
    log = ROOT / "build" / "logs"
    with screen.step(f"configure {preset}") as step:
        screen.run(step, ["cmake", "--preset", preset], cwd=ROOT, log=log / f"configure-{preset}.log")
    with screen.step(f"build {preset}") as step:
        command = ["cmake", "--build", "--preset", preset, "--parallel", str(jobs())]
        if targets:
            command += ["--target", *targets]
        screen.run(step, command, cwd=ROOT, log=log / f"build-{preset}.log", env={"NINJA_STATUS": "[%f/%t] ", **_CCACHE})
    return folder
