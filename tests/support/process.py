"""Servers as child processes: started on a free port, waited for with a deadline, ended by their process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Callable, Mapping, Sequence, TypeVar

Found = TypeVar("Found")

STARTS_WITHIN_SECONDS = 30.0
ENDS_WITHIN_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def local_environment(**more: str) -> dict[str, str]:
    """Our environment without the proxies in it: nothing here leaves this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, **more}


def eventually(answer: Callable[[], Found], seconds: float = 10.0) -> Found:
    """Asks again until the answer is true, and gives the last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = answer()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.01)


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Server:
    """A process while the `with` block runs. What it says, on either stream, is in the file `log`."""

    def __init__(self, command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.log = log
        self._command = [str(part) for part in command]
        self._env = dict(env) if env is not None else local_environment()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def is_ready(self) -> bool:
        raise NotImplementedError

    def __enter__(self):  # type: ignore[no-untyped-def]  # the subclass itself
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._env
            )
        try:
            ready = eventually(lambda: self.is_ready() or not self.is_alive(), STARTS_WITHIN_SECONDS)
            if not ready or not self.is_alive():
                raise RuntimeError(f"{self._command[0]} does not serve (exit code {self.exit_code}):\n{self.said()}")
        except BaseException:
            self.stop()
            raise

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, seconds: float = ENDS_WITHIN_SECONDS) -> int:
        """Its exit code, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(seconds)

    def stop(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
