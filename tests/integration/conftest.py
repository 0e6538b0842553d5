"""What every test of the running program may ask for. Everything is on loopback and below pytest's temporary folder."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest

TESTS = Path(__file__).resolve().parents[1]
for folder in (TESTS, TESTS.parent / "config"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from support import containerd, gate  # noqa: E402
from support.containerd import Containerd  # noqa: E402
from support.desk import Desk  # noqa: E402
from support.gate import Gate, StartGate, program  # noqa: E402
from support.hostile_registry import HostileRegistry  # noqa: E402
from support.stage import Stage, open_stage  # noqa: E402
from support.workshop import REGISTRY, Keys, Workshop  # noqa: E402

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


@pytest.fixture
def workshop(tmp_path: Path, keys: Keys) -> Workshop:
    return Workshop(tmp_path / "site", keys)


@pytest.fixture
def start_gate(tmp_path: Path) -> Iterator[StartGate]:
    """Starts as many gates as the test wants; each must still live when the test ends, and end when it is told to."""
    with ExitStack() as running:
        count = 0

        def start(settings: Mapping[str, Any], policy: Mapping[str, Any] | str, *, may_die: bool = False) -> Gate:
            nonlocal count
            count += 1
            process = Gate(tmp_path / f"gate-{count}", settings, policy)
            running.enter_context(process)
            if not may_die:
                running.callback(_must_live, process)
            return process

        yield start


def _must_live(process: Gate) -> None:
    assert process.is_alive(), f"pullgate ended with {process.exit_code}:\n{process.said()}"


@pytest.fixture
def hostile(workshop: Workshop) -> Iterator[HostileRegistry]:
    """A registry for the workshop's images that misbehaves when told to."""
    with HostileRegistry(workshop.site) as registry:
        yield registry


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("stage"), keys) as opened:
        yield opened


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Containerd]:
    """A containerd of its own; the test skips where there is none."""
    reason = containerd.missing()
    if reason:
        pytest.skip(reason)
    with Containerd(tmp_path / "node") as daemon:
        yield daemon


@pytest.fixture
def running(workshop: Workshop, start_gate: StartGate) -> Gate:
    """A gate before the workshop's folder of layouts; one signature is asked for."""
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    return start_gate(gate.settings(upstream), workshop.policy(gate.signed_by("release", name="released")))


@pytest.fixture
def before_hostile(workshop: Workshop, hostile: HostileRegistry, start_gate: StartGate) -> Gate:
    """The same before a registry that does what the test tells it to."""
    upstream = gate.registry_upstream(REGISTRY, hostile.port)
    return start_gate(gate.settings(upstream), workshop.policy(gate.signed_by("release", name="released")))


@pytest.fixture
def desk(workshop: Workshop, tmp_path: Path) -> Desk:
    return Desk(tmp_path, workshop)
