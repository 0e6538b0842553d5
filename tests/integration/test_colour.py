"""Colour in what commands say to people: on a terminal and nowhere else, and never anybody else's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Mapping

import pytest

from demo import sign
from support import gate
from support.desk import AT, Desk, IMAGE, RULE
from support.terminal import shown
from support.workshop import REGISTRY, Workshop

TERMINAL = {"TERM": "xterm-256color"}
GREEN, RED, YELLOW, BOLD, END = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"
OURS = re.compile(r"\x1b\[(?:31|32|33|1)m([^\x1b]*)\x1b\[0m")
UNKNOWN = f"{REGISTRY}/acme/none:1.0"

# What a program must not pass on: clears the screen, names the window, moves the cursor, is green, begins a sequence in
# one byte, turns the text round.
HOSTILE = "ev\x1b[2Jil\x1b]0;mine\x07\x1b[1A\x1b[32mALLOWED\x1b[0m\x9b2J\u202e\r\nALLOWED"


def about(desk: Desk, *command: str, image: str = IMAGE) -> list[str | Path]:
    return [*command, image, "--config", desk.folder / "pullgate.yaml"]


def test_the_verdict_the_reasons_and_the_places_stand_out(desk: Desk, workshop: Workshop) -> None:
    image = workshop.image()
    seen = shown(*about(desk, "verify"), environment=TERMINAL)
    assert seen.startswith(f"{RED}DENIED{END} {IMAGE}\n") and f"  {RED}NO_EVIDENCE{END}  released" in seen, seen
    seen = shown(*about(desk, "tree"), environment=TERMINAL)
    assert f"decision: {RED}deny{END}, by 'released' (enforce); {RED}NO_EVIDENCE{END}: " in seen, seen
    workshop.sign("acme/app", image, workshop.keys.stranger)
    seen = shown(*about(desk, "verify"), environment=TERMINAL)
    place = f"tag {sign.cosign_tag(image, 'sig')}, layer 0"
    assert f" at {BOLD}{place}{END}: not verified\n" in seen and f" failed {RED}SIGNER_NOT_TRUSTED{END}: " in seen, seen
    seen = shown(*about(desk, "tree"), environment=TERMINAL)
    assert f" at {BOLD}{place}{END}: not verified\n" in seen and f"`-- {RED}SIGNER_NOT_TRUSTED{END}: " in seen, seen
    desk.policy({**RULE, "mode": "warn"})
    seen = shown(*about(desk, "verify"), environment=TERMINAL)
    assert seen.startswith(f"{YELLOW}SERVED WITH A WARNING{END} ") and f"  {YELLOW}SIGNER_NOT_TRUSTED{END}" in seen
    assert shown(*about(desk, "verify", image=UNKNOWN), environment=TERMINAL).startswith(f"{YELLOW}cannot-judge{END} ")
    workshop.signed("acme/good")
    seen = shown(*about(desk, "verify", image=f"{REGISTRY}/acme/good:1.0"), environment=TERMINAL)
    assert seen.startswith(f"{GREEN}ALLOWED{END} ") and RED not in seen, seen


def test_the_commands_about_a_policy_have_colour_too(desk: Desk, workshop: Workshop) -> None:
    workshop.signed()
    assert desk.record().returncode == 0
    case = {"image": IMAGE, "pack": "pack"}
    desk.cases({"name": "good", **case, "expect": "allow"}, {"name": "bad", **case, "expect": "deny"})
    seen = shown("policy", "test", desk.folder / "test.yaml", environment=TERMINAL)
    assert f"{GREEN}ok{END}    good: allow" in seen and f"{RED}FAIL{END}  bad\n" in seen, seen
    assert f"        {GREEN}ALLOWED{END} {IMAGE}\n" in seen, seen
    desk.policy(gate.signed_by("release", ["ghcr.io/**"]))
    seen = shown(*about(desk, "policy", "explain"), environment=TERMINAL)
    assert seen.endswith(f"rule: none matches, so the image is {RED}denied{END} ({RED}NO_RULE{END})\n"), seen
    desk.policy({"name": "open", "scopes": ["**"], "mode": "audit", "require": {"accept": {}}})
    seen = shown("policy", "lint", desk.folder / "policy.yaml", environment=TERMINAL)
    place = f"{re.escape(BOLD)}{desk.folder}/policy.yaml:\\d+:\\d+{re.escape(END)}: "
    assert re.search(f"^{place}{re.escape(YELLOW)}warning{re.escape(END)}: ", seen, re.MULTILINE), seen
    assert re.search(f"^{place}hint: ", seen, re.MULTILINE), seen
    (desk.folder / "policy.yaml").write_text("rulez: []\n", encoding="utf-8")
    seen = shown("policy", "lint", desk.folder / "policy.yaml", environment=TERMINAL)
    assert re.search(f"^{place}{re.escape(RED)}error{re.escape(END)}: ", seen, re.MULTILINE), seen


def everything(desk: Desk, workshop: Workshop) -> list[list[str | Path]]:
    """Every command that may have colour, each with something to colour."""
    workshop.image()
    desk.cases({"name": "odd", "image": IMAGE, "pack": "site/images/acme/app", "expect": "allow"})
    exception = {"scopes": [f"{REGISTRY}/a/b"], "waives": ["other/signature"], "reason": "r", "approvedBy": ["alice"]}
    desk.policy(RULE, gate.signed_by("release", [f"{REGISTRY}/a/**"], name="other"),
                exceptions=[{"id": "EX-1", **exception, "expires": "2026-05-31T00:00:00Z"}])  # fmt: skip
    return [
        about(desk, "verify"),
        about(desk, "tree"),
        about(desk, "policy", "explain") + ["--at", AT],
        ["policy", "lint", desk.folder / "policy.yaml", "--now", AT],
        ["policy", "test", desk.folder / "test.yaml"],
    ]


def test_colour_is_all_that_a_terminal_adds(desk: Desk, workshop: Workshop) -> None:
    for command in everything(desk, workshop):
        in_a_pipe = gate.run(*command).stdout
        seen = shown(*command, environment=TERMINAL)
        assert "\x1b" not in in_a_pipe and in_a_pipe, command
        assert seen != in_a_pipe and OURS.sub(r"\1", seen) == in_a_pipe, (command, seen)
        assert gate.run(*command, "--color", "always").stdout == seen, command


@pytest.mark.parametrize(
    "environment",
    [{**TERMINAL, "NO_COLOR": "1"}, {**TERMINAL, "NO_COLOR": "0"}, {"TERM": "dumb"}, {}],
    ids=["no-color", "no-color-0", "dumb", "unknown"],
)
def test_a_terminal_without_colour_shows_what_a_pipe_does(
    desk: Desk, workshop: Workshop, environment: Mapping[str, str]
) -> None:
    for command in everything(desk, workshop):
        seen = shown(*command, environment=environment)
        assert "\x1b" not in seen and seen == gate.run(*command).stdout, command


def test_who_asks_for_colour_or_for_none_gets_it(desk: Desk, workshop: Workshop) -> None:
    for command in everything(desk, workshop):
        assert "\x1b" not in shown(*command, "--color", "never", environment=TERMINAL), command
        assert "\x1b" in shown(*command, "--color", "always", environment={"NO_COLOR": "1"}), command
        assert "\x1b" in shown(*command, environment={**TERMINAL, "NO_COLOR": ""}), command
        assert gate.run(*command, "--color", "red").returncode == 64, command


def test_what_programs_read_has_no_colour(desk: Desk, workshop: Workshop) -> None:
    verify, tree, explain, lint, test = everything(desk, workshop)
    forms = ((verify, "json sarif junit"), (tree, "json"), (explain, "json"), (lint, "json sarif"), (test, "json junit"))
    for command, names in forms:
        for name in names.split():
            seen = shown(*command, "--format", name, "--color", "always", environment=TERMINAL)
            assert seen and "\x1b" not in seen and "\\u001b" not in seen, (command, name)


def test_nobody_else_writes_to_the_terminal(desk: Desk, workshop: Workshop) -> None:
    """Signed by a trusted key, so that all of it is shown; in names, in annotations, in platforms and in files."""
    index = workshop.index("acme/service")
    layout = workshop.layout("acme/service")
    document = workshop.document("acme/service", index)
    document["manifests"][0]["platform"]["os"] = HOSTILE
    document["annotations"] = {"org.opencontainers.image.base.name": HOSTILE}
    index = layout.publish(layout.add_json(document, index.media_type), "2.0")
    payload = sign.simple_signing_payload(index.digest, HOSTILE)
    payload["optional"] = {HOSTILE: HOSTILE}
    layers = [sign.simple_signature(workshop.keys.release, payload)]
    sign.attach_by_tag(layout, index, "sig", layers)
    image = f"{REGISTRY}/acme/service:2.0"
    commands = [about(desk, command, image=image) for command in ("verify", "tree")]
    desk.cases({"name": HOSTILE, "image": image, "pack": "site/images/acme/service", "expect": "deny"})
    commands.append(["policy", "test", desk.folder / "test.yaml"])
    for command in commands:
        assert_harmless(shown(*command, environment=TERMINAL))
    assert "\\x1b[2J" in shown(*commands[1], environment=TERMINAL)

    base = {"baseImage": {"proof": ["annotation"], "from": ["ghcr.io/base/**"]}}
    desk.policy({**RULE, "require": {"allOf": [RULE["require"], base]}, "message": HOSTILE})
    for command in [*commands, about(desk, "policy", "explain", image=image)]:
        seen = shown(*command, environment=TERMINAL)
        assert_harmless(seen)
    assert "\\x1b[2J" in shown(*commands[0], environment=TERMINAL)
    (desk.folder / "policy.yaml").write_text(json.dumps({HOSTILE: 1, "rules": [{"name": HOSTILE}]}), encoding="utf-8")
    assert_harmless(shown("policy", "lint", desk.folder / "policy.yaml", environment=TERMINAL))
    for command in commands:
        assert_harmless(shown(*command, environment=TERMINAL))


def assert_harmless(seen: str) -> None:
    """But for our own sequences, which HOSTILE has not alone."""
    assert seen
    rest = OURS.sub(r"\1", seen)
    assert all(31 < ord(letter) < 127 or letter == "\n" for letter in rest), rest
