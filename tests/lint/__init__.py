"""The house's laws that a program can check. Each lint takes a tree of files and answers with problems.

`python3 -m lint` (with tests/ on the path) prints the problems of this tree; pytest runs the lints as tests, and the
tests of the lints themselves.
"""
