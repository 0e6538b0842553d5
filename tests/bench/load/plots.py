"""Bars in SVG: one for each server, with a line from the least to the greatest round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .figures import Figure
from .goals import SUBJECT

_WIDTH = 420
_LABEL = 186
_VALUE = 70
_ROW = 24
_BAR = 14


@dataclass(frozen=True)
class Row:
    server: str
    title: str
    figure: Figure


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def bars(title: str, rows: Sequence[Row]) -> str:
    """Nothing is left of zero; the longest line ends at the right edge of the field."""
    longest = max((row.figure.high for row in rows), default=0.0) or 1.0
    field = _WIDTH - _LABEL - _VALUE
    height = _ROW * len(rows) + 8
    parts = [f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">']
    for place, row in enumerate(rows):
        top = 4 + place * _ROW
        middle = top + _ROW / 2
        upper, foot = f"{middle - _BAR / 2:.1f}", f"{middle + 4:.1f}"
        length = field * row.figure.median / longest
        low, high = (_LABEL + field * value / longest for value in (row.figure.low, row.figure.high))
        kind = "own" if row.server.startswith(SUBJECT) else "other"
        parts += [
            f'<text class="name" x="{_LABEL - 8}" y="{foot}">{escape(row.title)}</text>',
            f'<rect class="{kind}" x="{_LABEL}" y="{upper}" width="{max(length, 1):.1f}" height="{_BAR}" rx="2"/>',
            f'<path class="range" d="M{low:.1f} {middle:.1f}H{high:.1f}m0 -4v8M{low:.1f} {middle - 4:.1f}v8"/>',
            f'<text class="value" x="{max(_LABEL + length, high) + 8:.1f}" y="{foot}">{number(row.figure.median)}</text>',
        ]
    return "".join([*parts, "</svg>"])
