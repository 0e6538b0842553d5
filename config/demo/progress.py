"""Steps on a terminal: one line each, with the time it takes while it takes it.

On a terminal the line of the running step is rewritten in place. In a pipe a step is one line when it ends, and one
more for every minute before that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

_TERMINAL_PERIOD_SECONDS = 0.2
_PIPE_PERIOD_SECONDS = 60.0
_TAIL_LINES = 40


class StepFailed(Exception):
    """A step did not end well; its line, and the end of its log, are already on the screen."""


@dataclass
class Step:
    title: str
    started: float = field(default_factory=time.monotonic)
    latest: str = ""  # what the step is doing now
    outcome: str = ""  # what it says of itself when it ends

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


class Screen:
    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._coloured = self._terminal and "NO_COLOR" not in os.environ

    def paint(self, text: str, colour: str) -> str:
        codes = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}
        return f"\x1b[{codes[colour]}m{text}\x1b[0m" if self._coloured else text

    def say(self, text: str = "") -> None:
        print(text, file=self._stream, flush=True)

    def heading(self, text: str) -> None:
        self.say(f"\n{self.paint(text, 'bold')}")

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Shows a step while the body runs. An exception marks it failed and goes on as StepFailed."""
        step = Step(title)
        done = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(step, done), daemon=True)
        ticker.start()
        failed: Exception | None = None
        try:
            yield step
        except Exception as error:  # noqa: BLE001 - shown here, then passed on
            failed = error
        finally:
            done.set()
            ticker.join()
            if self._terminal:
                self._stream.write("\r\x1b[K")
        if failed is None:
            self._result("ok", "green", step)
            return
        self._result("failed", "red", step)
        if not isinstance(failed, StepFailed):
            self.say(f"  {failed}")
        raise StepFailed(str(failed)) from failed

    def skip(self, title: str, reason: str) -> None:
        self.say(f"  {self.paint('skipped', 'yellow')}  {title}: {reason}")

    def run(
        self,
        step: Step,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        accept: Sequence[int] = (0,),
    ) -> int:
        """Runs a command inside a step, its output in `log`; a code that is not accepted shows the log's end."""
        log.parent.mkdir(parents=True, exist_ok=True)
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        words = [str(word) for word in command]
        with log.open("w", encoding="utf-8", errors="replace") as record:
            record.write("$ " + " ".join(words) + "\n")
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env=None if env is None else {**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    record.write(line)
                    tail.append(line.rstrip())
                    step.latest = line.strip() or step.latest
                code = process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
        if code not in accept:
            shown = "\n".join(f"  | {line}" for line in tail)
            raise RuntimeError(f"{words[0]} ended with {code}; the whole output is in {log}\n{shown}")
        return code

    def _tick(self, step: Step, done: threading.Event) -> None:
        period = _TERMINAL_PERIOD_SECONDS if self._terminal else _PIPE_PERIOD_SECONDS
        while not done.wait(period):
            if self._terminal:
                width = shutil.get_terminal_size().columns - 1
                text = f"  {step.seconds:6.0f} s  {step.title}  {step.latest}"
                self._stream.write("\r\x1b[K" + text[:width])
                self._stream.flush()
            else:
                self.say(f"  ...     {step.title}: {step.seconds:.0f} s, {step.latest[:100]}")

    def _result(self, word: str, colour: str, step: Step) -> None:
        outcome = f"  {self.paint(step.outcome, 'dim')}" if step.outcome else ""
        self.say(f"  {self.paint(f'{word:<7}', colour)} {step.title:<40} {step.seconds:7.1f} s{outcome}")
