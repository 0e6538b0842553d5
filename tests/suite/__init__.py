"""tests/run after the packages are there: what to build, what to run in which build, and one line of totals."""
