"""The program on a terminal of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import tty
from pathlib import Path
from typing import Mapping

from .gate import program
from .process import local_environment

SILENCED = ("NO_COLOR", "TERM")


def shown(*arguments: str | Path, environment: Mapping[str, str]) -> str:
    """What a command that ends by itself writes to the terminal, byte for byte. Of the variables that matter to colour
    it has those in `environment` and no others."""
    variables = {name: value for name, value in local_environment().items() if name not in SILENCED}
    ours, theirs = pty.openpty()
    tty.setraw(theirs)  # else the terminal itself would write "\r\n" for "\n"
    command = [str(program()), *(str(argument) for argument in arguments)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env={**variables, **environment}
    ) as process:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 65536):
                written += part
        except OSError:  # Linux says EIO when nobody has the other side open any more
            pass
        finally:
            os.close(ours)
        process.wait(timeout=60)
    return written.decode("utf-8", errors="replace")
