"""`pullgate record` and `policy test`: images that were recorded are judged again, without anybody to ask."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from demo.oci import Descriptor
from support import gate
from support.desk import CANNOT_CREATE, CANNOT_JUDGE, CONFIGURATION, Desk, FAILED, FINE, IMAGE, RULE, USAGE, everywhere
from support.hostile_registry import HostileRegistry
from support.misbehaviour import answers
from support.workshop import REGISTRY, Workshop


def blobs_of(pack: Path) -> set[str]:
    return {file.name for file in (pack / "blobs" / "sha256").iterdir()}


def layers_of(workshop: Workshop, image: Descriptor) -> set[str]:
    document = workshop.document("acme/app", image)
    return {layer["digest"].removeprefix("sha256:") for layer in document["layers"]}


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


def test_a_case_with_a_base_at_another_registry_names_the_pack_for_both(desk: Desk, workshop: Workshop) -> None:
    base = workshop.signed("base/alpine", "3")
    named = {"org.opencontainers.image.base.name": "bases.local/base/alpine:3",
             "org.opencontainers.image.base.digest": base.digest}  # fmt: skip
    workshop.signed(annotations=named)
    desk.upstream(gate.layout_upstream(REGISTRY, workshop.images), gate.layout_upstream("bases.local", workshop.images))
    asked = {"proof": ["annotation"], "from": ["bases.local/base/**"], "satisfies": "policy"}
    desk.policy(
        gate.signed_by("release", ["bases.local/**"], name="bases"),
        {"name": "apps", "scopes": [f"{REGISTRY}/acme/**"],
         "require": {"allOf": [{"signature": "release"}, {"baseImage": asked}]}},
    )  # fmt: skip
    ended = desk.record()
    assert ended.returncode == FINE, ended.stderr
    pack = json.dumps(str(desk.folder / "pack"))
    assert f'    packs: {{ "bases.local": {pack}, "{REGISTRY}": {pack} }}\n' in ended.stdout, ended.stdout
    case = ended.stdout[ended.stdout.index("  # a case") :]
    (desk.folder / "test.yaml").write_text("version: 1\npolicy: policy.yaml\ncases:\n" + case, encoding="utf-8")
    ended = desk.test()
    assert ended.returncode == FINE, ended.stdout + ended.stderr


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
