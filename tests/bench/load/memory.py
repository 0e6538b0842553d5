"""What a server holds just after its start, and what each connection adds that has asked once and then keeps still."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from support.client import Connection
from support.process import Server

from .answers import request
from .images import Thing
from .machine import resident_mib
from .servers import family

_CONNECTIONS = 400


@dataclass(frozen=True)
class Memory:
    idle_mib: float
    connection_kib: float


def held(server: Server, port: int, thing: Thing, idle_mib: float) -> Memory:
    """`idle_mib` was measured before anything was asked for. What a server needs once for all, such as the thing itself,
    is fetched before the connections are counted."""
    with ExitStack() as kept:
        first = kept.enter_context(Connection(port))
        _ask(first, port, thing)
        before = resident_mib(family(server))
        for _ in range(_CONNECTIONS):
            _ask(kept.enter_context(Connection(port)), port, thing)
        after = resident_mib(family(server))
    return Memory(idle_mib, max(0.0, after - before) * 1024 / _CONNECTIONS)


def _ask(connection: Connection, port: int, thing: Thing) -> None:
    connection.send(request(port, "GET", thing.target))
    connection.answer()
