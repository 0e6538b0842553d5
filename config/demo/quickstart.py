"""config/quickstart once the packages are there: build, make the site, serve it, pull everything, show it."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import textwrap
import time
from pathlib import Path
from types import FrameType

from .build import ROOT, build
from .gate import Gate, free_port
from .progress import Screen, StepFailed
from .pull import Pull, manifest_url, pull
from .site import Exhibit, make_site

_MARKER = ".made-by-quickstart"
_HEADERS_SHOWN = ("http/", "content-type", "content-length", "docker-content-digest")


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _leave)
    screen = Screen()
    try:
        return _tour(screen, options)
    except StepFailed:
        return 1
    except KeyboardInterrupt:
        screen.say("\nstopped")
        return 130


def _parse(arguments: list[str]) -> argparse.Namespace:
    """The options that config/quickstart --help describes."""
    parser = argparse.ArgumentParser(prog="config/quickstart", add_help=False)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "quickstart")
    parser.add_argument("--binary", type=Path)
    return parser.parse_args(arguments)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _tour(screen: Screen, options: argparse.Namespace) -> int:
    screen.heading("Preparing")
    binary = options.binary or build(screen, "release", ["pullgate"]) / "pullgate"
    state = options.state.resolve()
    port = options.port or free_port()
    with screen.step("make images, keys and evidence") as step:
        _make_room(state)
        exhibits = make_site(state, port)
        step.outcome = str(_from_here(state))

    gate = Gate(binary, state / "pullgate.yaml", port, state / "pullgate.log")
    try:
        with screen.step("start pullgate") as step:
            gate.start()
            step.outcome = gate.address
        pulls: list[Pull] = []
        with screen.step(f"pull {len(exhibits)} images") as step:
            for number, exhibit in enumerate(exhibits):
                step.latest = exhibit.reference
                pulls.append(pull(gate.address, exhibit, state / "images", state / "pulled" / str(number)))
        _show(screen, gate.address, pulls)
        faults = sum(1 for seen in pulls if seen.faults)
        _conclude(screen, pulls, faults)
        _explain(screen, binary, state, gate.address, exhibits, options.keep and not faults)
        if options.keep and not faults:
            return _keep(screen, gate)
        return 1 if faults else 0
    finally:
        gate.stop()


def _make_room(state: Path) -> None:
    """Empties the folder, if it is one that we made."""
    if state.exists() and any(state.iterdir()) and not (state / _MARKER).exists():
        raise RuntimeError(f"{state} holds something else; name another folder with --state")
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    (state / _MARKER).touch()


def _show(screen: Screen, address: str, pulls: list[Pull]) -> None:
    screen.heading("What is allowed is served")
    for seen in pulls:
        if not seen.exhibit.reason:
            _show_served(screen, address, seen)
    screen.heading("What is not is refused, and says why")
    for seen in pulls:
        if seen.exhibit.reason:
            _show_refused(screen, seen)


def _show_served(screen: Screen, address: str, seen: Pull) -> None:
    _show_title(screen, seen, "served", "green")
    if not seen.faults:
        screen.say(_indented(screen.paint(f"$ {_by_hand(seen)}", "dim")))
        layers = f"{seen.layers} layer{'s' if seen.layers > 1 else ''}"
        screen.say(_indented(f"{layers}, {seen.size / 1000:.0f} kB, every byte as it is at the site"))
        screen.say(_indented(screen.paint(f"$ curl -I {manifest_url(address, seen.exhibit)}", "dim")))
        for line in seen.headers:
            if line.lower().startswith(_HEADERS_SHOWN):
                screen.say(_indented(line))
    _show_faults(screen, seen)


def _show_refused(screen: Screen, seen: Pull) -> None:
    _show_title(screen, seen, "refused", "yellow", seen.reason)
    screen.say(_indented(screen.paint(f"$ {_by_hand(seen)}", "dim")))
    width = max(60, min(shutil.get_terminal_size((110, 24)).columns, 110))
    screen.say(textwrap.fill(seen.message, width, initial_indent=_MARGIN, subsequent_indent=_MARGIN,
                             break_long_words=False, break_on_hyphens=False))  # fmt: skip
    _show_faults(screen, seen)


_MARGIN = " " * 11


def _indented(text: str) -> str:
    return _MARGIN + text


def _show_title(screen: Screen, seen: Pull, word: str, colour: str, note: str = "") -> None:
    if seen.faults:
        word, colour = "WRONG", "red"
    reference = f"{seen.exhibit.reference:<36}"
    title = f"{seen.exhibit.title:<38}"
    screen.say(f"  {screen.paint(f'{word:<8}', colour)} {screen.paint(title, 'bold')} {reference} {note}".rstrip())


def _show_faults(screen: Screen, seen: Pull) -> None:
    for fault in seen.faults:
        screen.say(_indented(screen.paint(fault, "red")))
    screen.say()


def _by_hand(seen: Pull) -> str:
    """The command as somebody would type it."""
    short = [word for word in seen.command[:-1] if word not in ("--quiet", "--all")]
    return " ".join([*short, f"oci:/tmp/{Path(seen.exhibit.repository).name}"])


def _conclude(screen: Screen, pulls: list[Pull], faults: int) -> None:
    served = sum(1 for seen in pulls if not seen.exhibit.reason and not seen.faults)
    refused = sum(1 for seen in pulls if seen.exhibit.reason and not seen.faults)
    if faults:
        screen.say(screen.paint(f"{faults} of {len(pulls)} pulls did not go as they must", "red"))
    else:
        screen.say(screen.paint(f"{served} images served, {refused} refused, each as it must be", "green"))


def _explain(
    screen: Screen, binary: Path, state: Path, address: str, exhibits: list[Exhibit], serving: bool
) -> None:
    folder, program = _from_here(state), _from_here(binary)
    good = next(exhibit for exhibit in exhibits if exhibit.repository == "acme/app" and not exhibit.reason)
    bad = next(exhibit for exhibit in exhibits if exhibit.reason == "SOURCE_NOT_ALLOWED")
    screen.heading("By hand")
    if not serving:
        screen.say("  config/quickstart --keep             the same, and pullgate keeps serving until Ctrl-C")
        screen.say(f"  {program} serve --config {folder}/pullgate.yaml")
    screen.say(f"  skopeo copy --src-tls-verify=false docker://{address}/{good.reference} oci:/tmp/app")
    screen.say(f"  skopeo inspect --tls-verify=false docker://{address}/{bad.reference}")
    screen.say(f"  curl -s {manifest_url(address, bad)} | python3 -m json.tool")
    screen.say(f"  {program} verify {bad.reference} --config {folder}/pullgate.yaml")
    screen.say(f"  what may be pulled is written in {folder}/policy.yaml; what was decided, in {folder}/pullgate.log")


def _keep(screen: Screen, gate: Gate) -> int:
    screen.say(f"\nServing on http://{gate.address} until Ctrl-C.")
    try:
        code = gate.wait()
    except KeyboardInterrupt:
        screen.say("\nstopping")
        return 0
    screen.say(f"pullgate ended by itself with {code}")
    return 1


def _from_here(path: Path) -> Path:
    """Relative to the clone, where that is shorter to type."""
    try:
        return path.resolve().relative_to(ROOT)
    except ValueError:
        return path


if __name__ == "__main__":
    begun = time.monotonic()
    status = main(sys.argv[1:])
    print(f"\n{time.monotonic() - begun:.0f} s in all")
    sys.exit(status)
