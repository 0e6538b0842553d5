"""A pullgate process on loopback, from its start to its end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

READY_WITHIN_SECONDS = 20.0
STOPPED_WITHIN_SECONDS = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def local_environment() -> dict[str, str]:
    """Our environment without the proxies in it: nothing here leaves this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


class Gate:
    """Serves from `start` to `stop`. `log` receives everything the process says."""

    def __init__(self, binary: Path, settings: Path, port: int, log: Path) -> None:
        self.address = f"127.0.0.1:{port}"
        self._port = port
        self._command = [str(binary), "serve", "--config", str(settings)]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the gate answers; otherwise it is stopped, and raises with what the process said."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=local_environment(),
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def wait(self) -> int:
        """Until the process ends by itself."""
        assert self._process is not None
        return self._process.wait()

    def stop(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            code = self._process.poll()
            if code is not None:
                raise RuntimeError(f"pullgate ended with {code} instead of serving:\n{self._said()}")
            if self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError(f"pullgate did not answer within {READY_WITHIN_SECONDS:.0f} s:\n{self._said()}")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace").strip()
