"""Medians over the rounds with their spread, and ratios of what was measured in the same round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """The median of the rounds, the least and the greatest of them."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Iterable[float]) -> "Figure | None":
        """None when no round counts."""
        found = list(values)
        return Figure(median(found), min(found), max(found)) if found else None

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a share of the median."""
        return (self.high - self.low) / self.median if self.median else 0.0


def ratio(of: Mapping[int, float], to: Mapping[int, float]) -> Figure | None:
    """By rounds: one round's disturbance hits both sides of its ratio. Rounds that only one of them has do not count."""
    return Figure.of(of[turn] / to[turn] for turn in sorted(of) if to.get(turn))
