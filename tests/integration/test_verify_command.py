"""`pullgate verify IMAGE`: the same judge without a server, for scripts and for people; and the log of the server."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest

from demo.oci import Descriptor
from support import gate
from support.denial import decision_of, denied
from support.gate import StartGate, write_yaml
from support.hostile_registry import HostileRegistry
from support.misbehaviour import answers, stalls
from support.process import eventually, free_port
from support.workshop import REGISTRY, Workshop

ALLOW, DENY, CANNOT_JUDGE, USAGE, CONFIGURATION = 0, 1, 2, 64, 78

RULE = gate.signed_by("release", name="released", message="Ask release@acme.example.")


@dataclass
class Command:
    """The command line with the files that it reads."""

    folder: Path
    workshop: Workshop

    def configure(self, *upstreams: gate.Json, rules: tuple[gate.Json, ...] = (RULE,), **more: Any) -> None:
        settings = gate.settings(*upstreams, timeouts=gate.IMPATIENT, **more)
        # A server may be running with these very files: the command must not need the port.
        listen = [{"address": f"127.0.0.1:{free_port()}"}]
        write_yaml(self.folder / "pullgate.yaml", {"listen": listen, **settings, "policy": "policy.yaml"})
        write_yaml(self.folder / "policy.yaml", self.workshop.policy(*rules))

    def run(self, image: str, *options: str) -> subprocess.CompletedProcess[str]:
        return gate.run("verify", image, "--config", self.folder / "pullgate.yaml", *options)

    def json(self, image: str) -> tuple[int, Any]:
        ended = self.run(image, "--format", "json")
        return ended.returncode, json.loads(ended.stdout)


@pytest.fixture
def command(workshop: Workshop, tmp_path: Path) -> Command:
    command = Command(tmp_path, workshop)
    command.configure(gate.layout_upstream(REGISTRY, workshop.images))
    return command


def test_an_allowed_image_ends_with_0(command: Command, workshop: Workshop) -> None:
    image = workshop.signed()
    for reference in (f"{REGISTRY}/acme/app:1.0", f"{REGISTRY}/acme/app@{image.digest}"):
        ended = command.run(reference)
        assert ended.returncode == ALLOW, ended.stdout + ended.stderr
        assert ended.stdout.startswith("ALLOWED ")
        assert image.digest in ended.stdout and "released" in ended.stdout


def test_a_denied_image_ends_with_1_and_says_why(command: Command, workshop: Workshop) -> None:
    image = workshop.image()
    ended = command.run(f"{REGISTRY}/acme/app:1.0")
    assert ended.returncode == DENY, ended.stdout + ended.stderr
    assert ended.stdout.startswith("DENIED ")
    for text in ("NO_EVIDENCE", "released", image.digest, "Ask release@acme.example.", ".sig"):
        assert text in ended.stdout, ended.stdout


@pytest.mark.parametrize("fault", [answers(503), stalls()], ids=["503", "stall"])
def test_evidence_that_cannot_be_had_ends_with_2(
    command: Command, workshop: Workshop, hostile: HostileRegistry, fault: Any
) -> None:
    workshop.signed()
    command.configure(gate.registry_upstream(REGISTRY, hostile.port))
    assert command.run(f"{REGISTRY}/acme/app:1.0").returncode == ALLOW
    hostile.on("/v2/acme/app/manifests/.*\\.sig", fault)
    ended = command.run(f"{REGISTRY}/acme/app:1.0")
    assert ended.returncode == CANNOT_JUDGE, ended.stdout + ended.stderr
    assert ended.stdout.startswith("CANNOT JUDGE ")
    code, document = command.json(f"{REGISTRY}/acme/app:1.0")
    assert code == CANNOT_JUDGE and document["verdict"] == "cannot-judge", document
    assert document["gaps"], document


def test_a_manifest_that_cannot_be_had_ends_with_2(command: Command, workshop: Workshop) -> None:
    command.configure(gate.registry_upstream(REGISTRY, free_port()))
    ended = command.run(f"{REGISTRY}/acme/app:1.0")
    assert ended.returncode == CANNOT_JUDGE, ended.stdout + ended.stderr
    assert "acme/app" in ended.stdout + ended.stderr


def test_an_image_that_does_not_exist_ends_with_2(command: Command, workshop: Workshop) -> None:
    workshop.signed()
    for reference in (f"{REGISTRY}/acme/app:none", f"{REGISTRY}/acme/none:1.0", "ghcr.io/acme/app:1.0"):
        ended = command.run(reference)
        assert ended.returncode == CANNOT_JUDGE, (reference, ended.stdout, ended.stderr)


def test_an_image_without_a_rule_ends_with_1(command: Command, workshop: Workshop) -> None:
    workshop.signed("attic/tool")
    command.configure(
        gate.layout_upstream(REGISTRY, workshop.images), rules=(gate.signed_by("release", [f"{REGISTRY}/acme/**"]),)
    )
    code, document = command.json(f"{REGISTRY}/attic/tool:1.0")
    assert code == DENY and document["reason"] == "NO_RULE" and document["rule"] == "", document


@pytest.mark.parametrize("reference", ["", "site.local/UPPER:1", "a b", "site.local/app@sha256:zz", "site.local/app:", "-x"])
def test_a_reference_that_is_none_is_a_matter_of_usage(command: Command, reference: str) -> None:
    ended = command.run(reference)
    assert ended.returncode == USAGE, (ended.returncode, ended.stdout, ended.stderr)
    assert ended.stdout == "" and ended.stderr


def test_wrong_files_end_with_78(command: Command) -> None:
    (command.folder / "policy.yaml").write_text("version: 1\nrulez: []\n", encoding="utf-8")
    ended = command.run(f"{REGISTRY}/acme/app:1.0")
    assert ended.returncode == CONFIGURATION, (ended.returncode, ended.stderr)
    assert "policy.yaml:2:1: " in ended.stderr and ended.stdout == ""


def test_another_policy_can_be_named(command: Command, workshop: Workshop, tmp_path: Path) -> None:
    """What a reviewer does before a change: ask what the new file would say."""
    workshop.signed()
    assert command.run(f"{REGISTRY}/acme/app:1.0").returncode == ALLOW
    write_yaml(tmp_path / "stricter.yaml", workshop.policy(gate.signed_by("builder", name="stricter")))
    ended = command.run(f"{REGISTRY}/acme/app:1.0", "--policy", str(tmp_path / "stricter.yaml"))
    assert ended.returncode == DENY, ended.stdout + ended.stderr
    assert "stricter" in ended.stdout and "SIGNER_NOT_TRUSTED" in ended.stdout


def test_the_json_of_an_allowance(command: Command, workshop: Workshop) -> None:
    image = workshop.signed()
    code, document = command.json(f"{REGISTRY}/acme/app:1.0")
    assert code == ALLOW
    assert document["verdict"] == "allow" and document["mode"] == "enforce" and document["rule"] == "released"
    assert document["image"] == f"{REGISTRY}/acme/app:1.0" and document["digest"] == image.digest
    assert re.fullmatch("[0-9a-f]{12}", document["decision"])
    for name in ("policyGeneration", "trustGeneration"):
        assert re.fullmatch("sha256:[0-9a-f]{64}", document[name]), document
    (piece,) = document["evidence"]
    assert piece["verified"] is True and piece["kind"] and len(piece["signers"]) == 1
    checks = [finding["check"] for finding in piece["findings"]]
    assert [check for check in checks if check in ("form", "signature", "payload", "subject")] == [
        "form", "signature", "payload", "subject",
    ]  # fmt: skip
    assert {finding["outcome"] for finding in piece["findings"]} == {"passed"}
    (requirement,) = document["requirements"]
    assert requirement["state"] == "met"
    assert document["objections"] == [] and document["gaps"] == [] and "reason" not in document


def test_the_json_of_a_denial(command: Command, workshop: Workshop) -> None:
    image = workshop.image()
    workshop.sign("acme/app", image, workshop.keys.stranger)
    code, document = command.json(f"{REGISTRY}/acme/app:1.0")
    assert code == DENY
    assert document["verdict"] == "deny" and document["reason"] == "SIGNER_NOT_TRUSTED"
    assert document["message"].endswith(f"; decision {document['decision']}")
    assert document["advice"] == "Ask release@acme.example."
    first = document["objections"][0]
    assert first["reason"] == "SIGNER_NOT_TRUSTED" and first["found"] and first["remedy"]
    assert first["requirement"].startswith("released")
    (piece,) = document["evidence"]
    assert piece["verified"] is False
    outcomes = {finding["check"]: finding for finding in piece["findings"]}
    assert outcomes["signature"]["outcome"] == "failed"
    assert outcomes["signature"]["reason"] == "SIGNER_NOT_TRUSTED"
    assert outcomes["subject"]["outcome"] == "inconclusive"
    assert any(".sig" in place for place in document["searched"])


def test_the_json_is_one_document_and_nothing_else(command: Command, workshop: Workshop) -> None:
    workshop.image()
    ended = command.run(f"{REGISTRY}/acme/app:1.0", "--format", "json")
    json.loads(ended.stdout)
    assert ended.stderr == ""
    for letter in ended.stdout:
        assert 31 < ord(letter) < 127 or letter == "\n"


def test_an_unknown_format_is_a_matter_of_usage(command: Command, workshop: Workshop) -> None:
    workshop.signed()
    assert command.run(f"{REGISTRY}/acme/app:1.0", "--format", "xml").returncode == USAGE


def test_the_text_has_no_colours_and_no_control_characters_in_a_pipe(command: Command, workshop: Workshop) -> None:
    image = workshop.image()
    workshop.sign("acme/app", image, workshop.keys.stranger, named="evil\x1b[2J\u202e\r\nname")
    ended = command.run(f"{REGISTRY}/acme/app:1.0")
    assert all(31 < ord(letter) < 127 or letter == "\n" for letter in ended.stdout), ended.stdout


def test_the_command_and_the_server_decide_alike(
    command: Command, workshop: Workshop, start_gate: StartGate
) -> None:
    workshop.image()
    running = start_gate(gate.settings(gate.layout_upstream(REGISTRY, workshop.images)), workshop.policy(RULE))
    error = denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "NO_EVIDENCE", rule="released")
    _, document = command.json(f"{REGISTRY}/acme/app:1.0")
    assert document["decision"] == decision_of(error)
    assert document["message"] == error["message"]


# The log


@dataclass
class Logged:
    gate: gate.Gate
    workshop: Workshop
    image: Descriptor


@pytest.fixture
def logged(workshop: Workshop, start_gate: StartGate) -> Iterator[Logged]:
    image = workshop.signed()
    workshop.image("acme/unsigned")
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    yield Logged(start_gate(gate.settings(upstream), workshop.policy(RULE)), workshop, image)


def records_of(running: gate.Gate, count: int) -> list[gate.Json]:
    found = eventually(lambda: running.decisions() if len(running.decisions()) >= count else None)
    assert found is not None, running.said()
    return found


def test_every_line_of_the_log_is_json_with_a_time_a_level_and_an_event(logged: Logged) -> None:
    logged.gate.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0")
    logged.gate.get(f"/v2/{REGISTRY}/acme/none/manifests/1.0")
    records_of(logged.gate, 1)
    lines = logged.gate.said().splitlines()
    assert len(lines) >= 3
    for line in lines:
        document = json.loads(line)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", document["time"]), line
        assert document["level"] in ("info", "warning", "error"), line
        assert document["event"], line


def test_an_allowance_is_one_record(logged: Logged) -> None:
    logged.gate.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0")
    (record,) = records_of(logged.gate, 1)
    assert record["event"] == "decision" and record["verdict"] == "allow" and record["rule"] == "released"
    assert record["repository"] == f"{REGISTRY}/acme/app" and record["tag"] == "1.0"
    assert record["digest"] == logged.image.digest
    assert record["method"] == "GET" and record["client"].startswith("127.0.0.1")
    assert re.fullmatch("[0-9a-f]{12}", record["decision"])
    assert record["reasons"] == [] and isinstance(record["duration_ms"], int) and record["evidence"] == 1
    assert record["request"]


def test_a_refusal_is_one_record_with_the_id_that_the_client_saw(logged: Logged) -> None:
    error = denied(logged.gate.get(f"/v2/{REGISTRY}/acme/unsigned/manifests/1.0"), "NO_EVIDENCE")
    (record,) = records_of(logged.gate, 1)
    assert record["verdict"] == "deny" and record["decision"] == decision_of(error)
    assert record["reasons"] == ["NO_EVIDENCE"] and record["found"]


def test_every_request_for_a_manifest_leaves_a_record(logged: Logged) -> None:
    for number in range(5):
        logged.gate.head(f"/v2/{REGISTRY}/acme/app/manifests/1.0")
        logged.gate.get(f"/v2/{REGISTRY}/acme/unsigned/manifests/1.0")
    records = records_of(logged.gate, 10)
    assert [record["verdict"] for record in records] == ["allow", "deny"] * 5
    assert len({record["request"] for record in records}) == 10
    assert len({record["decision"] for record in records}) == 2


def test_what_could_not_be_judged_is_not_recorded_as_a_denial(
    workshop: Workshop, hostile: HostileRegistry, start_gate: StartGate
) -> None:
    workshop.signed()
    hostile.on("/v2/acme/app/manifests/.*\\.sig", answers(503))
    running = start_gate(gate.settings(gate.registry_upstream(REGISTRY, hostile.port)), workshop.policy(RULE))
    assert running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0").status == 403
    (record,) = records_of(running, 1)
    assert record["verdict"] == "cannot-judge" and "UPSTREAM_INVALID" in record["reasons"], record


@pytest.mark.parametrize("mode", ["warn", "audit"])
def test_a_rule_that_does_not_enforce_serves_and_says_so(
    workshop: Workshop, start_gate: StartGate, mode: str
) -> None:
    workshop.image()
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(RULE, mode=mode))
    answer = running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0")
    assert answer.status == 200, answer
    warning = answer.header("Warning")
    if mode == "warn":
        assert warning is not None and re.fullmatch(r'299 - "pullgate: released: NO_EVIDENCE: [^"]*"', warning), answer
    else:
        assert warning is None, answer
    (record,) = records_of(running, 1)
    assert record["verdict"] == "warn" and record["reasons"] == ["NO_EVIDENCE"], record


def test_nothing_secret_is_logged(logged: Logged) -> None:
    headers = {"Authorization": "Basic c2VjcmV0OnBhc3N3b3Jk", "Cookie": "session=topsecret"}
    logged.gate.get(f"/v2/{REGISTRY}/acme/unsigned/manifests/1.0", headers)
    records_of(logged.gate, 1)
    for secret in ("c2VjcmV0", "topsecret", "password"):
        assert secret not in logged.gate.said()
