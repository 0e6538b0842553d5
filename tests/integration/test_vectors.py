"""No attack of the list is without a test."""

from __future__ import annotations

import importlib
from pathlib import Path

from support.vectors import COVERED, VECTORS


def test_every_vector_has_a_test() -> None:
    for module in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(module.stem)
    assert COVERED == set(VECTORS)
