"""`pullgate policy`, `record`, `tree` and the further forms of `verify`: what people do with a policy before it decides,
and with its decisions afterwards."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.oci import Descriptor
from support import gate
from support.gate import write_yaml
from support.hostile_registry import HostileRegistry
from support.misbehaviour import answers
from support.process import free_port
from support.workshop import REGISTRY, Workshop

FINE, FAILED, CANNOT_JUDGE, USAGE, CANNOT_CREATE, CONFIGURATION = 0, 1, 2, 64, 73, 78

RULE = gate.signed_by("release", name="released")
IMAGE = f"{REGISTRY}/acme/app:1.0"
AT = "2026-06-01T00:00:00Z"

Ended = subprocess.CompletedProcess[str]


def unshared(document: gate.Json) -> gate.Json:
    """Without values that stand in two places: YAML would write the second as an alias."""
    return json.loads(json.dumps(document))


@dataclass
class Desk:
    """A folder with the operator's files, and the program."""

    folder: Path
    workshop: Workshop

    def __post_init__(self) -> None:
        self.policy(RULE)
        self.upstream(gate.layout_upstream(REGISTRY, self.workshop.images))

    def policy(self, *rules: gate.Json, **more: Any) -> None:
        write_yaml(self.folder / "policy.yaml", unshared({**self.workshop.policy(*rules), **more}))

    def upstream(self, *upstreams: gate.Json) -> None:
        listen = [{"address": f"127.0.0.1:{free_port()}"}]
        settings = gate.settings(*upstreams, timeouts=gate.IMPATIENT)
        write_yaml(self.folder / "pullgate.yaml", {"listen": listen, **settings, "policy": "policy.yaml"})

    def cases(self, *cases: gate.Json, **more: Any) -> None:
        document = {"version": 1, "policy": "policy.yaml", "at": AT, "cases": list(cases), **more}
        write_yaml(self.folder / "test.yaml", unshared(document))

    def lint(self, *options: str) -> Ended:
        return gate.run("policy", "lint", self.folder / "policy.yaml", "--now", AT, *options)

    def findings(self, *options: str) -> list[gate.Json]:
        return json.loads(self.lint("--format", "json", *options).stdout)["findings"]

    def test(self, *options: str) -> Ended:
        return gate.run("policy", "test", self.folder / "test.yaml", *options)

    def about(self, command: str, image: str = IMAGE, *options: str | Path) -> Ended:
        return gate.run(command, image, "--config", self.folder / "pullgate.yaml", *options)

    def explain(self, *options: str) -> Ended:
        return gate.run("policy", "explain", IMAGE, "--config", self.folder / "pullgate.yaml", "--at", AT, *options)

    def record(self, image: str = IMAGE, into: str = "pack", *options: str) -> Ended:
        return self.about("record", image, "--output", self.folder / into, *options)


@pytest.fixture
def desk(workshop: Workshop, tmp_path: Path) -> Desk:
    return Desk(tmp_path, workshop)


# policy lint


def test_a_policy_without_faults_is_fine(desk: Desk) -> None:
    ended = desk.lint("--strict")
    assert ended.returncode == FINE, ended.stdout + ended.stderr
    assert ended.stdout == "0 errors, 0 warnings, 0 hints\n" and ended.stderr == ""


def test_lint_shows_every_problem_with_its_place(desk: Desk) -> None:
    (desk.folder / "policy.yaml").write_text(
        "version: 2\ndefaults: { mode: enforc, noMatch: deny }\nrules:\n  - { name: a, scopes: [GHCR.io/x], require: {} }\n",
        encoding="utf-8",
    )
    ended = desk.lint()
    assert ended.returncode == CONFIGURATION
    for place in ("policy.yaml:1:10: error: ", "policy.yaml:2:19: error: ", "policy.yaml:4:25: error: "):
        assert place in ended.stdout, ended.stdout
    assert "\x1b" not in ended.stdout
    levels = {finding["level"] for finding in desk.findings()}
    assert levels == {"error"}


def test_lint_warns_of_what_is_hardly_meant(desk: Desk) -> None:
    exception = {"scopes": ["ghcr.io/a/b"], "waives": ["wide/signature"], "reason": "r", "approvedBy": ["alice"]}
    desk.policy(
        gate.signed_by("release", ["ghcr.io/a/**", "quay.io/a/**"], name="wide"),
        gate.signed_by("release", ["quay.io/a/*/**", "quay.io/a"], name="narrow", mode="warn"),
        {"name": "open", "scopes": ["**"], "require": {"accept": {}}},
        baseline=[{"name": "idle", "scopes": ["**"], "require": {"accept": {}}}],
        exceptions=[
            {"id": "EX-1", **exception, "expires": "2026-05-31T00:00:00Z"},
            {"id": "EX-2", **exception, "expires": "2026-06-14T00:00:00Z"},
            {"id": "EX-3", **exception, "expires": "2026-06-16T00:00:00Z"},
        ],
    )
    found = {(finding["rule"], finding["level"]) for finding in desk.findings()}
    assert found == {
        ("exception-expired", "warning"), ("exception-expiring", "warning"), ("accept-alone", "warning"),
        ("accept-everything", "warning"), ("not-enforced", "hint"),
    }  # fmt: skip
    text = desk.lint().stdout
    assert "EX-1" in text and "EX-2" in text and "EX-3" not in text
    assert desk.lint().returncode == FINE
    assert desk.lint("--strict").returncode == FAILED


def test_lint_finds_a_scope_that_never_applies(desk: Desk) -> None:
    desk.policy(
        gate.signed_by("release", ["**", "quay.io/tools/**"], name="rest"),
        gate.signed_by("release", ["*/**"], name="all"),
    )
    (finding,) = desk.findings()
    assert finding["rule"] == "scope-shadowed" and "'**'" in finding["message"] and "'all'" in finding["message"]
    lines = (desk.folder / "policy.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[finding["line"] - 1][finding["column"] - 1 :].strip("'\"") == "**"


def test_lint_finds_a_dot_that_matches_everything(desk: Desk) -> None:
    attestor = {
        "keyless": {
            "trustRoot": "public",
            "issuer": "https://token.actions.githubusercontent.com",
            "subjectRegExp": "https://github\\.com/acme/[^/]+/\\.github/workflows/release.yml@.*",
        }
    }
    desk.policy(
        gate.signed_by("workflow", name="r"),
        attestors={"workflow": attestor},
        trustRoots={"public": {"sigstore": {"builtIn": "public-good"}}},
    )
    (finding,) = desk.findings()
    assert finding["rule"] == "regex-dot" and finding["level"] == "warning", finding
    assert "'release.yml'" in finding["message"] and "release\\.yml" in finding["message"], finding


def test_hints_do_not_fail_a_strict_lint(desk: Desk) -> None:
    desk.policy({**RULE, "effectiveFrom": "2026-01-01T00:00:00Z"})
    ended = desk.lint("--strict")
    assert ended.returncode == FINE and "hint" in ended.stdout and "effective-from" in ended.stdout


def test_lint_as_sarif(desk: Desk) -> None:
    desk.policy({"name": "open", "scopes": ["**"], "require": {"accept": {}}})
    ended = desk.lint("--format", "sarif")
    assert ended.returncode == FINE
    document = json.loads(ended.stdout)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert run["tool"]["driver"]["name"] == "pullgate"
    (result,) = run["results"]
    assert result["ruleId"] == "accept-everything" and result["ruleId"] in known
    assert result["level"] == "warning" and result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"file://{desk.folder}/policy.yaml"
    assert place["region"]["startLine"] > 1 and place["region"]["startColumn"] > 0
    (desk.folder / "policy.yaml").write_text("version: 1\nrulez: []\n", encoding="utf-8")
    ended = desk.lint("--format", "sarif")
    assert ended.returncode == CONFIGURATION
    results = json.loads(ended.stdout)["runs"][0]["results"]
    assert results and {result["level"] for result in results} == {"error"}


def test_lint_takes_the_policy_of_the_settings(desk: Desk) -> None:
    ended = gate.run("policy", "lint", "--config", desk.folder / "pullgate.yaml")
    assert ended.returncode == FINE, ended.stdout
    (desk.folder / "policy.yaml").write_text("rulez: []\n", encoding="utf-8")
    settings = (desk.folder / "pullgate.yaml").read_text(encoding="utf-8")
    (desk.folder / "pullgate.yaml").write_text(settings + "thread: 1\n", encoding="utf-8")
    ended = gate.run("policy", "lint", "--config", desk.folder / "pullgate.yaml")
    assert ended.returncode == CONFIGURATION
    assert "'thread'" in ended.stdout and "'rulez'" in ended.stdout


def test_what_to_lint_has_to_be_said(desk: Desk) -> None:
    assert gate.run("policy", "lint").returncode == USAGE
    both = gate.run("policy", "lint", desk.folder / "policy.yaml", "--config", desk.folder / "pullgate.yaml")
    assert both.returncode == USAGE
    assert gate.run("policy", "lint", desk.folder / "policy.yaml", "--now", "tomorrow").returncode == USAGE
    assert gate.run("policy", "lint", desk.folder / "absent.yaml").returncode == CONFIGURATION
    assert gate.run("policy").returncode == USAGE


# policy schema


@pytest.mark.parametrize("name", ["policy", "pullgate", "policy-test"])
def test_the_schema_is_the_published_one(name: str) -> None:
    ended = gate.run("policy", "schema", name)
    assert ended.returncode == FINE
    published = gate.ROOT / "config" / "schema" / f"{name}.schema.json"
    assert ended.stdout == published.read_text(encoding="utf-8")


def test_the_schema_of_the_policy_is_what_is_meant_without_a_name() -> None:
    assert gate.run("policy", "schema").stdout == gate.run("policy", "schema", "policy").stdout
    assert gate.run("policy", "schema", "other").returncode == USAGE


# record, and policy test


def blobs_of(pack: Path) -> set[str]:
    return {file.name for file in (pack / "blobs" / "sha256").iterdir()}


def layers_of(workshop: Workshop, image: Descriptor) -> set[str]:
    document = workshop.document("acme/app", image)
    return {layer["digest"].removeprefix("sha256:") for layer in document["layers"]}


def everywhere(workshop: Workshop, repository: str, image: Descriptor) -> None:
    """A signature under cosign's tag, provenance under another."""
    workshop.sign(repository, image)
    workshop.attest(repository, image)


@pytest.mark.parametrize("by", ["layout", "registry"])
def test_a_recorded_image_is_judged_alike_when_the_upstream_is_gone(
    desk: Desk, workshop: Workshop, hostile: HostileRegistry, by: str
) -> None:
    image = workshop.image()
    everywhere(workshop, "acme/app", image)
    provenance = {"builder": "ci", "source": {"repository": "https://github.com/acme/*"}}
    desk.policy({"name": "both", "scopes": ["**"],
                 "require": {"allOf": [{"signature": "release"}, {"provenance": provenance}]}})  # fmt: skip
    if by == "registry":
        desk.upstream(gate.registry_upstream(REGISTRY, hostile.port))
    live = json.loads(desk.about("verify", IMAGE, "--format", "json").stdout)
    assert live["verdict"] == "allow", live
    ended = desk.record()
    assert ended.returncode == FINE, ended.stdout + ended.stderr
    pack = desk.folder / "pack"
    label = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
    assert label["image"] == IMAGE and label["digest"] == image.digest and label["verdict"] == "allow"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", label["recordedAt"]) and label["pullgate"]
    config = workshop.document("acme/app", image)["config"]["digest"]
    assert config.removeprefix("sha256:") in blobs_of(pack)
    assert not layers_of(workshop, image) & blobs_of(pack)

    shutil.rmtree(workshop.images)
    desk.upstream(gate.layout_upstream(REGISTRY, pack))
    replayed = json.loads(desk.about("verify", IMAGE, "--format", "json").stdout)
    for key in ("verdict", "decision", "rule", "digest", "requirements"):
        assert replayed[key] == live[key], key
    desk.cases({"name": "as recorded", "image": IMAGE, "pack": "pack", "expect": "allow", "rule": "both"})
    ended = desk.test()
    assert ended.returncode == FINE, ended.stdout + ended.stderr
    assert ended.stdout == "ok    as recorded: allow, by 'both'\n1 cases, 0 failed\n"


def test_a_denial_is_recorded_as_well(desk: Desk, workshop: Workshop) -> None:
    workshop.sign("acme/app", workshop.image(), workshop.keys.stranger)
    ended = desk.record()
    assert ended.returncode == FINE, ended.stderr
    assert "expect: deny" in ended.stdout and "code: SIGNER_NOT_TRUSTED" in ended.stdout
    desk.cases({"name": "a", "image": IMAGE, "pack": "pack", "expect": "deny", "code": "SIGNER_NOT_TRUSTED"})
    assert desk.test().returncode == FINE


def test_the_case_that_record_prints_is_one(desk: Desk, workshop: Workshop) -> None:
    workshop.signed()
    ended = desk.record()
    case = ended.stdout[ended.stdout.index("  # a case") :]
    (desk.folder / "test.yaml").write_text("version: 1\npolicy: policy.yaml\ncases:\n" + case, encoding="utf-8")
    ended = desk.test()
    assert ended.returncode == FINE, ended.stdout + ended.stderr


def test_an_index_is_recorded_with_its_members(desk: Desk, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    assert desk.record(f"{REGISTRY}/acme/service:2.0").returncode == FINE
    kept = blobs_of(desk.folder / "pack")
    for member in workshop.document("acme/service", index)["manifests"]:
        assert member["digest"].removeprefix("sha256:") in kept
        content = workshop.layout("acme/service").blob_path(member["digest"]).read_bytes()
        assert json.loads(content)["config"]["digest"].removeprefix("sha256:") in kept
    image = f"{REGISTRY}/acme/service@{index.digest}"
    desk.cases({"name": "a", "image": image, "pack": "pack", "expect": "allow"})
    assert desk.test().returncode == FINE


def test_the_bases_that_a_rule_asks_about_are_recorded_too(desk: Desk, workshop: Workshop) -> None:
    base = workshop.signed("base/alpine", "3")
    named = {"org.opencontainers.image.base.name": f"{REGISTRY}/base/alpine:3",
             "org.opencontainers.image.base.digest": base.digest}  # fmt: skip
    workshop.signed(annotations=named)
    asked = {"proof": ["annotation"], "from": [f"{REGISTRY}/base/**"], "satisfies": "policy"}
    desk.policy(
        gate.signed_by("release", [f"{REGISTRY}/base/**"], name="bases"),
        {"name": "apps", "scopes": [f"{REGISTRY}/acme/**"],
         "require": {"allOf": [{"signature": "release"}, {"baseImage": asked}]}},
    )  # fmt: skip
    ended = desk.record()
    assert ended.returncode == FINE, ended.stderr
    assert "allow" in ended.stdout and base.digest.removeprefix("sha256:") in blobs_of(desk.folder / "pack")
    shutil.rmtree(workshop.images)
    case = {"image": IMAGE, "pack": "pack", "expect": "allow", "rule": "apps"}
    desk.cases({"name": "on its base", **case})
    assert desk.test().returncode == FINE, desk.test().stdout
    (desk.folder / "pack" / "blobs" / "sha256" / base.digest.removeprefix("sha256:")).unlink()
    assert desk.test().returncode == FAILED


def test_nothing_is_recorded_when_something_could_not_be_asked(
    desk: Desk, workshop: Workshop, hostile: HostileRegistry
) -> None:
    """Half a pack would answer "not there", and a replay would deny what could not be judged."""
    workshop.signed()
    desk.upstream(gate.registry_upstream(REGISTRY, hostile.port))
    hostile.on("/v2/acme/app/manifests/.*\\.att", answers(503))
    ended = desk.record()
    assert ended.returncode == CANNOT_JUDGE, ended.stdout + ended.stderr
    assert ".att" in ended.stderr and not (desk.folder / "pack").exists()
    assert desk.record(f"{REGISTRY}/acme/none:1.0").returncode == CANNOT_JUDGE


def test_a_pack_does_not_overwrite_anything(desk: Desk, workshop: Workshop) -> None:
    workshop.signed()
    (desk.folder / "pack").mkdir()
    (desk.folder / "pack" / "mine").write_text("mine", encoding="utf-8")
    ended = desk.record()
    assert ended.returncode == CANNOT_CREATE and "pack" in ended.stderr
    assert [file.name for file in (desk.folder / "pack").iterdir()] == ["mine"]
    assert desk.record("not an image").returncode == USAGE


def test_a_case_that_fails_says_what_was_found_and_why(desk: Desk, workshop: Workshop) -> None:
    workshop.image()
    assert desk.record().returncode == FINE
    right = {"name": "right", "image": IMAGE, "pack": "pack", "expect": "deny", "code": "NO_EVIDENCE"}
    desk.cases(
        right,
        {**right, "name": "verdict", "expect": "warn"},
        {**right, "name": "code", "code": "NO_RULE"},
        {**right, "name": "rule", "rule": "another"},
        {**right, "name": "absent", "image": f"{REGISTRY}/acme/app:2.0"},
    )
    ended = desk.test()
    assert ended.returncode == FAILED
    assert "ok    right: deny NO_EVIDENCE, by 'released'\n" in ended.stdout
    assert "FAIL  code\n      expected: deny NO_RULE\n      found:    deny NO_EVIDENCE, by 'released'\n" in ended.stdout
    assert "        DENIED " in ended.stdout and ended.stdout.endswith("5 cases, 4 failed\n")
    assert "\nFAIL  absent\n      expected: deny NO_EVIDENCE\n      found:    not judged: " in ended.stdout

    document = json.loads(desk.test("--format", "json").stdout)
    assert document["failed"] == 4
    assert [case["ok"] for case in document["cases"]] == [True, False, False, False, False]
    assert document["cases"][0]["found"] == {"verdict": "deny", "code": "NO_EVIDENCE", "rule": "released"}
    assert document["cases"][0]["decision"]["objections"] and document["cases"][4]["notJudged"]

    ended = desk.test("--format", "junit")
    assert ended.returncode == FAILED
    suites = ElementTree.fromstring(ended.stdout)
    assert suites.tag == "testsuites" and (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("5", "3", "1")
    cases = suites.findall("./testsuite/testcase")
    assert [len(case) for case in cases] == [0, 1, 1, 1, 1]
    failure = cases[2].find("failure")
    assert failure is not None and "expected deny NO_RULE" in str(failure.get("message"))


def test_a_case_without_the_image_fails_whatever_it_expects(desk: Desk, workshop: Workshop) -> None:
    workshop.image()
    assert desk.record().returncode == FINE
    desk.cases({"name": "a", "image": f"{REGISTRY}/acme/app:2.0", "pack": "pack", "expect": "cannot-judge"})
    assert desk.test().returncode == FAILED


def test_the_moment_decides_what_has_expired(desk: Desk, workshop: Workshop) -> None:
    image = workshop.image()
    desk.policy(
        RULE,
        exceptions=[{"id": "EX-1", "digests": [image.digest], "waives": ["released/signature"], "reason": "r",
                     "approvedBy": ["alice"], "expires": "2026-07-01T00:00:00Z"}],
    )  # fmt: skip
    assert desk.record().returncode == FINE
    case = {"image": IMAGE, "pack": "pack"}
    desk.cases(
        {**case, "name": "before", "at": "2026-06-30T23:59:59Z", "expect": "allow"},
        {**case, "name": "after", "at": "2026-07-01T00:00:00Z", "expect": "deny"},
    )
    ended = desk.test()
    assert ended.returncode == FINE, ended.stdout
    assert desk.about("verify", IMAGE, "--at", "2026-06-30T00:00:00Z").returncode == FINE
    assert desk.about("verify", IMAGE, "--at", "2026-07-01T00:00:00Z").returncode == FAILED
    assert desk.about("verify", IMAGE, "--at", "today").returncode == USAGE


def test_a_wrong_file_of_cases_ends_with_78(desk: Desk, workshop: Workshop) -> None:
    workshop.image()
    assert desk.record().returncode == FINE
    good = {"name": "a", "image": IMAGE, "pack": "pack", "expect": "deny"}
    desk.cases(good, {**good, "expcet": "deny"}, {**good, "name": "b", "pack": "nowhere"})
    ended = desk.test()
    assert ended.returncode == CONFIGURATION and ended.stdout == ""
    assert "unknown key 'expcet'; did you mean 'expect'?" in ended.stderr
    assert "a second case named 'a'" in ended.stderr and "nowhere" in ended.stderr
    desk.cases(good)
    (desk.folder / "policy.yaml").write_text("version: 1\nrulez: []\n", encoding="utf-8")
    ended = desk.test()
    assert ended.returncode == CONFIGURATION and "policy.yaml:2:1: " in ended.stderr


# verify for scanners and CI servers


def test_verify_as_sarif(desk: Desk, workshop: Workshop) -> None:
    workshop.image()
    ended = desk.about("verify", IMAGE, "--format", "sarif")
    assert ended.returncode == FAILED
    (run,) = json.loads(ended.stdout)["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == "NO_EVIDENCE" and result["level"] == "error"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["NO_EVIDENCE"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"oci://{IMAGE}"
    desk.policy({**RULE, "mode": "warn"})
    ended = desk.about("verify", IMAGE, "--format", "sarif")
    assert ended.returncode == FINE
    assert json.loads(ended.stdout)["runs"][0]["results"][0]["level"] == "warning"
    workshop.signed("acme/good")
    ended = desk.about("verify", f"{REGISTRY}/acme/good:1.0", "--format", "sarif")
    assert ended.returncode == FINE and json.loads(ended.stdout)["runs"][0]["results"] == []
    ended = desk.about("verify", f"{REGISTRY}/acme/none:1.0", "--format", "sarif")
    assert ended.returncode == CANNOT_JUDGE
    assert json.loads(ended.stdout)["runs"][0]["results"][0]["ruleId"] == "NOT_JUDGED"


def test_verify_as_junit(desk: Desk, workshop: Workshop) -> None:
    workshop.image()
    ended = desk.about("verify", IMAGE, "--format", "junit")
    assert ended.returncode == FAILED
    failure = ElementTree.fromstring(ended.stdout).find("./testsuite/testcase/failure")
    assert failure is not None and failure.get("type") == "NO_EVIDENCE" and "DENIED" in str(failure.text)
    ended = desk.about("verify", f"{REGISTRY}/acme/none:1.0", "--format", "junit")
    assert ended.returncode == CANNOT_JUDGE
    assert ElementTree.fromstring(ended.stdout).find("./testsuite/testcase/error") is not None
    workshop.signed("acme/good")
    ended = desk.about("verify", f"{REGISTRY}/acme/good:1.0", "--format", "junit")
    assert ended.returncode == FINE and ElementTree.fromstring(ended.stdout).get("failures") == "0"


# tree


def test_the_tree_says_what_each_piece_proves(desk: Desk, workshop: Workshop) -> None:
    image = workshop.image()
    everywhere(workshop, "acme/app", image)
    provenance = {"builder": "ci", "source": {"repository": "https://github.com/acme/*"}}
    desk.policy({"name": "both", "scopes": ["**"],
                 "require": {"allOf": [{"signature": "release"}, {"provenance": provenance}]}})  # fmt: skip
    ended = desk.about("tree")
    assert ended.returncode == FINE, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == IMAGE and lines[1] == f"|-- digest: {image.digest}"
    assert lines[2] == "|-- decision: allow, by 'both' (enforce)"
    for text in (
        ".sig, layer 0: verified", ".att, layer 0: verified", "signer: key sha256:", "attestor: release",
        "builder: https://ci.acme.example/builders/container@v1", "source: https://github.com/acme/app",
        "satisfies: both/allOf[0]/signature", "satisfies: both/allOf[1]/provenance",
    ):  # fmt: skip
        assert text in ended.stdout, ended.stdout
    assert all(31 < ord(letter) < 127 or letter == "\n" for letter in ended.stdout)
    document = json.loads(desk.about("tree", IMAGE, "--format", "json").stdout)
    assert document["digest"] == image.digest and document["decision"]["verdict"] == "allow"
    assert {piece["attestors"] for piece in document["evidence"]} == {"release", "builder"}
    assert sorted(name for piece in document["evidence"] for name in piece["satisfies"]) == [
        "both/allOf[0]/signature", "both/allOf[1]/provenance",
    ]  # fmt: skip


def test_the_tree_shows_nothing_of_what_is_not_verified(desk: Desk, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index, workshop.keys.stranger, named="site.local/lies\x1b[2J")
    ended = desk.about("tree", f"{REGISTRY}/acme/service:2.0")
    assert ended.returncode == FINE, ended.stderr
    assert ": not verified\n" in ended.stdout and "SIGNER_NOT_TRUSTED: " in ended.stdout
    assert "lies" not in ended.stdout and "\x1b" not in ended.stdout
    assert "index of 2" in ended.stdout and "linux/arm64/v8: sha256:" in ended.stdout
    assert "decision: deny, by 'released' (enforce); SIGNER_NOT_TRUSTED: " in ended.stdout
    assert desk.about("tree", f"{REGISTRY}/acme/none:1.0").returncode == CANNOT_JUDGE
    assert desk.about("tree", "not an image").returncode == USAGE


# policy explain


def test_explain_names_the_rule_and_what_it_requires_without_asking_anybody(desk: Desk) -> None:
    desk.upstream(gate.registry_upstream(REGISTRY, free_port()))
    provenance = {"builder": "ci", "minLevel": 3, "source": {"repository": "https://github.com/acme/{repo}"}}
    exception = {"waives": ["acme/signature"], "reason": "old", "approvedBy": ["alice"]}
    desk.policy(
        gate.signed_by("release", [f"{REGISTRY}/**"], name="rest"),
        {"name": "acme", "scopes": [f"{REGISTRY}/acme/**"], "mode": "warn", "message": "Ask us.",
         "require": {"allOf": [{"signature": "release"}, {"provenance": provenance}]}},
        baseline=[{"name": "bad", "scopes": ["**"], "reject": {"digests": []}}],
        exceptions=[
            {"id": "EX-1", "scopes": [f"{REGISTRY}/acme/app"], **exception, "expires": "2026-07-01T00:00:00Z"},
            {"id": "EX-2", "digests": ["sha256:" + "0" * 64], **exception, "expires": "2026-05-01T00:00:00Z"},
            {"id": "EX-3", "scopes": [f"{REGISTRY}/acme/else"], **exception, "expires": "2026-07-01T00:00:00Z"},
        ],
    )  # fmt: skip
    ended = desk.explain()
    assert ended.returncode == FINE, ended.stderr
    for line in (
        f"rule: 'acme' (warn), by scope '{REGISTRY}/acme/**', the most specific that matches",
        f"  '{REGISTRY}/**' of rule 'rest' matches too, and is less specific",
        "  acme/allOf: all of these",
        "    acme/allOf[0]/signature: a signature with a key of attestor 'release'",
        "  advice: Ask us.",
        "baseline: 'bad' (enforce) applies as well",
        "exception EX-1: waives acme/signature",
        "exception EX-2: waives acme/signature for some digests",
    ):
        assert line in ended.stdout.splitlines(), ended.stdout
    assert "level 3 or more" in ended.stdout and "source https://github.com/acme/app" in ended.stdout
    assert "EXPIRED on 2026-05-01T00:00:00Z" in ended.stdout and "EX-3" not in ended.stdout
    document = json.loads(desk.explain("--format", "json").stdout)
    assert document["rule"]["name"] == "acme" and document["rule"]["requirements"][0]["text"] == "all of these"
    assert [(scope["rule"], scope["applies"]) for scope in document["scopes"]] == [("acme", True), ("rest", False)]
    assert [(found["id"], found["expired"], found["certain"]) for found in document["exceptions"]] == [
        ("EX-1", False, True), ("EX-2", True, False),
    ]  # fmt: skip


def test_explain_says_when_no_rule_applies(desk: Desk) -> None:
    desk.policy(gate.signed_by("release", ["ghcr.io/**"]))
    ended = desk.explain()
    assert ended.returncode == FAILED and "NO_RULE" in ended.stdout
    ended = desk.explain("--format", "json")
    assert ended.returncode == FAILED and json.loads(ended.stdout)["rule"] is None
    assert desk.explain("--at", "never").returncode == USAGE
