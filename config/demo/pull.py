"""Pulls one exhibit through a gate with the clients that people use, and says whether it went as it must."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from .gate import local_environment
from .oci import INDEX, MANIFEST
from .site import Exhibit

_CLIENT_SECONDS = 60
# Clients try TLS first; a gate that waits for a request which will never come makes every pull as slow as its patience.
_PULL_SECONDS = 8
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass
class Pull:
    """What was seen. `faults` is empty when everything was as expected."""

    exhibit: Exhibit
    command: list[str]
    message: str = ""  # what skopeo showed
    headers: list[str] = field(default_factory=list)  # what curl showed
    reason: str = ""
    layers: int = 0
    size: int = 0
    faults: list[str] = field(default_factory=list)


def pull(address: str, exhibit: Exhibit, images: Path, folder: Path) -> Pull:
    """`images` is the site as it was made; `folder` receives the image, if it is served."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    source = f"docker://{address}/{exhibit.reference}"
    command = ["skopeo", "copy", "--quiet", "--all", "--src-tls-verify=false", source, f"oci:{folder}:pulled"]
    begun = time.monotonic()
    ended = _client(command)
    seen = Pull(exhibit, command)
    seconds = time.monotonic() - begun
    if seconds > _PULL_SECONDS:
        seen.faults.append(f"skopeo took {seconds:.0f} s")
    if exhibit.reason:
        _expect_refusal(seen, address, folder, ended)
    else:
        _expect_image(seen, address, images / exhibit.repository, folder, ended)
    return seen


def manifest_url(address: str, exhibit: Exhibit) -> str:
    repository, _, tag = exhibit.reference.rpartition(":")
    return f"http://{address}/v2/{repository}/manifests/{tag}"


def _client(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_CLIENT_SECONDS,
        env=local_environment(),
        check=False,
    )


def _expect_image(
    seen: Pull, address: str, original: Path, folder: Path, ended: subprocess.CompletedProcess[str]
) -> None:
    if ended.returncode != 0:
        seen.faults.append(f"skopeo failed: {ended.stderr.strip()}")
        return
    pulled = json.loads((folder / "index.json").read_bytes())["manifests"][0]["digest"]
    if pulled != seen.exhibit.image.digest:
        seen.faults.append(f"skopeo received {pulled}, not {seen.exhibit.image.digest}")
    for blob in (folder / "blobs" / "sha256").iterdir():
        content = blob.read_bytes()
        seen.size += len(content)
        seen.layers += content.startswith(_GZIP_MAGIC)
        if content != (original / "blobs" / "sha256" / blob.name).read_bytes():
            seen.faults.append(f"the bytes of sha256:{blob.name} are not those at the site")
    head = _client(["curl", "-sS", "-I", "-H", f"Accept: {INDEX}, {MANIFEST}", manifest_url(address, seen.exhibit)])
    seen.headers = [line.strip() for line in head.stdout.splitlines() if line.strip()]
    _require_header(seen, "docker-content-digest", seen.exhibit.image.digest)
    _require_header(seen, "content-length", str(seen.exhibit.image.size))


def _require_header(seen: Pull, name: str, value: str) -> None:
    for line in seen.headers:
        found, _, text = line.partition(":")
        if found.lower() == name and text.strip() == value:
            return
    seen.faults.append(f"HEAD does not answer {name}: {value}")


def _expect_refusal(seen: Pull, address: str, folder: Path, ended: subprocess.CompletedProcess[str]) -> None:
    if ended.returncode == 0:
        seen.faults.append("skopeo received the image, which must be refused")
    seen.message = _shown_message(ended.stderr)
    answer = _client(
        ["curl", "-sS", "-w", "\n%{http_code}", "-H", f"Accept: {INDEX}, {MANIFEST}",
         manifest_url(address, seen.exhibit)]
    )  # fmt: skip
    body, _, status = answer.stdout.rpartition("\n")
    if status != "403":
        seen.faults.append(f"the status is {status or answer.stderr.strip()}, not 403")
        return
    try:
        error = json.loads(body)["errors"][0]
        seen.reason = str(error["detail"]["reason"])
        code, message = error["code"], error["message"]
    except (ValueError, LookupError, TypeError):
        seen.faults.append(f"the body is not an OCI error with a reason: {body[:200]}")
        return
    if code != "DENIED":
        seen.faults.append(f"the OCI code is {code}, not DENIED")
    if seen.reason != seen.exhibit.reason:
        seen.faults.append(f"the reason is {seen.reason}, not {seen.exhibit.reason}")
    if message not in seen.message:
        seen.faults.append("skopeo does not show the message of the body")


def _shown_message(stderr: str) -> str:
    """The end of skopeo's log line: what the registry said, without the client's own words before it."""
    found = re.search(r'msg="((?:[^"\\]|\\.)*)"', stderr)
    text = found.group(1).replace('\\"', '"').replace("\\\\", "\\") if found else stderr.strip()
    start = text.find("denied: ")
    return text[start:] if start >= 0 else text
