"""Runs commands of sigstore-python one after another: it is the importing that takes time.

Each line of its input is a list of arguments, and each line of its output an exit code and what was said. It runs in
the virtual environment that has sigstore-python, so it uses nothing of ours.
"""

import contextlib
import io
import json
import logging
import sys

from sigstore._cli import main


class Words(logging.Handler):
    """What the command says, which it says through its logger."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def run(arguments: list[str]) -> tuple[int, str]:
    words = Words()
    logger = logging.getLogger("sigstore")
    logger.addHandler(words)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main(arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except Exception as error:  # as the interpreter would end: with a traceback, and 1
        words.said.append(f"{type(error).__name__}: {error}")
        code = 1
    finally:
        logger.removeHandler(words)
    return code, " ".join(words.said + [printed.getvalue()]).strip()


logging.getLogger().handlers.clear()
for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
