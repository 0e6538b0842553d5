"""What is aimed at, as ratios to others in the same rounds, and whether it is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .cells import Cell
from .figures import Figure, ratio
from .measure import ColdRound, Measurement
from .memory import Memory

Verdict = Literal["met", "not met", "not measured"]

# By server, cell and round: what counts.
Table = Mapping[tuple[str, str], Mapping[int, Measurement]]

SUBJECT = "pullgate"


@dataclass(frozen=True)
class Goal:
    """`quantity` of pullgate divided by that of `rival`, in every cell of these measures and connections."""

    text: str
    quantity: str
    rival: str
    measures: tuple[str, ...]
    connections: tuple[int, ...]
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def covers(self, cell: Cell) -> bool:
        return cell.measure in self.measures and (not self.connections or cell.connections in self.connections)


@dataclass(frozen=True)
class Outcome:
    """`found` says it in words, of the cell that is furthest from the goal."""

    text: str
    verdict: Verdict
    found: str


_MANIFESTS = ("get", "head")

GOALS = (
    Goal(
        "warm manifests: requests per second at least 1.8 x nginx proxy_cache",
        "rate", "nginx-cache", _MANIFESTS, (16, 64), at_least=1.8,
    ),
    Goal(
        "warm manifests: requests per second at least 1.05 x HAProxy's cache",
        "rate", "haproxy-cache", _MANIFESTS, (16, 64), at_least=1.05,
    ),
    Goal(
        "warm manifests: processor time per request at most 0.55 x nginx proxy_cache",
        "cpu_us", "nginx-cache", _MANIFESTS, (16, 64), at_most=0.55,
    ),
    Goal(
        "warm manifests: p99 at 1, 16 and 64 connections at most that of nginx proxy_cache",
        "p99_us", "nginx-cache", _MANIFESTS, (1, 16, 64), at_most=1.0,
    ),
    Goal(
        "blob hit: processor time per GiB at most 0.8 x nginx proxy_cache",
        "cpu_s_gib", "nginx-cache", ("blob",), (), at_most=0.8,
    ),
)  # fmt: skip

COLD_ADDS_MS = 3.0
IDLE_MIB = 12.0
CONNECTION_KIB = 5.0

# Goals that this harness has no measure for.
ELSEWHERE = (
    "warm manifests and blobs over TLS",
    "blob miss: processor time per GiB that of nginx proxy_pass and one SHA-256, plus 10 %",
    "eight clients and one cold blob: one GET at the origin",
    "warm hits while the verification pool is saturated: p99 at most 1.5 x its idle value",
    "memory of a million decisions",
)


def valid(measurements: Sequence[Measurement]) -> dict[tuple[str, str], dict[int, Measurement]]:
    found: dict[tuple[str, str], dict[int, Measurement]] = {}
    for each in measurements:
        if not each.problem:
            found.setdefault((each.server, each.cell), {})[each.turn] = each
    return found


def by_round(table: Table, server: str, cell: str, quantity: str) -> dict[int, float]:
    return {turn: getattr(each, quantity) for turn, each in table.get((server, cell), {}).items()}


def figure(table: Table, server: str, cell: str, quantity: str) -> Figure | None:
    return Figure.of(by_round(table, server, cell, quantity).values())


def ratio_to(table: Table, server: str, rival: str, cell: str, quantity: str) -> Figure | None:
    return ratio(by_round(table, server, cell, quantity), by_round(table, rival, cell, quantity))


def outcomes(
    table: Table, cells: Sequence[Cell], cold: Sequence[ColdRound], memory: Mapping[str, Memory]
) -> list[Outcome]:
    found = [_outcome(goal, table, cells) for goal in GOALS]
    found.append(_cold_outcome(cold))
    found += _memory_outcomes(memory.get(SUBJECT))
    return found + [Outcome(text, "not measured", "this harness has no measure for it yet") for text in ELSEWHERE]


def _outcome(goal: Goal, table: Table, cells: Sequence[Cell]) -> Outcome:
    ratios: list[tuple[Figure, Cell]] = []
    lost: list[str] = []
    unasked = sorted(set(goal.measures) - {cell.measure for cell in cells})
    for cell in cells:
        if goal.covers(cell):
            found = ratio_to(table, SUBJECT, goal.rival, cell.name, goal.quantity)
            if found:
                ratios.append((found, cell))
            else:
                lost.append(cell.name)
    if not ratios:
        return Outcome(goal.text, "not measured", f"{SUBJECT} or {goal.rival} has no figures")
    ratios.sort(key=lambda pair: pair[0].median, reverse=goal.at_most is not None)
    worst, cell = ratios[0]
    held = sum(goal.holds(found.median) for found, _ in ratios)
    text = f"furthest: {worst.median:.2f} x ({worst.low:.2f} to {worst.high:.2f}), {cell.title}"
    text += f"; holds in {held} of {len(ratios)}"
    if lost:
        # A goal about all of them is not reached by some of them.
        return Outcome(goal.text, "not met", f"{text}; no figures for {', '.join(lost)}")
    if held < len(ratios):
        return Outcome(goal.text, "not met", text)
    # Nor is it reached when some were left out of this run.
    return (
        Outcome(goal.text, "not measured", f"{text}; not asked: {', '.join(unasked)}")
        if unasked
        else Outcome(goal.text, "met", text)
    )


def _cold_outcome(cold: Sequence[ColdRound]) -> Outcome:
    text = f"cold pull: judging adds less than {COLD_ADDS_MS:g} ms (p50) to the manifest through nginx proxy_pass"
    times = {(each.server, each.turn): each.manifest_ms for each in cold if not each.problem}
    added = Figure.of(
        times[server, turn] - times["nginx-pass", turn]
        for server, turn in times
        if server == SUBJECT and ("nginx-pass", turn) in times
    )
    if added is None:
        return Outcome(text, "not measured", f"{SUBJECT} or nginx-pass has no figures")
    found = f"{added.median:+.1f} ms ({added.low:+.1f} to {added.high:+.1f})"
    return Outcome(text, "met" if added.median < COLD_ADDS_MS else "not met", found)


def _memory_outcomes(held: Memory | None) -> list[Outcome]:
    idle = f"memory: at most {IDLE_MIB:g} MiB when idle"
    connection = f"memory: at most {CONNECTION_KIB:g} KiB for each idle connection"
    if held is None:
        return [Outcome(text, "not measured", f"{SUBJECT} did not take part") for text in (idle, connection)]
    return [
        Outcome(
            idle,
            "met" if held.idle_mib <= IDLE_MIB else "not met",
            f"{held.idle_mib:.1f} MiB just after its start, with one worker",
        ),
        Outcome(
            connection, "met" if held.connection_kib <= CONNECTION_KIB else "not met", f"{held.connection_kib:.1f} KiB"
        ),
    ]
