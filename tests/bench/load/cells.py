"""What is measured, one cell for each method, thing and number of connections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .images import Stock, Thing

Measure = Literal["get", "head", "blob"]

MEASURES: tuple[str, ...] = ("get", "head", "blob", "cold")

_MIB = 2**20


@dataclass(frozen=True)
class Cell:
    name: str
    title: str
    measure: Measure
    thing: Thing
    connections: int
    for_those_aside: bool

    @property
    def method(self) -> str:
        return "HEAD" if self.measure == "head" else "GET"


def cells(stock: Stock, measures: Sequence[str], *, everybody_everywhere: bool) -> list[Cell]:
    found: list[Cell] = []
    for measure in ("get", "head"):
        if measure not in measures:
            continue
        for by, thing in (("digest", stock.by_digest), ("tag", stock.by_tag)):
            for connections in (1, 16, 64):
                name = f"{measure}-{by}-{connections}"
                title = f"{measure.upper()} manifest by {by}, {connections} connection{'s' * (connections > 1)}"
                aside = everybody_everywhere or (measure == "get" and connections == 16)
                found.append(Cell(name, title, measure, thing, connections, aside))
    if "blob" in measures:
        for thing, connections in ((stock.small_blob, 8), (stock.large_blob, 4)):
            mib = thing.size // _MIB
            found.append(
                Cell(
                    f"blob-{mib}m-{connections}",
                    f"blob of {mib} MiB, {connections} connections",
                    "blob",
                    thing,
                    connections,
                    True,
                )
            )
    return found
