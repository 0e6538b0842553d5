"""What every test against other people's tools may ask for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterator

import pytest

TESTS = Path(__file__).resolve().parents[1]
for folder in (TESTS, TESTS.parent / "config"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from support import cosign  # noqa: E402
from support.cosign import Cosign  # noqa: E402
from support.cosign_bench import Bench, open_bench  # noqa: E402
from support.gate import program  # noqa: E402
from support.sigstore_python import SigstorePython, interpreter  # noqa: E402
from support.workshop import Keys  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def the_program() -> Path:
    """A run without the program is a failed run, not a skipped one."""
    binary = program()
    if not os.access(binary, os.X_OK):
        pytest.exit(f"there is no program at {binary}; build it, or name one in PULLGATE_BINARY", returncode=1)
    return binary


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys.make()


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("cosign"), keys) as opened:
        yield opened


@pytest.fixture(scope="session")
def cosigns(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Cosign]:
    """Both versions, without keys."""
    root = tmp_path_factory.mktemp("keyless-cosign")
    return {version: Cosign(version, cosign.binary(version), root) for version in cosign.RELEASES}


@pytest.fixture(scope="session")
def sigstore_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigstorePython]:
    with SigstorePython(interpreter(), tmp_path_factory.mktemp("keyless-python")) as running:
        yield running
