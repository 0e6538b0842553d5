"""`pullgate policy lint` and `policy schema`: what a policy is held against before it decides."""

from __future__ import annotations

import json

import pytest

from support import gate
from support.desk import CONFIGURATION, Desk, FAILED, FINE, RULE, USAGE


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
