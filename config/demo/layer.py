"""Gzip tar layers. The same files always give the same bytes, so digests can be compared between runs."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass
from typing import Iterable


@dataclass(frozen=True)
class File:
    """A regular file. `path` is relative to the root of the image."""

    path: str
    content: bytes
    mode: int = 0o644


@dataclass(frozen=True)
class Folder:
    path: str
    mode: int = 0o755


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    path: str
    target: str


Entry = File | Folder | Link


@dataclass(frozen=True)
class Layer:
    """`content` is what travels; `diff_id` is the digest of the tar inside it, which the image config lists."""

    content: bytes
    diff_id: str


def make_layer(entries: Iterable[Entry]) -> Layer:
    """Parent folders that are not among `entries` are added; the order in the tar is by path."""
    by_path: dict[str, Entry] = {entry.path.strip("/"): entry for entry in entries}
    for path in list(by_path):
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            parent = "/".join(parts[:depth])
            by_path.setdefault(parent, Folder(parent))

    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(by_path):
            _append(archive, path, by_path[path])
    return compress(plain.getvalue())


def compress(tar: bytes) -> Layer:
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=6, mtime=0) as stream:
        stream.write(tar)
    return Layer(packed.getvalue(), "sha256:" + hashlib.sha256(tar).hexdigest())


def noise(seed: str, size: int) -> bytes:
    """Bytes that gzip cannot shrink and that are the same for the same seed: ballast for a layer of real size."""
    return hashlib.shake_128(seed.encode()).digest(size)


def _append(archive: tarfile.TarFile, path: str, entry: Entry) -> None:
    header = tarfile.TarInfo(path)
    match entry:
        case File(content=content, mode=mode):
            header.mode = mode
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
        case Folder(mode=mode):
            header.type = tarfile.DIRTYPE
            header.mode = mode
            archive.addfile(header)
        case Link(target=target):
            header.type = tarfile.SYMTYPE
            header.mode = 0o777
            header.linkname = target
            archive.addfile(header)
