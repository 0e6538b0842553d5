"""Each reason code has a case: tests/cases/reasons/<CODE>, with what pullgate says about it as people and scripts read it.

What it says is compared byte for byte. After a change of a text that was meant, `PULLGATE_RENEW=1 tests/run integration
--filter reason` writes what is said now over what was expected, for `git diff` and a reader who was just woken up; a run
that renews has tested nothing, and its tests count as skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

from demo.oci import Site
from support import gate, misbehaviour
from support.client import Answer
from support.desk import AT, CANNOT_JUDGE, FAILED, FINE, IMAGE
from support.gate import IMPATIENT, ROOT, Gate, StartGate, write_yaml
from support.hostile_registry import HostileRegistry
from support.paths import manifest
from support.workshop import REGISTRY

REASONS = ROOT / "tests" / "cases" / "reasons"
PACKS = sorted(file.parent for file in REASONS.glob("*/case.yaml"))
UPSTREAMS = sorted(file.parent for file in REASONS.glob("*/upstream.yaml"))


def codes() -> set[str]:
    """As verify/reason.h lists them: kNoRule is NO_RULE."""
    text = (ROOT / "verify" / "reason.h").read_text(encoding="ascii")
    names = re.findall(r"^    Reason::k(\w+),$", text, re.MULTILINE)
    assert len(names) > 40, names
    return {re.sub(r"(?<=.)(?=[A-Z])", "_", name).upper() for name in names}


def name_of(folder: Path) -> str:
    return folder.name


def is_as_expected(file: Path, said: str) -> None:
    if os.environ.get("PULLGATE_RENEW"):
        file.write_text(said, encoding="ascii")
    assert file.exists(), f"{file} is missing; see the top of this file for how to write it"
    assert said == file.read_text(encoding="ascii"), file


def skip_if_renewed() -> None:
    if os.environ.get("PULLGATE_RENEW"):
        pytest.skip("what is expected was written, and not compared with anything")


def readable(document: gate.Json) -> str:
    return json.dumps(document, indent=1) + "\n"


def test_no_code_is_without_a_case() -> None:
    folders = [folder.name for folder in (*PACKS, *UPSTREAMS)]
    assert len(folders) == len(set(folders)), "one folder is both kinds of case"
    assert set(folders) == codes()


@pytest.mark.parametrize("folder", PACKS, ids=name_of)
def test_what_is_said_about_an_image(folder: Path, tmp_path: Path) -> None:
    ended = gate.run("policy", "test", folder / "case.yaml", "--format", "json")
    assert ended.returncode == FINE, ended.stdout + ended.stderr
    [judged] = json.loads(ended.stdout)["cases"]
    assert judged["found"]["code"] == judged["decision"]["reason"] == folder.name
    is_as_expected(folder / "expected.json", readable(judged["decision"]))

    test = yaml.safe_load((folder / "case.yaml").read_text(encoding="ascii"))
    [case] = test["cases"]
    packs = case.get("packs") or {REGISTRY: case["pack"]}
    upstreams = [gate.layout_upstream(registry, folder / pack) for registry, pack in packs.items()]
    settings = settings_file(tmp_path, folder, *upstreams)
    ended = gate.run("verify", case["image"], "--config", settings, "--at", test["at"])
    assert ended.returncode == FAILED, ended.stdout + ended.stderr
    is_as_expected(folder / "expected.txt", ended.stdout)
    skip_if_renewed()


@pytest.mark.parametrize("folder", UPSTREAMS, ids=name_of)
def test_what_is_said_when_an_upstream_fails(folder: Path, tmp_path: Path, start_gate: StartGate) -> None:
    """One thing goes wrong between the gate and an image that is signed as the rule wants it."""
    shutil.copytree(REASONS / "shared", tmp_path / "shared")  # where the policy of a gate finds the keys
    with HostileRegistry(Site(tmp_path / "shared" / "images")) as registry:
        upstream = gate.registry_upstream(REGISTRY, registry.port)
        settings = settings_file(tmp_path, folder, upstream)
        assert gate.run("verify", IMAGE, "--config", settings).returncode == FINE

        script = yaml.safe_load((folder / "upstream.yaml").read_text(encoding="ascii"))
        registry.on(script["path"], getattr(misbehaviour, script["does"])(**script.get("with", {})))
        as_json = gate.run("verify", IMAGE, "--config", settings, "--format", "json")
        assert as_json.returncode == CANNOT_JUDGE, as_json.stdout + as_json.stderr
        decision = json.loads(without_port(as_json.stdout, registry))
        assert decision["reason"] == folder.name
        is_as_expected(folder / "expected.json", readable(decision))
        as_text = gate.run("verify", IMAGE, "--config", settings)
        is_as_expected(folder / "expected.txt", without_port(as_text.stdout, registry))

        running = start_gate(gate.settings(upstream, timeouts=IMPATIENT), (folder / "policy.yaml").read_text())
        pulled = as_pulled(running.get(manifest("acme/app", "1.0")))
        is_as_expected(folder / "expected-pull.txt", without_port(pulled, registry))
    skip_if_renewed()


def settings_file(scratch: Path, folder: Path, *upstreams: gate.Json) -> Path:
    settings = gate.settings(*upstreams, timeouts=IMPATIENT)
    file = scratch / "pullgate.yaml"
    listen = [{"address": "127.0.0.1:1"}]  # nobody serves here
    write_yaml(file, {"listen": listen, **settings, "policy": str(folder / "policy.yaml")})
    return file


def without_port(text: str, registry: HostileRegistry) -> str:
    return text.replace(registry.address, "127.0.0.1:PORT")


def as_pulled(answer: Answer) -> str:
    """What a client may show of a refusal: status line, when to come back, and the error."""
    head = f"HTTP/1.1 {answer.status} {answer.phrase}\nRetry-After: {answer.header('Retry-After')}\n\n"
    return head + readable(answer.json())
