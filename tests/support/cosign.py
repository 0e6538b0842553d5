"""cosign of both major versions: built once with the Go toolchain on the PATH, and kept away from the network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.keys import Key

from .once import installing
from .process import local_environment

RELEASES = {2: "v2.6.5", 3: "v3.1.3"}
BUILT_WITHIN_SECONDS = 1800

# What the Go command says when it cannot download, and when it is too old; anything else that goes wrong in a build is a
# failed test.
_NO_NETWORK = re.compile(r"dial tcp|no such host|i/o timeout|connection refused|proxyconnect|TLS handshake timeout|"
                         r"network is unreachable|module lookup disabled", re.IGNORECASE)  # fmt: skip
_TOO_OLD = re.compile(r"invalid go version|requires go >=|toolchain not available|module requires Go", re.IGNORECASE)

Ended = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Cosign:
    """One version, working in a folder of its own that also is its home."""

    version: int
    binary: Path
    folder: Path

    def run(self, *arguments: str, **environment: str) -> Ended:
        # Its trust root and its logs are on the internet; with a dead proxy an attempt to go there fails at once.
        offline = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
        home = {"HOME": str(self.folder), "TUF_ROOT": str(self.folder / "tuf"), "COSIGN_PASSWORD": ""}
        return subprocess.run(
            [str(self.binary), *arguments],
            cwd=self.folder,
            env=local_environment(**offline, **home, **environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
            check=False,
        )

    def must(self, *arguments: str, **environment: str) -> Ended:
        ended = self.run(*arguments, **environment)
        assert ended.returncode == 0, f"cosign {' '.join(arguments)}:\n{ended.stderr}{ended.stdout}"
        return ended

    def import_key(self, name: str, key: Key) -> Path:
        """`<name>.key` for cosign; the answer is the public key as cosign wrote it."""
        plain = self.folder / f"{name}.pem"
        plain.write_bytes(key.private_pem())
        self.must("import-key-pair", "--key", str(plain), "--output-key-prefix", name, "-y")
        return self.folder / f"{name}.pub"

    def generate_key(self, name: str) -> Path:
        self.must("generate-key-pair", "--output-key-prefix", name)
        return self.folder / f"{name}.pub"

    def sign(self, key: str, image: str, *options: str, **environment: str) -> None:
        self.must("sign", *self._offline(), "--key", f"{key}.key", "-y", *options, image, **environment)

    def attest(self, key: str, image: str, kind: str, predicate: Path, *options: str) -> None:
        self.must(
            "attest", *self._offline(), "--key", f"{key}.key", "-y", "--type", kind, "--predicate", str(predicate),
            *options, image,
        )  # fmt: skip

    def verify(self, public_key: Path, image: str, *options: str) -> Ended:
        return self.run("verify", "--key", str(public_key), "--insecure-ignore-tlog=true", *options, image)

    def verify_attestation(self, public_key: Path, image: str, kind: str, *options: str) -> Ended:
        return self.run(
            "verify-attestation", "--key", str(public_key), "--insecure-ignore-tlog=true", "--type", kind, *options, image
        )

    def _offline(self) -> list[str]:
        """No transparency log; version 3 would otherwise take its services from a configuration on the internet."""
        return ["--tlog-upload=false", *(["--use-signing-config=false"] if self.version >= 3 else [])]


def binary(version: int) -> Path:
    """The one that PULLGATE_COSIGN_V<n> names, or the one that was built before, or a new build. Skips without a Go
    toolchain, or without a way to download the sources."""
    named = os.environ.get(f"PULLGATE_COSIGN_V{version}")
    if named:
        return Path(named)
    release = RELEASES[version]
    with installing(f"cosign-{release}") as folder:
        built = folder / "cosign"
        if not built.exists():
            _build(version, release, folder)
    return built


def _build(version: int, release: str, folder: Path) -> None:
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"cosign {release} cannot be built: no Go toolchain on the PATH")
    unfinished = folder.with_name(folder.name + ".unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    package = f"github.com/sigstore/cosign/v{version}/cmd/cosign@{release}"
    ended = subprocess.run(
        ["nice", go, "install", "-trimpath", "-ldflags=-s -w", package],
        env={**os.environ, "GOBIN": str(unfinished), "CGO_ENABLED": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=BUILT_WITHIN_SECONDS,
        check=False,
    )
    if ended.returncode != 0:
        shutil.rmtree(unfinished)
        said = ended.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        if _NO_NETWORK.search(ended.stderr):
            pytest.skip(f"the Go toolchain cannot download cosign {release}: {said[0][:200]}")
        if _TOO_OLD.search(ended.stderr):
            pytest.skip(f"the Go toolchain on the PATH is too old for cosign {release}: {said[0][:200]}")
        pytest.fail(f"cosign {release} does not build: {ended.stderr[-2000:]}")
    folder.mkdir(parents=True, exist_ok=True)
    (unfinished / "cosign").replace(folder / "cosign")
    unfinished.rmdir()
