"""sigstore-python in a virtual environment of its own, with the versions that are listed beside this file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from .once import installing
from .process import local_environment

HERE = Path(__file__).resolve().parent
VERSIONS = HERE / "sigstore_python.txt"
INSTALLED_WITHIN_SECONDS = 300

# What pip says when it cannot download, or not these versions; anything else that goes wrong in an installation is a
# failed test.
_NO_NETWORK = re.compile(
    r"NewConnectionError|Max retries exceeded|ConnectTimeout|ReadTimeout|ProxyError|name resolution|"
    r"\(from versions: none\)",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    code: int
    said: str


class SigstorePython:
    """Its command line, in one process for all commands while the block runs."""

    def __init__(self, python: Path, home: Path) -> None:
        # With a dead proxy an attempt to reach the internet fails at once.
        offline = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
        self._process = subprocess.Popen(
            [str(python), str(HERE / "in_sigstore_python.py")],
            env=local_environment(HOME=str(home), PYTHONDONTWRITEBYTECODE="1", **offline),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "SigstorePython":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)

    def run(self, *arguments: str) -> Answer:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"sigstore-python ended with {self._process.poll()}"
        return Answer(*json.loads(line))


def trust_config(trusted_root: Any, signing_config: Any) -> Any:
    """What its `--trust-config` reads: a trust root and a signing configuration in one file."""
    media_type = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    return {"mediaType": media_type, "trustedRoot": trusted_root, "signingConfig": signing_config}


def interpreter() -> Path:
    """Of what was installed before with these versions, or of a new installation. Skips without a way to download them."""
    release = re.search(r"^sigstore==(.+)$", VERSIONS.read_text(encoding="ascii"), re.MULTILINE)
    assert release is not None
    with installing(f"sigstore-python-{release[1]}") as folder:
        installed = folder / VERSIONS.name
        if not installed.exists() or installed.read_bytes() != VERSIONS.read_bytes():
            _install(folder)
            shutil.copyfile(VERSIONS, installed)
    return folder / "bin" / "python3"


def _install(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"sigstore-python needs Debian's python3-venv: {made.stdout.strip()[-200:]}")
    ended = subprocess.run(
        [
            str(folder / "bin" / "pip"),
            "install",
            "-q",
            "--retries",
            "2",
            "--timeout",
            "20",
            "--no-deps",
            "--only-binary=:all:",
            "-r",
            str(VERSIONS),
        ],
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=INSTALLED_WITHIN_SECONDS,
        check=False,
    )
    if ended.returncode != 0:
        said = ended.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        if _NO_NETWORK.search(ended.stderr):
            pytest.skip(f"sigstore-python is optional, and cannot be downloaded: {said[0][:200]}")
        pytest.fail(f"sigstore-python cannot be installed: {ended.stderr[-2000:]}")
