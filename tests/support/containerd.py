"""Debian's containerd with a root, a state and a socket of its own, configured as docker/containerd/hosts.toml says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .gate import ROOT
from .process import Server, local_environment

_HOSTS = ROOT / "docker" / "containerd" / "hosts.toml"
_EXAMPLE_SERVER = "https://pullgate.internal"
_UNUSED_PLUGINS = ("grpc.v1.cri", "snapshotter.v1.aufs", "snapshotter.v1.btrfs", "snapshotter.v1.devmapper",
                   "snapshotter.v1.zfs", "snapshotter.v1.overlayfs", "internal.v1.opt")  # fmt: skip


class Containerd(Server):
    """A node with nothing on it: content is shared between namespaces, so every test has its own daemon."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = folder / "c.sock"
        self._hosts = folder / "certs.d"
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "config.toml"
        disabled = ", ".join(f'"io.containerd.{name}"' for name in _UNUSED_PLUGINS)
        config.write_text(
            f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\ndisabled_plugins = [{disabled}]\n'
            f'[grpc]\n  address = "{self._socket}"\n[ttrpc]\n  address = "{self._socket}.ttrpc"\n',
            encoding="utf-8",
        )
        super().__init__(["containerd", "--config", config], folder / "containerd.log")

    def is_ready(self) -> bool:
        return self._socket.exists() and self._ctr("version").returncode == 0

    def send_pulls_to(self, gate_address: str) -> None:
        """Installs the file that we ship, with only the server's address exchanged."""
        shipped = _HOSTS.read_text(encoding="utf-8")
        assert shipped.count(_EXAMPLE_SERVER) == 1
        folder = self._hosts / "_default"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hosts.toml").write_text(shipped.replace(_EXAMPLE_SERVER, f"http://{gate_address}"), encoding="utf-8")

    def pull(self, reference: str, *, all_platforms: bool = False) -> subprocess.CompletedProcess[str]:
        """Fetches and unpacks, as a node does."""
        options = ["--hosts-dir", str(self._hosts), "--snapshotter", "native"]
        options += ["--all-platforms"] if all_platforms else ["--platform", "linux/amd64"]
        return self._ctr("images", "pull", *options, reference)

    def images(self) -> list[str]:
        return self._ctr("images", "ls", "-q").stdout.split()

    def content(self) -> dict[str, bytes]:
        """All that it holds, by digest."""
        store = self.folder / "root" / "io.containerd.content.v1.content" / "blobs"
        return {f"{file.parent.name}:{file.name}": file.read_bytes() for file in store.glob("*/*") if file.is_file()}

    def _ctr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["ctr", "--address", str(self._socket), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            env=local_environment(),
            check=False,
        )


def missing() -> str:
    """Why containerd cannot be run here, or nothing."""
    if not shutil.which("containerd") or not shutil.which("ctr"):
        return "containerd is not installed (config/packages test)"
    if os.geteuid() != 0:
        return "containerd runs as root only, which is optional for these tests"
    return ""
