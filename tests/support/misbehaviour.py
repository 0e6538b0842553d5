"""What a hostile registry can be told to do. Each function's name completes the sentence "the registry ...".

`HostileRegistry.on` takes what these functions make.
"""

from __future__ import annotations

import gzip
import socket
import struct
from dataclasses import replace
from typing import Sequence

from demo.oci import INDEX

from .hostile_registry import Behaviour, EndOfConnection, Exchange, Reply, Request, referrers_index


def resets() -> Behaviour:
    def behave(exchange: Exchange) -> None:
        _reset(exchange)

    return behave


def hangs_up() -> Behaviour:
    def behave(exchange: Exchange) -> None:
        raise EndOfConnection

    return behave


def stalls() -> Behaviour:
    """Takes the request and never says a word."""

    def behave(exchange: Exchange) -> None:
        exchange.wait()

    return behave


def stalls_after(size: int) -> Behaviour:
    """An honest head, that many bytes of the body, and then nothing."""

    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.send(reply.head() + reply.body[:size])
        exchange.wait()

    return behave


def breaks_off_after(size: int, *, with_reset: bool = False) -> Behaviour:
    """An honest head, that many bytes of the body, and the end."""

    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.send(reply.head() + reply.body[:size])
        if with_reset:
            _reset(exchange)
        raise EndOfConnection

    return behave


def says_length(difference: int) -> Behaviour:
    """A Content-Length that is wrong by so much; the body itself is whole, and the connection ends after it."""

    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.reply(reply.with_header("Content-Length", str(len(reply.body) + difference)))
        raise EndOfConnection

    return behave


def answers(status: int, headers: Sequence[tuple[str, str]] = (), body: bytes = b"upstream says no") -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.reply(Reply(status, [("Content-Type", "text/plain"), *headers]).with_body(body))

    return behave


def asks_for(authorization: str, challenge: str, then: Behaviour | None = None) -> Behaviour:
    """401 to everybody who does not send this Authorization; to others the honest answer, or another behaviour."""

    def behave(exchange: Exchange) -> None:
        if exchange.request.header("Authorization") != authorization:
            exchange.reply(Reply(401, [("WWW-Authenticate", challenge)]).with_body(b""))
        elif then is not None:
            then(exchange)
        else:
            exchange.reply(exchange.honest())

    return behave


def answers_with(reply: Reply) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.reply(reply)

    return behave


def says(header: str, value: str) -> Behaviour:
    """The honest answer with one header exchanged."""

    def behave(exchange: Exchange) -> None:
        exchange.reply(exchange.honest().with_header(header, value))

    return behave


def gives_bodies(*bodies: bytes, media_type: str = "") -> Behaviour:
    """Each request gets the next body, in a circle, all under an honest head."""

    def behave(exchange: Exchange) -> None:
        reply = exchange.honest().with_body(bodies[exchange.number % len(bodies)])
        reply = reply.with_header("Content-Type", media_type) if media_type else reply
        exchange.reply(Reply(200, [(n, v) for n, v in reply.headers if n != "Docker-Content-Digest"], reply.body))

    return behave


def gives_tags(*digests: str) -> Behaviour:
    """The tag points to the next of the digests at every request."""

    def behave(exchange: Exchange) -> None:
        chosen = digests[exchange.number % len(digests)]
        target = exchange.request.target.rpartition("/")[0] + "/" + chosen
        exchange.reply(exchange.registry.honest_reply(Request("GET", target, ())))

    return behave


def never_ends(*, chunked: bool = False, media_type: str = "application/octet-stream") -> Behaviour:
    """A body without an end, as fast as the client takes it."""

    def behave(exchange: Exchange) -> None:
        framing = ("Transfer-Encoding", "chunked") if chunked else ("Connection", "close")
        exchange.send(Reply(200, [("Content-Type", media_type), framing]).head())
        block = b" " * 65536
        while not exchange.registry.stopping.is_set():
            exchange.send(b"10000\r\n" + block + b"\r\n" if chunked else block)

    return behave


def drips(seconds_per_byte: float = 1.0) -> Behaviour:
    """An honest answer whose body comes a byte at a time."""

    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.send(reply.head())
        for number in range(len(reply.body)):
            exchange.send(reply.body[number : number + 1])
            exchange.wait(seconds_per_byte)

    return behave


def drips_its_head(seconds_per_byte: float = 0.5) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        for byte in exchange.honest().head():
            exchange.send(bytes([byte]))
            exchange.wait(seconds_per_byte)

    return behave


def redirects_to(location: str, status: int = 307) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.reply(Reply(status, [("Location", location), ("Content-Length", "0")]))

    return behave


def speaks_gibberish(data: bytes = b"\x16\x03\x01 this is not HTTP\r\n\r\n") -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.send(data)
        raise EndOfConnection

    return behave


def turns_pages_forever(page: bytes = b"") -> Behaviour:
    """Every page of a list names another one after it."""

    def behave(exchange: Exchange) -> None:
        path = exchange.request.path
        reply = Reply(200, [("Content-Type", INDEX), ("Link", f'<{path}?page={exchange.number + 1}>; rel="next"')])
        exchange.reply(reply.with_body(page or referrers_index([])))

    return behave


def alters_a_byte() -> Behaviour:
    """An honest answer with the last bit of the body turned over."""

    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.reply(replace(reply, body=reply.body[:-1] + bytes([reply.body[-1] ^ 1])))

    return behave


def cuts_a_chunk() -> Behaviour:
    """A chunked body that ends before its chunk does."""

    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        kept = [(name, value) for name, value in reply.headers if name != "Content-Length"]
        exchange.send(Reply(200, [*kept, ("Transfer-Encoding", "chunked")]).head())
        exchange.send(b"%x\r\n" % len(reply.body) + reply.body[:-5])
        raise EndOfConnection

    return behave


def compresses() -> Behaviour:
    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.reply(reply.with_header("Content-Encoding", "gzip").with_body(gzip.compress(reply.body)))

    return behave


def says_two_lengths() -> Behaviour:
    def behave(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.reply(replace(reply, headers=[*reply.headers, ("Content-Length", str(len(reply.body) - 1))]))
        raise EndOfConnection

    return behave


def _reset(exchange: Exchange) -> None:
    exchange.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.socket.close()
    raise EndOfConnection
