"""A bare HTTP/1.1 client: what goes on the wire is what the test wrote, and what comes back is kept whole."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Mapping

PATIENCE_SECONDS = 30.0


class NoAnswer(Exception):
    """The connection ended, or nothing came in time, before the head of an answer was complete."""


@dataclass(frozen=True)
class Answer:
    """One response. `complete` says whether its body ended where its own framing said that it would."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    complete: bool

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The only value of a header; two of the same name are a fault of the server."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        head = "".join(f"\n  {name}: {value}" for name, value in self.headers)
        return f"{self.status} {self.phrase}{head}\n  ({len(self.body)} bytes) {self.body[:600]!r}"


class Connection:
    """A TCP connection on which requests are written by hand."""

    def __init__(self, port: int, patience: float = PATIENCE_SECONDS) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self._patience = patience
        self._buffer = b""
        self._ended = False

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """A peer that has already answered and closed does not have to take the rest."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self._socket.close()

    def answer(self, *, bodiless: bool = False) -> Answer:
        """The next response; `bodiless` when the request was HEAD."""
        deadline = time.monotonic() + self._patience
        head = self._until(b"\r\n\r\n", deadline)
        lines = head.decode("latin-1").split("\r\n")
        version, _, rest = lines[0].partition(" ")
        assert version in ("HTTP/1.1", "HTTP/1.0"), f"not a status line: {lines[0]!r}"
        status, _, phrase = rest.partition(" ")
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
        found = Answer(int(status), phrase, headers, b"", True)
        if bodiless or found.status in (204, 304) or found.status < 200:
            return found
        body, complete = self._body(found, deadline)
        return Answer(found.status, found.phrase, found.headers, body, complete)

    def bytes_until_end(self) -> bytes:
        """Whatever still comes, until the peer ends the connection."""
        deadline = time.monotonic() + self._patience
        while self._more(deadline):
            pass
        rest, self._buffer = self._buffer, b""
        return rest

    def is_ended_by_peer(self) -> bool:
        """True when the peer ends the connection without saying anything more."""
        return self.bytes_until_end() == b""

    def has_begun_to_answer(self) -> bool:
        """Waits for the first byte and leaves it where it is."""
        return bool(self._buffer) or self._more(time.monotonic() + self._patience)

    def receive(self, size: int) -> bytes:
        """That many raw bytes, or fewer when the peer ends."""
        deadline = time.monotonic() + self._patience
        while len(self._buffer) < size and self._more(deadline):
            pass
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _body(self, head: Answer, deadline: float) -> tuple[bytes, bool]:
        if "chunked" in (head.header("Transfer-Encoding") or "").lower():
            return self._chunks(deadline)
        length = head.header("Content-Length")
        if length is None:
            return self.bytes_until_end(), False  # nothing said where the end is
        wanted = int(length)
        while len(self._buffer) < wanted and self._more(deadline):
            pass
        body, self._buffer = self._buffer[:wanted], self._buffer[wanted:]
        return body, len(body) == wanted

    def _chunks(self, deadline: float) -> tuple[bytes, bool]:
        body = b""
        try:
            while True:
                size = int(self._until(b"\r\n", deadline).split(b";")[0], 16)
                while len(self._buffer) < size + 2 and self._more(deadline):
                    pass
                chunk, self._buffer = self._buffer[: size + 2], self._buffer[size + 2 :]
                body += chunk[:size]
                if len(chunk) < size + 2:
                    return body, False
                if size == 0:
                    return body, True
        except NoAnswer:
            return body, False

    def _until(self, mark: bytes, deadline: float) -> bytes:
        while mark not in self._buffer:
            if not self._more(deadline):
                raise NoAnswer(f"the connection ended after {self._buffer[:200]!r}")
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _more(self, deadline: float) -> bool:
        if self._ended:
            return False
        left = deadline - time.monotonic()
        if left <= 0:
            raise NoAnswer(f"nothing more within {self._patience:.0f} s after {self._buffer[:200]!r}")
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(1 << 18)
        except socket.timeout:
            raise NoAnswer(f"nothing more within {self._patience:.0f} s after {self._buffer[:200]!r}") from None
        except ConnectionResetError:
            data = b""
        self._ended = not data
        self._buffer += data
        return bool(data)


def request_bytes(
    method: str, target: str, headers: Mapping[str, str] | None = None, *, host: str = "gate.test", body: bytes = b""
) -> bytes:
    lines = [f"{method} {target} HTTP/1.1"]
    fields = {"Host": host, **(headers or {})}
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def ask(
    port: int,
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    *,
    patience: float = PATIENCE_SECONDS,
) -> Answer:
    """One request on its own connection."""
    with Connection(port, patience) as connection:
        connection.send(request_bytes(method, target, {"Connection": "close", **(headers or {})}))
        return connection.answer(bodiless=method == "HEAD")
