"""Everybody serves the same bytes: asked before anything is measured and again afterwards."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterable

from demo.oci import digest_of
from support.client import request_bytes

from .images import ACCEPT, Thing

_PIECE = 1 << 20


class Wrong(Exception):
    """A server whose figures would be about something else."""


def check(port: int, things: Iterable[Thing]) -> None:
    """GET and then HEAD of each, all on one connection, so that keeping it open is seen too. Raises Wrong."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        for thing in things:
            for method in ("GET", "HEAD"):
                problem = _problem(connection, method, thing)
                if problem:
                    raise Wrong(f"{method} {thing.target}: {problem}")
    except (OSError, http.client.HTTPException) as error:
        raise Wrong(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


def request(port: int, method: str, target: str) -> bytes:
    """The same fields that the load generators send: what a cache keeps may depend on them."""
    return request_bytes(method, target, {"Accept": ACCEPT}, host=f"127.0.0.1:{port}")


def is_right(content: bytes, thing: Thing) -> bool:
    return digest_of(content) == thing.digest


def _problem(connection: http.client.HTTPConnection, method: str, thing: Thing) -> str:
    connection.request(method, thing.target, headers={"Accept": ACCEPT})
    answer = connection.getresponse()
    content = hashlib.sha256()
    while piece := answer.read(_PIECE):
        content.update(piece)
    if answer.status != 200:
        return f"answered {answer.status} {answer.reason}"
    if answer.will_close:
        return "the server ends the connection after its answer"
    if answer.getheader("Content-Length") != str(thing.size):
        return f"Content-Length is {answer.getheader('Content-Length')}, not {thing.size}"
    if answer.getheader("Docker-Content-Digest") != thing.digest:
        return f"Docker-Content-Digest is {answer.getheader('Docker-Content-Digest')}, not {thing.digest}"
    if method == "GET" and f"sha256:{content.hexdigest()}" != thing.digest:
        return f"other bytes than {thing.digest}"
    return ""
