"""Pulls of images that a server has not seen: the manifest by tag, then config and layers, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from support.client import Connection, NoAnswer

from .answers import is_right, request
from .images import ColdImage, Thing


@dataclass(frozen=True)
class ColdPull:
    """Milliseconds until the last byte of the manifest, and of the whole image."""

    manifest_ms: float
    image_ms: float


def pull_all(port: int, images: Sequence[ColdImage]) -> tuple[list[ColdPull], str]:
    """The pulls, and what was wrong with one of them."""
    pulls: list[ColdPull] = []
    try:
        with Connection(port) as connection:
            for image in images:
                begun = perf_counter()
                manifest = _fetch(connection, port, image.manifest)
                judged = perf_counter()
                blobs = [_fetch(connection, port, blob) for blob in image.blobs]
                done = perf_counter()
                pulls.append(ColdPull((judged - begun) * 1e3, (done - begun) * 1e3))
                for thing, content in zip((image.manifest, *image.blobs), (manifest, *blobs)):
                    if not is_right(content, thing):
                        return [], f"{thing.target}: other bytes than {thing.digest}"
    except (OSError, NoAnswer, RuntimeError) as error:
        return [], str(error)
    return pulls, ""


def _fetch(connection: Connection, port: int, thing: Thing) -> bytes:
    connection.send(request(port, "GET", thing.target))
    answer = connection.answer()
    if answer.status != 200:
        raise RuntimeError(f"{thing.target}: {answer}")
    return answer.body
