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
from typing import Any, Sequence

import pytest

from .once import installing
from .process import local_environment

HERE = Path(__file__).resolve().parent
VERSIONS = HERE / "sigstore_python.txt"
INSTALLED_WITHIN_SECONDS = 300

# What pip says when it cannot download; anything else that goes wrong in an installation is a failed test.
_NO_NETWORK = re.compile(
    r"NewConnectionError|Max retries exceeded|ConnectTimeout|ReadTimeout|ProxyError|name resolution|"
    r"No matching distribution found|Could not find a version",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    code: int
    said: str


@dataclass(frozen=True)
class SigstorePython:
    python: Path
    home: Path

    def run(self, commands: Sequence[Sequence[str]]) -> list[Answer]:
        """Answers to commands of its command line, all run by one process."""
        # With a dead proxy an attempt to reach the internet fails at once.
        offline = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
        ended = subprocess.run(
            [str(self.python), str(HERE / "in_sigstore_python.py")],
            input=json.dumps(commands),
            env=local_environment(HOME=str(self.home), PYTHONDONTWRITEBYTECODE="1", **offline),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return [Answer(*answer) for answer in json.loads(ended.stdout)]


def trust_config(trusted_root: Any, signing_config: Any) -> Any:
    """What its `--trust-config` reads: a trust root and a signing configuration in one file."""
    media_type = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    return {"mediaType": media_type, "trustedRoot": trusted_root, "signingConfig": signing_config}


def install(home: Path) -> SigstorePython:
    """What was installed before with these versions, or a new installation. Skips without a way to download them."""
    release = re.search(r"^sigstore==(.+)$", VERSIONS.read_text(encoding="ascii"), re.MULTILINE)
    assert release is not None
    with installing(f"sigstore-python-{release[1]}") as folder:
        installed = folder / VERSIONS.name
        if not installed.exists() or installed.read_bytes() != VERSIONS.read_bytes():
            _install(folder)
            shutil.copyfile(VERSIONS, installed)
    return SigstorePython(folder / "bin" / "python3", home)


def _install(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"sigstore-python needs Debian's python3-venv: {made.stdout.strip()[-200:]}")
    ended = subprocess.run(
        [str(folder / "bin" / "pip"), "install", "-q", "--no-deps", "--only-binary=:all:", "-r", str(VERSIONS)],
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
