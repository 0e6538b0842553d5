"""What the figures were taken on, and the processor time that it spends."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cores:
    """The server that is measured has a core of its own; the origin and the load generator share the other."""

    server: int
    load: int

    @staticmethod
    def choose() -> "Cores":
        free = sorted(os.sched_getaffinity(0))
        if len(free) < 2:
            raise RuntimeError("two cores are needed, one for the server and one for the load; this process has one")
        return Cores(free[0], free[1])


def pinned(core: int, command: Sequence[str | Path]) -> list[str]:
    """The command on that core, and ended with us however we end."""
    return ["setpriv", "--pdeathsig", "TERM", "taskset", "--cpu-list", str(core), *(str(part) for part in command)]


def family_of(pid: int) -> list[int]:
    """The process and all its descendants, as far as they live."""
    found = [pid]
    for member in found:
        try:
            for task in Path(f"/proc/{member}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def processor_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes with all their threads, in steps of a hundredth of a second."""
    ticks = 0
    for pid in pids:
        try:
            # proc(5): the name in parentheses may hold anything; utime and stime are the 12th and 13th after it.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS_PER_SECOND


def busy_seconds() -> float:
    """What all cores together have spent on anything since the machine began."""
    total = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    user, nice, system, _, _, irq, softirq, steal = (int(field) for field in total[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS_PER_SECOND


def resident_mib(pids: Iterable[int]) -> float:
    """Memory of these processes, pages that they share counted once (PSS)."""
    kib = 0
    for pid in pids:
        try:
            found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        except OSError:
            continue
        kib += int(found.group(1)) if found else 0
    return kib / 1024


@dataclass(frozen=True)
class Facts:
    taken: str
    system: str
    kernel: str
    processor: str
    cores: int
    memory_gib: float
    versions: dict[str, str]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def facts(packages: Iterable[str], own_version: str) -> Facts:
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", cpuinfo, re.MULTILINE)
    release = re.search(r'^PRETTY_NAME="(.*)"$', Path("/etc/os-release").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return Facts(
        taken=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        system=release.group(1) if release else platform.system(),
        kernel=platform.release(),
        processor=model.group(1).strip() if model else platform.machine(),
        cores=os.cpu_count() or 0,
        memory_gib=round(int(memory.group(1)) / 2**20, 1) if memory else 0.0,
        versions={"pullgate": own_version, **{name: _package_version(name) for name in packages}},
    )


def commit() -> str:
    """Of the tree that was built; `-dirty` when there are changes beside it."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return asked.stdout.strip() or "?"


def _package_version(name: str) -> str:
    if not shutil.which("dpkg-query"):
        return "?"
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", name], capture_output=True, text=True, timeout=20, check=False
    )
    return asked.stdout.strip() or "?"
