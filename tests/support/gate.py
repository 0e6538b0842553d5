"""pullgate itself, with files that the test wrote."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

import yaml

from . import client
from .client import Answer, Connection
from .process import Server, eventually, free_port, local_environment

ROOT = Path(__file__).resolve().parents[2]

Json = dict[str, Any]

# Short enough that a stalled upstream costs a test a second or two, long enough for a sanitizer's build under load.
IMPATIENT = {"upstreamConnect": "1s", "upstreamResponse": "1s", "idleBody": "1s", "judgement": "3s", "drain": "3s"}


def program() -> Path:
    """The pullgate to test: PULLGATE_BINARY, or what the release build left."""
    chosen = os.environ.get("PULLGATE_BINARY")
    return Path(chosen) if chosen else ROOT / "build" / "release" / "pullgate"


def run(*arguments: str | Path, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """A command of pullgate's that ends by itself."""
    return subprocess.run(
        [str(program()), *(str(argument) for argument in arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        env=local_environment(),
        check=False,
    )


class Gate(Server):
    """`pullgate serve`. `settings` is pullgate.yaml without its `listen` and `policy`; `policy` is policy.yaml."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], policy: Mapping[str, Any] | str) -> None:
        self.folder = folder
        self.port = free_port()
        self.settings_file = folder / "pullgate.yaml"
        self.policy_file = folder / "policy.yaml"
        folder.mkdir(parents=True, exist_ok=True)
        listen = [{"address": f"127.0.0.1:{self.port}"}]
        write_yaml(self.settings_file, {"listen": listen, **settings, "policy": self.policy_file.name})
        write_yaml(self.policy_file, policy)
        super().__init__([program(), "serve", "--config", self.settings_file], folder / "pullgate.log")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        try:
            return client.ask(self.port, "GET", "/v2/", patience=5).status == 200
        except (OSError, client.NoAnswer):
            return False

    def get(self, target: str, headers: Mapping[str, str] | None = None, *, patience: float = 30) -> Answer:
        return client.ask(self.port, "GET", target, headers, patience=patience)

    def head(self, target: str, headers: Mapping[str, str] | None = None) -> Answer:
        return client.ask(self.port, "HEAD", target, headers)

    def ask(self, method: str, target: str, headers: Mapping[str, str] | None = None) -> Answer:
        return client.ask(self.port, method, target, headers)

    def raw(self, request: bytes, *, bodiless: bool = False) -> Answer:
        """The first answer to bytes that may not be a request at all."""
        with Connection(self.port) as connection:
            connection.send(request)
            return connection.answer(bodiless=bodiless)

    def connect(self, patience: float = 30) -> Connection:
        return Connection(self.port, patience)

    def log_lines(self) -> list[Json]:
        """Every line of the log that is a JSON object."""
        lines = []
        for line in self.said().splitlines():
            if line.startswith("{"):
                lines.append(json.loads(line))
        return lines

    def decisions(self) -> list[Json]:
        return [line for line in self.log_lines() if "verdict" in line]

    def decision(self, identifier: str) -> Json:
        """The record of one decision, as soon as it is written."""
        found = eventually(lambda: [line for line in self.decisions() if line.get("decision") == identifier])
        assert found, f"no record of decision {identifier} in:\n{self.said()}"
        return found[0]

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def settles_to(self, open_files: int) -> bool:
        """True as soon as the process holds no more descriptors than that."""
        return eventually(lambda: self.open_files() <= open_files, 15)


# How tests start one: settings, policy, and whether it may end before the test does.
StartGate = Callable[..., Gate]


def write_yaml(file: Path, content: Mapping[str, Any] | str) -> None:
    text = content if isinstance(content, str) else yaml.safe_dump(dict(content), sort_keys=False)
    file.write_text(text, encoding="utf-8")


def layout_upstream(registry: str, path: Path) -> Json:
    return {"registry": registry, "layout": str(path)}


def registry_upstream(registry: str, port: int) -> Json:
    return {"registry": registry, "endpoint": f"http://127.0.0.1:{port}"}


def settings(*upstreams: Json, timeouts: Mapping[str, str] | None = None, **more: Any) -> Json:
    return {"upstreams": list(upstreams), **({"timeouts": dict(timeouts)} if timeouts else {}), **more}


def signed_by(attestor: str, scopes: Sequence[str] = ("**",), **more: Any) -> Json:
    """A rule that asks for one signature."""
    return {"name": "signed", "scopes": list(scopes), "require": {"signature": attestor}, **more}
