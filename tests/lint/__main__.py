"""Prints the problems of this tree, without pytest; clang-tidy apart."""

import sys

from . import advisories, formatting, prose, shape, walls
from .tree import ROOT, Tree


def main() -> int:
    tree = Tree.of_project()
    laws = [walls.check, shape.check_top, shape.check_headers, prose.check, advisories.check]
    problems = [problem for law in laws for problem in law(tree)] + list(formatting.check(tree, ROOT))
    for problem in [*problems, *shape.check_lengths(tree)]:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
