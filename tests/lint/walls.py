"""Who may include what: the walls between the rooms, inside `proxy/`, and around third-party libraries.

The tests may include anything, and nothing includes the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .tree import CPP, Problem, Tree

# Lowest first: a room knows itself and what stands before it.
ROOMS = ("verify", "policy", "config", "proxy")

# The rooms inside proxy/ and what each may know besides itself. The top of proxy/ (main.cc, app.h) and cli/ know all.
INSIDE_PROXY: dict[str, set[str]] = {
    "ops": set(),
    "wire": {"ops"},
    "store": {"ops", "wire"},
    "upstream": {"ops", "wire"},
    "pull": {"ops", "wire", "store", "upstream"},
    "server": {"ops", "wire", "store", "upstream", "pull"},
}

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


@dataclass(frozen=True)
class Library:
    """A header, or a folder of headers, and the only places that may include it."""

    header: re.Pattern[str]
    allowed: re.Pattern[str]
    reason: str


def _library(header: str, allowed: str, reason: str) -> Library:
    return Library(re.compile(header), re.compile(allowed), reason)


LIBRARIES = (
    _library(
        r"nlohmann/json\.hpp$",
        r"verify/json/|(policy|config|proxy)/([a-z_]+/)*[a-z_]*json[a-z_]*\.cc$",
        "it costs seconds wherever it is included: use verify/json/, or a room's one writer file, or json_fwd.hpp",
    ),
    _library(r"curl/", r"proxy/upstream/http/curl/", "one folder knows libcurl"),
    _library(r"boost/beast", r"proxy/(wire|server)/", "HTTP is spoken in proxy/wire and proxy/server"),
    _library(r"boost/asio", r"proxy/", "only proxy/ moves anything"),
    _library(r"openssl/err\.h$", r"verify/crypto/", "OpenSSL's error queue is drained only there"),
    _library(r"openssl/", r"verify/|proxy/wire/", "signatures are checked in verify/; TLS is in proxy/wire"),
    _library(r"yaml-cpp/", r"config/", "YAML is read in config/"),
    _library(r"CLI/", r"proxy/(cli/|main\.cc$)", "the command line is read in proxy/cli"),
    _library(r"spdlog/", r"proxy/", "only proxy/ logs"),
    _library(r"(gtest|gmock)/", r"(?!)", "rooms know nothing of their tests"),
    _library(
        r"(thread|mutex|shared_mutex|condition_variable|fstream|filesystem|iostream|sys/\w+\.h|unistd\.h)$",
        r"config/|proxy/",
        "verify/ and policy/ know no threads, files or sockets",
    ),
)

_CLOCK = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock)::now\b|(?<![\w.])time\(nullptr\)")
_PURE = ("verify/", "policy/")


def check(tree: Tree) -> Iterator[Problem]:
    for path in tree.paths(*CPP):
        for number, line in tree.lines(path):
            if path.startswith(_PURE) and _CLOCK.search(line):
                yield Problem(path, number, "asks a clock; time is an argument in verify/ and policy/")
            include = _INCLUDE.match(line)
            if not include:
                continue
            quoted, angled = include.groups()
            for text in _include_problems(tree, path, quoted, angled):
                yield Problem(path, number, text)


def _include_problems(tree: Tree, path: str, quoted: str | None, angled: str | None) -> Iterator[str]:
    if angled is not None:
        if angled.split("/")[0] in (*ROOMS, "tests"):
            yield f"<{angled}> is ours: include it in quotes"
        # The first library that matches decides: the list goes from the special to the general.
        library = next((one for one in LIBRARIES if one.header.match(angled)), None)
        if library and not path.startswith("tests/") and not library.allowed.match(path):
            yield f"<{angled}> may not be included here: {library.reason}"
        return
    assert quoted is not None
    if quoted not in tree:
        yield f'"{quoted}" is not a path from the root of the tree'
        return
    if path.startswith("tests/"):
        return
    problem = _wall(path, quoted)
    if problem:
        yield problem


def _wall(path: str, target: str) -> str | None:
    if target.startswith("tests/"):
        return f'"{target}": nothing includes tests/'
    room, target_room = path.split("/")[0], target.split("/")[0]
    if room not in ROOMS or target_room not in ROOMS:
        return f'"{target}": {room}/ and {target_room}/ are not both rooms'
    if ROOMS.index(target_room) > ROOMS.index(room):
        return f'"{target}": {room}/ may not know {target_room}/'
    if room != target_room:
        return f'"{target}" is in a back room of {target_room}/' if target.count("/") > 1 else None
    return _proxy_wall(path, target) if room == "proxy" else None


def _proxy_wall(path: str, target: str) -> str | None:
    inner, target_inner = (name.split("/")[1] if name.count("/") > 1 else "" for name in (path, target))
    if inner == target_inner or inner in ("", "cli"):
        return None
    if inner not in INSIDE_PROXY:
        return f"proxy/{inner}/ is not a room that tests/lint/walls.py knows"
    if target_inner not in INSIDE_PROXY[inner]:
        return f'"{target}": proxy/{inner}/ may not know proxy/{target_inner}'
    return None
