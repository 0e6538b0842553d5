"""The laws, applied to this tree."""

import warnings

import pytest

from . import advisories, formatting, prose, shape, walls
from .tree import ROOT, Problem, Tree


@pytest.fixture(scope="module", name="tree")
def _tree() -> Tree:
    return Tree.of_project()


def _none(problems: list[Problem]) -> None:
    assert not problems, "\n" + "\n".join(str(problem) for problem in problems)


def test_no_include_crosses_a_wall(tree: Tree) -> None:
    _none(list(walls.check(tree)))


def test_the_top_holds_what_was_agreed(tree: Tree) -> None:
    _none(list(shape.check_top(tree)))


def test_every_header_is_read_once(tree: Tree) -> None:
    _none(list(shape.check_headers(tree)))


def test_no_file_says_what_it_must_not(tree: Tree) -> None:
    _none(list(prose.check(tree)))


def test_every_advisory_has_a_test(tree: Tree) -> None:
    _none(list(advisories.check(tree)))
    _none(list(advisories.check_lists()))


def test_clang_format_would_change_nothing(tree: Tree) -> None:
    _none(list(formatting.check(tree, ROOT)))


def test_long_files_are_pointed_out(tree: Tree) -> None:
    for problem in shape.check_lengths(tree):
        warnings.warn(str(problem), stacklevel=1)
