"""A registry that serves a site honestly, except where a script tells it to misbehave; it counts what it was asked.

It has the referrers API, and it lies about anything on demand: that is what an upstream under somebody else's control
can do. Every connection has its own thread; a behaviour that waits does so until the client goes or the server stops.
"""

from __future__ import annotations

import json
import re
import select
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Callable, Iterable
from urllib.parse import parse_qs, unquote, urlsplit

from demo.oci import INDEX, Layout, Site, encode

from .process import eventually

_HEAD_LIMIT = 1 << 16


class EndOfConnection(Exception):
    """A behaviour that is through with this connection raises it."""


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    phrase: str = "Said"

    def with_header(self, name: str, value: str) -> "Reply":
        kept = [(found, text) for found, text in self.headers if found.lower() != name.lower()]
        return Reply(self.status, [*kept, (name, value)], self.body, self.phrase)

    def with_body(self, body: bytes) -> "Reply":
        return Reply(self.status, self.headers, body, self.phrase).with_header("Content-Length", str(len(body)))

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {self.phrase}", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n"


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def header(self, name: str) -> str:
        """Every value of it, joined as HTTP allows."""
        return ", ".join(value for found, value in self.headers if found.lower() == name.lower())


@dataclass
class Exchange:
    """One request and the socket to answer on. `number` counts from 0 the requests that this script line has met."""

    request: Request
    number: int
    registry: "HostileRegistry"
    socket: socket.socket

    def honest(self) -> Reply:
        return self.registry.honest_reply(self.request)

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError:
            raise EndOfConnection from None

    def reply(self, reply: Reply) -> None:
        self.send(reply.head() + (b"" if self.request.method == "HEAD" else reply.body))

    def wait(self, seconds: float | None = None) -> None:
        """Says nothing for that long, or until the client or the server goes."""
        waited = 0.0
        while not self.registry.stopping.is_set() and (seconds is None or waited < seconds):
            readable, _, _ = select.select([self.socket], [], [], 0.05)
            waited += 0.05
            if readable:
                try:
                    if self.socket.recv(1, socket.MSG_PEEK) == b"":
                        raise EndOfConnection
                except OSError:
                    raise EndOfConnection from None
                self.registry.stopping.wait(0.05)
        if self.registry.stopping.is_set():
            raise EndOfConnection


Behaviour = Callable[[Exchange], None]


@dataclass
class _Line:
    method: str
    path: re.Pattern[str]
    behaviour: Behaviour
    times: int | None
    met: int = 0


@dataclass
class HostileRegistry:
    """Serves while the `with` block runs."""

    site: Site
    requests: list[Request] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._script: list[_Line] = []
        self._open: set[socket.socket] = set()
        self._busy = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> "HostileRegistry":
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self._acceptor.join(5)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def on(self, path: str, behaviour: Behaviour, *, method: str = "GET|HEAD", times: int | None = None) -> None:
        """From now on, what fully matches is answered so (`times` times); a later line wins over an earlier one."""
        with self._lock:
            self._script.insert(0, _Line(method, re.compile(path), behaviour, times))

    def forget_script(self) -> None:
        with self._lock:
            self._script.clear()

    def forget_requests(self) -> None:
        with self._lock:
            self.requests.clear()

    def asked(self, path: str, method: str = "GET|HEAD") -> list[Request]:
        with self._lock:
            return [r for r in self.requests if re.fullmatch(method, r.method) and re.fullmatch(path, r.path)]

    def settled(self) -> bool:
        """True as soon as every behaviour that began has done all it does."""
        return eventually(lambda: self._busy == 0)

    def honest_reply(self, request: Request) -> Reply:
        found = re.fullmatch(r"/v2/(?:(.+)/(manifests|blobs|referrers|tags)/([^/]+))?", unquote(request.path))
        if not found:
            return _error(404, "NAME_UNKNOWN")
        repository, kind, reference = found.groups()
        if repository is None:
            return _json(200, {})
        if not (self.site.root / repository / "oci-layout").exists():
            return _error(404, "NAME_UNKNOWN")
        layout = self.site.repository(repository)
        if kind == "manifests":
            return self._manifest(layout, reference)
        if kind == "blobs":
            return self._blob(layout, reference, request)
        if kind == "referrers":
            return self._referrers(layout, reference, request)
        return self._tags(layout, repository)

    def _manifest(self, layout: Layout, reference: str) -> Reply:
        found = layout.find(reference) if ":" not in reference else None
        digest = found.digest if found else reference
        if ":" not in digest or not layout.blob_path(digest).exists():
            return _error(404, "MANIFEST_UNKNOWN")
        content = layout.read(digest)
        try:
            media_type = json.loads(content).get("mediaType", found.media_type if found else "")
        except (ValueError, AttributeError):
            media_type = found.media_type if found else "application/octet-stream"
        return Reply(
            200, [("Content-Type", media_type), ("Docker-Content-Digest", digest)], phrase="OK"
        ).with_body(content)

    @staticmethod
    def _blob(layout: Layout, digest: str, request: Request) -> Reply:
        if not layout.blob_path(digest).exists():
            return _error(404, "BLOB_UNKNOWN")
        content = layout.read(digest)
        reply = Reply(200, [("Content-Type", "application/octet-stream"), ("Docker-Content-Digest", digest)])
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.header("Range"))
        if not wanted:
            return reply.with_body(content)
        first, last = int(wanted[1]), min(int(wanted[2] or len(content) - 1), len(content) - 1)
        reply.status = 206
        return reply.with_header("Content-Range", f"bytes {first}-{last}/{len(content)}").with_body(
            content[first : last + 1]
        )

    @staticmethod
    def _referrers(layout: Layout, digest: str, request: Request) -> Reply:
        listed = []
        for entry in layout.entries():
            subject = json.loads(layout.read(entry["digest"])).get("subject")
            if subject and subject.get("digest") == digest:
                listed.append(entry)
        kinds = parse_qs(urlsplit(request.target).query).get("artifactType", [])
        headers = [("Content-Type", INDEX)]
        if kinds:
            listed = [entry for entry in listed if entry.get("artifactType") in kinds]
            headers.append(("OCI-Filters-Applied", "artifactType"))
        return Reply(200, headers).with_body(referrers_index(listed))

    @staticmethod
    def _tags(layout: Layout, repository: str) -> Reply:
        names = [entry.get("annotations", {}).get("org.opencontainers.image.ref.name") for entry in layout.entries()]
        return _json(200, {"name": repository, "tags": sorted({name for name in names if name})})

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        buffer = b""
        try:
            while not self.stopping.is_set():
                while b"\r\n\r\n" not in buffer:
                    data = connection.recv(1 << 14)
                    if not data or len(buffer) > _HEAD_LIMIT:
                        return
                    buffer += data
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                self._answer(_parse(head), connection)
        except (EndOfConnection, OSError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _answer(self, request: Request, connection: socket.socket) -> None:
        with self._lock:
            self.requests.append(request)
            line = self._line_for(request)
            exchange = Exchange(request, line.met if line else 0, self, connection)
            if line:
                line.met += 1
            self._busy += 1
        try:
            if line:
                line.behaviour(exchange)
            else:
                exchange.reply(exchange.honest())
        finally:
            with self._lock:
                self._busy -= 1

    def _line_for(self, request: Request) -> _Line | None:
        for line in self._script:
            used_up = line.times is not None and line.met >= line.times
            if not used_up and re.fullmatch(line.method, request.method) and line.path.fullmatch(request.path):
                return line
        return None


def _parse(head: bytes) -> Request:
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
    return Request(method, target, headers)


def _json(status: int, document: object) -> Reply:
    return Reply(status, [("Content-Type", "application/json")]).with_body(encode(document))


def _error(status: int, code: str, message: str = "said by the upstream") -> Reply:
    return _json(status, {"errors": [{"code": code, "message": message}]})


def referrers_index(entries: Iterable[object]) -> bytes:
    return encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": list(entries)})
