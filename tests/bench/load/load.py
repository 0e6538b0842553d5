"""One burst of requests at one server, from the core of the load."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from support.process import local_environment

from .cells import Cell
from .images import ACCEPT
from .machine import pinned

_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True)
class Burst:
    """What the generator saw. With a `problem` the figures mean nothing."""

    requests: int
    seconds: float
    bytes: int
    p50_us: float
    p99_us: float
    problem: str = ""


def burst(cell: Cell, port: int, seconds: int, core: int) -> Burst:
    if cell.measure == "get":
        command = ["wrk", "-t1", f"-c{cell.connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT)]
        command += [f"http://127.0.0.1:{port}{cell.thing.target}"]
    else:
        command = [sys.executable, "-m", "bench.load.requester", str(port), cell.method, cell.thing.target]
        command += [str(cell.thing.size), str(cell.connections), str(seconds), ACCEPT]
    ended = subprocess.run(
        pinned(core, command),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        env=local_environment(BENCH_ACCEPT=ACCEPT),
        check=False,
    )
    return read(ended.stdout, least_bytes=cell.thing.size if cell.method == "GET" else 0) or Burst(
        0, 0, 0, 0, 0, f"{command[0]} ended with {ended.returncode}: {(ended.stderr or ended.stdout)[-300:]}"
    )


def read(output: str, *, least_bytes: int) -> Burst | None:
    """The generator's own line; None without one. Answers that were not 200, or shorter than `least_bytes` on average,
    are a problem: wrk takes a redirect for a success."""
    lines = [line.removeprefix("BURST ") for line in output.splitlines() if line.startswith("BURST ")]
    if not lines:
        return None
    seen = json.loads(lines[-1])
    problem = seen.get("problem", "")
    if seen.get("refused"):
        problem = f"{seen['refused']} answers were errors"
    elif seen.get("broken"):
        problem = f"{seen['broken']} connections broke or stalled"
    elif not seen["requests"]:
        problem = problem or "nothing was answered"
    elif seen["bytes"] < seen["requests"] * least_bytes:
        problem = problem or f"{seen['bytes']} bytes for {seen['requests']} answers are too few"
    return Burst(seen["requests"], seen["seconds"], seen["bytes"], seen["p50_us"], seen["p99_us"], problem)
