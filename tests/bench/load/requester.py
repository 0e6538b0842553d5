"""A load generator for what wrk cannot do: HEAD, after whose answer wrk waits for a body, and blobs, which wrk reads in
small pieces. A process of its own with one thread; every connection sends the next request when the last is answered.

`python3 -m bench.load.requester PORT METHOD TARGET SIZE CONNECTIONS SECONDS ACCEPT` prints one line of JSON.
"""

from __future__ import annotations

import gc
import json
import re
import select
import socket
import sys
from array import array
from time import perf_counter

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)

# Bodies are dropped in the kernel: recv(2) and tcp(7), MSG_TRUNC.
_DROP_AT_ONCE = 1 << 20
_HEAD_LIMIT = 1 << 16

# A burst goes on until something has been answered, for this long.
_FIRST_ANSWER_WITHIN_SECONDS = 30.0


class Broken(Exception):
    """An answer that is not the right one; nothing more is measured."""


class Caller:
    """One connection and the request on it."""

    def __init__(self, port: int, request: bytes, bodiless: bool, size: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._bodiless = bodiless
        self._size = size
        self._head = b""
        self._left = 0
        self._waste = bytearray(_DROP_AT_ONCE)
        self.begun = 0.0
        self.received = 0

    def ask(self) -> None:
        self.begun = perf_counter()
        self.socket.send(self._request)

    def has_answer(self) -> bool:
        """Takes what has come; true when that was the end of the answer."""
        if self._left:
            taken = self.socket.recv_into(self._waste, min(self._left, _DROP_AT_ONCE), socket.MSG_TRUNC)
            if taken == 0:
                raise Broken("the connection ended within a body")
            self._left -= taken
            self.received += taken
            return self._left == 0
        part = self.socket.recv(_HEAD_LIMIT)
        if not part:
            raise Broken("the connection ended before an answer")
        head, mark, rest = (self._head + part).partition(b"\r\n\r\n")
        if not mark:
            self._head = head
            return False
        self._head = b""
        self._check(head + b"\r\n")
        if self._bodiless:
            if rest:
                raise Broken("a body after HEAD")
            return True
        self._left = self._size - len(rest)
        self.received += len(rest)
        if self._left < 0:
            raise Broken("more than one answer")
        return self._left == 0

    def _check(self, head: bytes) -> None:
        if head[9:12] != b"200":
            raise Broken(f"answered {head[:40]!r}")
        length = _LENGTH.search(head)
        if not length or int(length.group(1)) != self._size:
            raise Broken(f"not {self._size} bytes: {head[:400]!r}")


def burst(
    port: int, method: str, target: str, size: int, connections: int, seconds: float, accept: str
) -> dict[str, float | str]:
    host = f"127.0.0.1:{port}"
    request = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n\r\n".encode()
    callers = {}
    poll = select.epoll()
    for _ in range(connections):
        caller = Caller(port, request, method == "HEAD", size)
        callers[caller.socket.fileno()] = caller
        poll.register(caller.socket.fileno(), select.EPOLLIN)
    times = array("d")
    problem = ""
    gc.disable()
    begun = perf_counter()
    end = begun + seconds
    for caller in callers.values():
        caller.ask()
    now = begun
    try:
        while now < end or (not times and now < begun + _FIRST_ANSWER_WITHIN_SECONDS):
            ready = poll.poll(10)
            if not ready:
                raise Broken("nothing came for 10 s")
            for number, _ in ready:
                caller = callers[number]
                if caller.has_answer():
                    now = perf_counter()
                    times.append(now - caller.begun)
                    caller.ask()
            now = perf_counter()
    except (Broken, OSError) as error:
        problem = str(error) or type(error).__name__
    spent = perf_counter() - begun
    for caller in callers.values():
        caller.socket.close()
    ordered = sorted(times)
    return {
        "requests": len(ordered),
        "seconds": spent,
        # Those of the answers that were cut short by the end too: the server has spent time on them.
        "bytes": sum(caller.received for caller in callers.values()),
        "p50_us": _rank(ordered, 0.50) * 1e6,
        "p99_us": _rank(ordered, 0.99) * 1e6,
        "problem": problem,
    }


def _rank(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


if __name__ == "__main__":
    port, method, target, size, connections, seconds, accept = sys.argv[1:]
    print("BURST", json.dumps(burst(int(port), method, target, int(size), int(connections), float(seconds), accept)))
