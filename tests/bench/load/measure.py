"""Rounds: in each, every cell is measured at every server in turn, in another order each time."""

from __future__ import annotations

import random
import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from support.process import Server

from . import cold, load
from .answers import Wrong, check
from .cells import Cell
from .images import ColdImage
from .machine import Cores, busy_seconds, processor_seconds
from .servers import Contender, Origin, family

_GIB = 2**30

# From here on the generator's core has nothing left, and the server may have had to wait for it.
_GENERATOR_IS_THE_LIMIT = 0.92


@dataclass(frozen=True)
class Measurement:
    """One burst, and the processor seconds spent during it: by the server and its children, by the origin, by the
    generator, and by anything else on the machine. With a `problem` the round does not count."""

    server: str
    cell: str
    turn: int
    requests: int
    seconds: float
    bytes: int
    p50_us: float
    p99_us: float
    server_cpu: float
    origin_cpu: float
    generator_cpu: float
    foreign_cpu: float
    problem: str = ""

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_us(self) -> float:
        return self.server_cpu / self.requests * 1e6

    @property
    def origin_us(self) -> float:
        return self.origin_cpu / self.requests * 1e6

    @property
    def gib_s(self) -> float:
        return self.bytes / _GIB / self.seconds

    @property
    def cpu_s_gib(self) -> float:
        return self.server_cpu / (self.bytes / _GIB) if self.bytes else 0.0

    @property
    def is_limited_by_generator(self) -> bool:
        return self.generator_cpu / self.seconds > _GENERATOR_IS_THE_LIMIT


@dataclass(frozen=True)
class ColdRound:
    """The images of one round, pulled once: medians and the slowest manifest, in milliseconds."""

    server: str
    turn: int
    images: int
    manifest_ms: float
    slowest_manifest_ms: float
    image_ms: float
    problem: str = ""


@dataclass(frozen=True)
class Rig:
    """Everything that runs."""

    cores: Cores
    origin: Origin
    servers: dict[str, Server]
    contenders: Sequence[Contender]


def bursts(
    rig: Rig, cells: Sequence[Cell], rounds: int, seconds: int
) -> Iterator[tuple[Contender, Cell, Callable[[], Measurement]]]:
    """What will be measured, in order; each is measured when it is called."""
    for turn in range(rounds):
        for cell in cells:
            for contender in _shuffled(rig, f"{turn} {cell.name}"):
                if cell.for_those_aside or not contender.aside:
                    yield contender, cell, _later(rig, contender, cell, turn, seconds)


def count(contenders: Sequence[Contender], cells: Sequence[Cell], rounds: int) -> int:
    return rounds * sum(cell.for_those_aside or not contender.aside for cell in cells for contender in contenders)


def cold_rounds(rig: Rig, rounds: Sequence[Sequence[ColdImage]]) -> Iterator[ColdRound]:
    """The origin comes first, so that what it has to read from its disk is nobody's loss."""
    for turn, images in enumerate(rounds):
        yield _cold(rig.origin.port, "origin", turn, images)
        for contender in _shuffled(rig, f"{turn} cold"):
            yield _cold(_port(rig.servers[contender.name]), contender.name, turn, images)


def _later(rig: Rig, contender: Contender, cell: Cell, turn: int, seconds: int) -> Callable[[], Measurement]:
    return lambda: _measure(rig, contender, cell, turn, seconds)


def _measure(rig: Rig, contender: Contender, cell: Cell, turn: int, seconds: int) -> Measurement:
    server = rig.servers[contender.name]
    port = _port(server)
    try:
        # Warm from here on, and right in this round too.
        check(port, [cell.thing])
    except Wrong as error:
        return Measurement(contender.name, cell.name, turn, 0, 0, 0, 0, 0, 0, 0, 0, 0, str(error))
    pids, origin_pids = family(server), family(rig.origin)
    busy, own, origin, generator = busy_seconds(), processor_seconds(pids), processor_seconds(origin_pids), _children()
    begun = perf_counter()
    seen = load.burst(cell, port, seconds, rig.cores.load)
    span = perf_counter() - begun
    own, origin = processor_seconds(pids) - own, processor_seconds(origin_pids) - origin
    generator, busy = _children() - generator, busy_seconds() - busy
    # Counted while the generator started and ended too, which is no part of the burst.
    foreign = max(0.0, busy - own - origin - generator) * seen.seconds / span
    _forget_log(server)
    return Measurement(
        contender.name, cell.name, turn, seen.requests, seen.seconds, seen.bytes, seen.p50_us, seen.p99_us,
        own, origin, generator, foreign, seen.problem,
    )  # fmt: skip


def _cold(port: int, name: str, turn: int, images: Sequence[ColdImage]) -> ColdRound:
    pulls, problem = cold.pull_all(port, images)
    if problem:
        return ColdRound(name, turn, len(images), 0, 0, 0, problem)
    manifests = [pull.manifest_ms for pull in pulls]
    return ColdRound(
        name, turn, len(images), median(manifests), max(manifests), median(pull.image_ms for pull in pulls)
    )


def _shuffled(rig: Rig, seed: str) -> list[Contender]:
    """The same order in every run of the harness."""
    order = list(rig.contenders)
    random.Random(seed).shuffle(order)
    return order


def _children() -> float:
    """Processor seconds of the generators that have ended. Servers are not among them: they are still running."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _port(server: Server) -> int:
    return int(server.port)  # type: ignore[attr-defined]  # every server here has one


def _forget_log(server: Server) -> None:
    """What pullgate writes for each request would fill the disk in a long run. The log is opened for appending, so that
    it goes on from the beginning."""
    if server.log.is_file():
        server.log.write_bytes(b"")
