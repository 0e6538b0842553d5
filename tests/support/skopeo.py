"""skopeo, as people use it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

from .process import local_environment

Ended = subprocess.CompletedProcess[str]


def copy(source: str, folder: Path, *, all_platforms: bool = True) -> Ended:
    """`source` is host:port/path:tag; the image is left in `folder` as an OCI layout with the tag `pulled`."""
    options = ["--all"] if all_platforms else []
    return _skopeo("copy", *options, "--src-tls-verify=false", f"docker://{source}", f"oci:{folder}:pulled")


def copy_unchanged(source: str, folder: Path) -> Ended:
    """Into a plain directory, where a manifest stays what it is; as an OCI layout a docker manifest would be rewritten."""
    return _skopeo("copy", "--all", "--src-tls-verify=false", f"docker://{source}", f"dir:{folder}")


def unchanged(folder: Path) -> dict[str, bytes]:
    """What `copy_unchanged` left, by digest."""
    contents = [file.read_bytes() for file in folder.iterdir() if file.name != "version"]
    return {"sha256:" + hashlib.sha256(content).hexdigest(): content for content in contents}


def inspect_raw(source: str) -> Ended:
    return _skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{source}")


def pulled(folder: Path) -> tuple[str, dict[str, bytes]]:
    """The digest of what was pulled, and every blob by its digest."""
    top = json.loads((folder / "index.json").read_bytes())["manifests"][0]["digest"]
    return top, {f"sha256:{file.name}": file.read_bytes() for file in (folder / "blobs" / "sha256").iterdir()}


def _skopeo(*arguments: str) -> Ended:
    return subprocess.run(
        ["skopeo", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        env=local_environment(),
        check=False,
    )
