"""Everything that one run found, for whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from . import goals
from .cells import Cell
from .figures import Figure
from .machine import Facts
from .measure import ColdRound, Measurement
from .memory import Memory

# With more of the machine busy than this, the server and the generator had to wait for their cores.
_TOO_BUSY_CORES = 0.3


@dataclass
class Results:
    """`left_out` says what did not take part, and why; `memory` is that of each server before the rounds."""

    facts: Facts
    rounds: int
    seconds: int
    cells: list[Cell]
    servers: dict[str, str]  # titles by name, in the order in which they are shown
    configurations: dict[str, str]
    memory: dict[str, Memory] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    cold: list[ColdRound] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # who did not serve the same bytes afterwards

    @property
    def table(self) -> goals.Table:
        return goals.valid(self.measurements)

    @property
    def outcomes(self) -> list[goals.Outcome]:
        return goals.outcomes(self.table, self.cells, self.cold, self.memory)

    @property
    def problems(self) -> list[str]:
        found = [
            f"{each.server}, {each.cell}, round {each.turn + 1}: {each.problem}"
            for each in self.measurements
            if each.problem
        ]
        found += self.changed
        return found + [
            f"{each.server}, cold, round {each.turn + 1}: {each.problem}" for each in self.cold if each.problem
        ]

    @property
    def foreign_cores(self) -> Figure | None:
        """How much of a core had other work during the bursts."""
        return Figure.of(each.foreign_cpu / each.seconds for each in self.measurements if not each.problem)

    @property
    def disturbance(self) -> str:
        """What else the machine did meanwhile, in a sentence; empty when nothing was measured."""
        cores = self.foreign_cores
        if not cores:
            return ""
        said = f"Other work on the machine during the bursts: {cores.median:.2f} cores, {cores.high:.2f} at most."
        if cores.median < _TOO_BUSY_CORES:
            return said
        return f"{said} That is too much: believe ratios of processor time, and nothing else."

    def cold_of(self, server: str) -> Sequence[ColdRound]:
        return [each for each in self.cold if each.server == server and not each.problem]

    def as_json(self) -> dict[str, Any]:
        table = self.table
        return {
            "facts": self.facts.as_json(),
            "rounds": self.rounds,
            "seconds": self.seconds,
            "leftOut": self.left_out,
            "problems": self.problems,
            "memory": {name: asdict(held) for name, held in self.memory.items()},
            "foreignCores": _figure(self.foreign_cores),
            "goals": [asdict(outcome) for outcome in self.outcomes],
            "cells": [
                {
                    "name": cell.name,
                    "title": cell.title,
                    "servers": {
                        name: self._cell(table, name, cell.name) for name in self.servers if (name, cell.name) in table
                    },
                }
                for cell in self.cells
            ],
            "measurements": [asdict(each) for each in self.measurements],
            "cold": [asdict(each) for each in self.cold],
        }

    def _cell(self, table: goals.Table, server: str, cell: str) -> dict[str, Any]:
        quantities = {
            "requestsPerSecond": "rate", "cpuMicrosecondsPerRequest": "cpu_us", "p50Microseconds": "p50_us",
            "p99Microseconds": "p99_us", "originMicrosecondsPerRequest": "origin_us", "gibPerSecond": "gib_s",
            "cpuSecondsPerGib": "cpu_s_gib",
        }  # fmt: skip
        found: dict[str, Any] = {
            name: _figure(goals.figure(table, server, cell, quantity)) for name, quantity in quantities.items()
        }
        for rival in ("nginx-cache", "haproxy-cache"):
            found[f"over {rival}"] = {
                quantity: _figure(goals.ratio_to(table, server, rival, cell, quantity))
                for quantity in ("rate", "cpu_us", "p99_us")
            }
        return found


def _figure(figure: Figure | None) -> dict[str, float] | None:
    return None if figure is None else {"median": figure.median, "low": figure.low, "high": figure.high}
