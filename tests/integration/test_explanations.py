"""`pullgate tree`, `policy explain` and the further forms of `verify`: what was found, and what it means."""

from __future__ import annotations

import json
import re
import socket
import threading
import xml.etree.ElementTree as ElementTree

from demo import sign
from demo.oci import Descriptor
from support import gate
from support.desk import AT, CANNOT_JUDGE, Desk, FAILED, FINE, IMAGE, RULE, USAGE, everywhere
from support.process import free_port
from support.workshop import REGISTRY, Workshop


# A policy without settings


def test_a_policy_alone_asks_the_registry_of_the_image_over_tls(desk: Desk) -> None:
    begun: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                begun.append(connection.recv(3))

        registry = threading.Thread(target=answer)
        registry.start()
        image = f"127.0.0.1:{listener.getsockname()[1]}/acme/app:1.0"
        ended = gate.run("verify", image, "--policy", desk.folder / "policy.yaml")
        registry.join()
    assert ended.returncode == CANNOT_JUDGE, ended.stdout + ended.stderr
    assert [first[:2] for first in begun] == [b"\x16\x03"], begun  # RFC 8446 section 5.1: a handshake record


def test_a_policy_alone_can_be_explained(desk: Desk) -> None:
    ended = gate.run("policy", "explain", IMAGE, "--policy", desk.folder / "policy.yaml", "--at", AT)
    assert ended.returncode == FINE, ended.stderr
    assert ended.stdout == desk.explain().stdout


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


def test_the_tree_shows_what_is_said_about_each_platform(desk: Desk, workshop: Workshop) -> None:
    index = workshop.index()
    first, second = (
        Descriptor(member["mediaType"], member["digest"], member["size"])
        for member in workshop.document("acme/service", index)["manifests"]
    )
    workshop.sign("acme/service", first)
    workshop.sign("acme/service", second, workshop.keys.stranger)
    desk.policy({**RULE, "platforms": "eachLeaf"})
    image = f"{REGISTRY}/acme/service:2.0"
    lines = desk.about("tree", image).stdout.splitlines()
    begin = lines.index(f"|   |-- linux/amd64: {first.digest}")
    middle = lines.index(f"|   `-- linux/arm64/v8: {second.digest}")
    end = lines.index("|-- evidence: none")
    of_first, of_second = "\n".join(lines[begin:middle]), "\n".join(lines[middle:end])
    assert f"{sign.cosign_tag(first, 'sig')}, layer 0: verified" in of_first, of_first
    assert "attestor: release" in of_first and "satisfies: released/signature" in of_first, of_first
    assert "SIGNER_NOT_TRUSTED: " in of_second and ": not verified" in of_second, of_second
    assert "satisfies" not in of_second and "|-- decision: deny" in lines[2], lines
    document = json.loads(desk.about("tree", image, "--format", "json").stdout)
    assert document["evidence"] == []
    assert [platform["platform"] for platform in document["platforms"]] == ["linux/amd64", "linux/arm64/v8"]
    assert [platform["evidence"][0]["verified"] for platform in document["platforms"]] == [True, False]
    assert document["platforms"][0]["evidence"][0]["satisfies"] == ["released/signature"]


def test_the_tree_shows_the_bases_and_the_exceptions(desk: Desk, workshop: Workshop) -> None:
    base = workshop.image("base/alpine", "3")
    named = {"org.opencontainers.image.base.name": f"{REGISTRY}/base/alpine:3",
             "org.opencontainers.image.base.digest": base.digest}  # fmt: skip
    workshop.signed(annotations=named)
    asked = {"proof": ["annotation"], "from": [f"{REGISTRY}/base/**"], "satisfies": "policy"}
    rules = [
        gate.signed_by("release", [f"{REGISTRY}/base/**"], name="bases"),
        {"name": "apps", "scopes": [f"{REGISTRY}/acme/**"],
         "require": {"allOf": [{"signature": "release"}, {"baseImage": asked}]}},
    ]  # fmt: skip
    exception = {"id": "EX-1", "scopes": [f"{REGISTRY}/acme/**"], "waives": ["apps/baseImage"], "reason": "moving",
                 "approvedBy": ["alice"], "expires": "2999-01-01T00:00:00Z"}  # fmt: skip
    desk.policy(*rules)
    shown = desk.about("tree").stdout
    below = f"{REGISTRY}/base/alpine@{base.digest}\n    `-- decision: deny, by 'bases' (enforce); NO_EVIDENCE: "
    assert f"`-- bases\n    `-- {below.replace(chr(10), chr(10) + '    ')}" in shown, shown
    assert "exceptions" not in shown
    desk.policy(*rules, exceptions=[exception])
    shown = desk.about("tree").stdout
    assert "decision: allow, by 'apps'" in shown and "|-- bases\n" in shown, shown
    line = "EX-1: waives apps/allOf[1]/baseImage until 2999-01-01T00:00:00Z: moving"
    assert f"`-- exceptions\n    `-- {line}\n" in shown, shown
    document = json.loads(desk.about("tree", IMAGE, "--format", "json").stdout)
    [asked_base] = document["bases"]
    assert asked_base["repository"] == f"{REGISTRY}/base/alpine" and asked_base["digest"] == base.digest
    assert asked_base["decision"]["verdict"] == "deny" and asked_base["decision"]["reason"] == "NO_EVIDENCE"
    assert document["exceptions"] == [
        {"id": "EX-1", "waives": "apps/allOf[1]/baseImage", "expires": "2999-01-01T00:00:00Z", "reason": "moving"}
    ]


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
        "  advice: Ask us.",
        "baseline: 'bad' (enforce) applies as well",
        "exception EX-1: waives acme/signature",
        "exception EX-2: waives acme/signature for some digests",
    ):
        assert line in ended.stdout.splitlines(), ended.stdout
    # By the fingerprint a wrong file can be told from a missing signature.
    signed_by = r"acme/allOf\[0\]/signature: a signature with key sha256:[0-9a-f]{12} of attestor 'release'\n"
    assert re.search(signed_by, ended.stdout), ended.stdout
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
