"""What pullgate says before it serves: nothing starts on files that are wrong, and every mistake is shown with its place."""

from __future__ import annotations

import re
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support import gate
from support.process import accepts_connections, eventually, free_port
from support.workshop import REGISTRY, Keys, Workshop

USAGE, BAD_CONFIGURATION = 64, 78


@dataclass
class Files:
    """Both files of an operator, right until a test changes their text."""

    folder: Path
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        keys = Keys.make()
        Workshop(self.folder, keys).signed()
        self.settings = (
            f"listen:\n  - address: 127.0.0.1:{self.port}\n"
            f"upstreams:\n  - registry: {REGISTRY}\n    layout: images\n"
            "policy: policy.yaml\n"
        )
        self.policy = (
            "version: 1\n"
            "attestors:\n"
            "  acme: { key: { file: keys/release.pub }, transparencyLog: none }\n"
            "defaults: { mode: enforce, noMatch: deny }\n"
            "rules:\n"
            "  - name: apps\n"
            f'    scopes: ["{REGISTRY}/acme/**"]\n'
            "    require: { signature: acme }\n"
        )

    def serve(self) -> subprocess.CompletedProcess[str]:
        """For files that are wrong: it must end by itself, with nothing listening while it lived."""
        (self.folder / "pullgate.yaml").write_text(self.settings, encoding="utf-8")
        if self.policy is not None:
            (self.folder / "policy.yaml").write_text(self.policy, encoding="utf-8")
        return gate.run("serve", "--config", self.folder / "pullgate.yaml", seconds=20)

    def place_in_policy(self, text: str, last: bool = False) -> str:
        return f"policy.yaml:{place(self.policy, text, last)}: "

    def place_in_settings(self, text: str, last: bool = False) -> str:
        return f"pullgate.yaml:{place(self.settings, text, last)}: "


def place(content: str, text: str, last: bool = False) -> str:
    """Line and column, from 1, of a text that the file has."""
    offset = content.rindex(text) if last else content.index(text)
    before = content[:offset]
    return f"{before.count(chr(10)) + 1}:{len(before) - (before.rfind(chr(10)) + 1) + 1}"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def refused(files: Files, *places: str) -> list[str]:
    """Exit 78, and one line for each place; the answer is the lines in the order of the places."""
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION, (ended.returncode, ended.stdout, ended.stderr)
    assert ended.stdout == ""
    assert not accepts_connections(files.port)
    lines = ended.stderr.splitlines()
    found = []
    for expected in places:
        matching = [line for line in lines if expected in line]
        assert len(matching) == 1, f"{expected!r} once in:\n{ended.stderr}"
        found.append(matching[0])
    problems = [line for line in lines if re.search(r"\.(yaml|pub):\d+:\d+: |\.(yaml|pub): ", line)]
    assert len(problems) == len(places), ended.stderr
    return found


def test_right_files_serve(files: Files) -> None:
    """The starting point of all the others: so what makes them fail is their one change."""
    (files.folder / "pullgate.yaml").write_text(files.settings, encoding="utf-8")
    (files.folder / "policy.yaml").write_text(files.policy, encoding="utf-8")
    process = subprocess.Popen(
        [str(gate.program()), "serve", "--config", str(files.folder / "pullgate.yaml")],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert eventually(lambda: accepts_connections(files.port), 20)
    finally:
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing here\n", "---\n", "{}\n"])
def test_an_empty_policy_file_is_refused(files: Files, content: str) -> None:
    files.policy = content
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION, (ended.returncode, ended.stderr)
    assert "policy.yaml" in ended.stderr
    assert not accepts_connections(files.port)


def test_a_policy_without_rules_is_refused(files: Files) -> None:
    files.policy = files.policy[: files.policy.index("rules:")] + "rules: []\n"
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION, (ended.returncode, ended.stderr)
    assert files.place_in_policy("[]") in ended.stderr


def test_a_missing_policy_file_is_refused(files: Files) -> None:
    files.settings = files.settings.replace("policy.yaml", "elsewhere.yaml")
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION, (ended.returncode, ended.stderr)
    assert "elsewhere.yaml" in ended.stderr


def test_a_missing_settings_file_is_refused(tmp_path: Path) -> None:
    ended = gate.run("serve", "--config", tmp_path / "none.yaml")
    assert ended.returncode == BAD_CONFIGURATION, (ended.returncode, ended.stderr)
    assert "none.yaml" in ended.stderr


def test_a_missing_key_file_is_refused_where_it_is_named(files: Files) -> None:
    files.policy = files.policy.replace("keys/release.pub", "keys/gone.pub")
    (line,) = refused(files, files.place_in_policy("keys/gone.pub"))
    assert "gone.pub" in line


def test_a_key_file_without_a_public_key_is_refused_where_it_is_named(files: Files) -> None:
    for content in (b"", b"hello\n", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        (files.folder / "keys" / "release.pub").write_bytes(content)
        refused(files, files.place_in_policy("keys/release.pub"))


def test_a_private_key_is_refused_as_an_attestor(files: Files) -> None:
    files.policy = files.policy.replace("keys/release.pub", "keys/release.key")
    refused(files, files.place_in_policy("keys/release.key"))


def test_an_unknown_key_in_the_policy_is_refused_with_the_nearest_valid_one(files: Files) -> None:
    files.policy = files.policy.replace("attestors:", "atestors:")
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION
    line = [line for line in ended.stderr.splitlines() if files.place_in_policy("atestors") in line]
    assert line and "'atestors'" in line[0] and "'attestors'" in line[0], ended.stderr


def test_an_unknown_key_deep_in_the_policy_is_refused(files: Files) -> None:
    files.policy = files.policy.replace("{ signature: acme }", "{ allOf: [ { signatur: acme } ] }")
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION
    line = [line for line in ended.stderr.splitlines() if files.place_in_policy("signatur:") in line]
    assert line and "'signature'" in line[0], ended.stderr


def test_an_unknown_key_in_the_settings_is_refused(files: Files) -> None:
    files.settings = files.settings.replace("    layout:", "    insecure: true\n    layout:")
    (line,) = refused(files, files.place_in_settings("insecure"))
    assert "'insecure'" in line


def test_a_duplicate_key_is_refused_at_its_second_place(files: Files) -> None:
    files.policy += "    require: { accept: {} }\n"
    (line,) = refused(files, files.place_in_policy("require", last=True))
    assert "require" in line


def test_a_duplicate_attestor_is_refused(files: Files) -> None:
    again = "  acme: { key: { file: keys/builder.pub }, transparencyLog: none }\n"
    files.policy = files.policy.replace("defaults:", again + "defaults:")
    (line,) = refused(files, files.place_in_policy("acme: { key: { file: keys/builder"))
    assert "acme" in line


def test_a_duplicate_key_in_the_settings_is_refused(files: Files) -> None:
    files.settings += "policy: other.yaml\n"
    refused(files, files.place_in_settings("policy: other"))


def test_a_rule_that_can_never_match_is_refused(files: Files) -> None:
    """Everything that it names belongs to a rule of a more specific scope."""
    files.policy = files.policy.replace(
        f'["{REGISTRY}/acme/**"]', f'["{REGISTRY}/acme/**", "{REGISTRY}/acme/web/*"]'
    ) + (
        "  - name: shadowed\n"
        f'    scopes: ["{REGISTRY}/acme/web/*"]\n'
        "    require: { accept: {} }\n"
    )  # fmt: skip
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION
    assert "shadowed" in ended.stderr and "policy.yaml:" in ended.stderr, ended.stderr


def test_a_requirement_that_can_never_be_met_is_refused(files: Files) -> None:
    for never in (
        "{ anyOf: [] }",
        "{ allOf: [] }",
        "{ threshold: { atLeast: 2, of: [ { signature: acme } ] } }",
        "{ threshold: { atLeast: 0, of: [ { signature: acme } ] } }",
        "{}",
    ):
        changed = files.policy
        files.policy = files.policy.replace("{ signature: acme }", never)
        ended = files.serve()
        assert ended.returncode == BAD_CONFIGURATION, never
        assert re.search(r"policy\.yaml:\d+:\d+: ", ended.stderr), ended.stderr
        files.policy = changed


def test_two_rules_of_equal_scope_are_refused(files: Files) -> None:
    files.policy += f'  - name: again\n    scopes: ["{REGISTRY}/acme/**"]\n    require: {{ signature: acme }}\n'
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION
    assert "apps" in ended.stderr and "again" in ended.stderr, ended.stderr
    assert re.search(r"policy\.yaml:(9|10):\d+: ", ended.stderr), ended.stderr


def test_two_overlapping_scopes_of_equal_specificity_are_refused(files: Files) -> None:
    files.policy = files.policy.replace(f"{REGISTRY}/acme/**", f"{REGISTRY}/a*/app")
    files.policy += f'  - name: again\n    scopes: ["{REGISTRY}/*e/app"]\n    require: {{ signature: acme }}\n'
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION
    assert "apps" in ended.stderr and "again" in ended.stderr, ended.stderr


def test_an_attestor_that_nothing_uses_is_refused(files: Files) -> None:
    spare = "  spare: { key: { file: keys/builder.pub }, transparencyLog: none }\n"
    files.policy = files.policy.replace("defaults:", spare + "defaults:")
    (line,) = refused(files, files.place_in_policy("spare:"))
    assert "spare" in line


def test_an_attestor_that_does_not_exist_is_refused(files: Files) -> None:
    files.policy = files.policy.replace("signature: acme", "signature: acne")
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION
    assert files.place_in_policy("acne") in ended.stderr and "acme" in ended.stderr, ended.stderr


def test_leaving_the_default_out_is_refused(files: Files) -> None:
    """Default deny, and it must be written."""
    for left in ("defaults: { mode: enforce }\n", ""):
        changed = files.policy
        files.policy = files.policy.replace("defaults: { mode: enforce, noMatch: deny }\n", left)
        ended = files.serve()
        assert ended.returncode == BAD_CONFIGURATION, ended.stderr
        assert "noMatch" in ended.stderr or "defaults" in ended.stderr, ended.stderr
        files.policy = changed


def test_a_default_that_allows_is_refused(files: Files) -> None:
    files.policy = files.policy.replace("noMatch: deny", "noMatch: allow")
    refused(files, files.place_in_policy("allow"))


def test_plain_http_off_loopback_is_refused_unless_it_was_asked_for(files: Files) -> None:
    files.settings = files.settings.replace("127.0.0.1:", "0.0.0.0:")
    (line,) = refused(files, files.place_in_settings("0.0.0.0:"))
    assert "insecureHttp" in line


@pytest.mark.parametrize("wrong", ["127.0.0.1", "127.0.0.1:port", "127.0.0.1:70000", ":5000", "localhost.example:1"])
def test_an_address_that_is_none_is_refused(files: Files, wrong: str) -> None:
    files.settings = files.settings.replace(f"127.0.0.1:{files.port}", f'"{wrong}"')
    refused(files, files.place_in_settings(f'"{wrong}"'))


def test_two_upstreams_of_one_registry_are_refused(files: Files) -> None:
    again = f"  - registry: {REGISTRY}\n    layout: other\n"
    files.settings = files.settings.replace("policy:", again + "policy:")
    (line,) = refused(files, files.place_in_settings(REGISTRY, last=True))
    assert REGISTRY in line


def test_a_wrong_unit_is_refused(files: Files) -> None:
    files.settings += "timeouts: { judgement: 20 furlongs }\n"
    refused(files, files.place_in_settings("20 furlongs"))


@pytest.mark.parametrize(
    "wrong", ["rules: [", "rules: *nowhere\n", "\tversion: 1\n", "version: 1\n---\nversion: 1\n", "- 1\n", "yes\n"]
)
def test_a_policy_that_is_not_one_document_is_refused(files: Files, wrong: str) -> None:
    files.policy = wrong
    ended = files.serve()
    assert ended.returncode == BAD_CONFIGURATION, ended.stderr
    assert re.search(r"policy\.yaml:\d+:\d+: ", ended.stderr), ended.stderr


def test_every_problem_of_both_files_is_shown_at_once(files: Files) -> None:
    files.settings = files.settings.replace("    layout:", "    lay: out\n    layout:") + "timeouts: { drain: soon }\n"
    files.policy = (
        files.policy.replace("version: 1", "version: 2")
        .replace("    require: { signature: acme }\n", "    requires: { signature: acme }\n    require: { signature: acme }\n")
        .replace("transparencyLog: none", "transparencyLog: none, notation: {}")
    )  # fmt: skip
    refused(
        files,
        files.place_in_settings("lay:"),
        files.place_in_settings("soon"),
        files.place_in_policy("2"),
        files.place_in_policy("notation"),
        files.place_in_policy("requires"),
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["serve"], ["serve", "--config"], ["serve", "--confg", "x"], ["surf"], ["serve", "--config", "a", "extra"],
     ["verify"], ["verify", "--policy", "x"], ["--nonsense"]],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_command_line_ends_with_64(arguments: list[str]) -> None:
    ended = gate.run(*arguments)
    assert ended.returncode == USAGE, (ended.returncode, ended.stdout, ended.stderr)
    assert ended.stdout == "" and "--help" in ended.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["verify", "--help"]], ids=" ".join)
def test_help_goes_to_standard_output(arguments: list[str]) -> None:
    ended = gate.run(*arguments)
    assert ended.returncode == 0 and ended.stderr == ""
    assert "pullgate" in ended.stdout and len(ended.stdout.splitlines()) > 5


def test_the_version_is_one_line() -> None:
    ended = gate.run("version")
    assert ended.returncode == 0 and ended.stderr == ""
    assert re.fullmatch(r"pullgate \d+\.\d+\.\d+\S*\n", ended.stdout), ended.stdout


def test_an_address_in_use_is_said_so(files: Files, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", files.port)):
        (files.folder / "pullgate.yaml").write_text(files.settings, encoding="utf-8")
        (files.folder / "policy.yaml").write_text(files.policy, encoding="utf-8")
        ended = gate.run("serve", "--config", files.folder / "pullgate.yaml", seconds=20)
    assert ended.returncode not in (0, USAGE), ended.returncode
    assert str(files.port) in ended.stderr, ended.stderr
