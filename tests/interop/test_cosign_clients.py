"""What cosign signed, pulled by real clients, judged by the command, and verified by cosign itself, all through pullgate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import containerd, gate, skopeo
from support.containerd import Containerd
from support.cosign_bench import ATTESTATIONS, SIGNATURES, Bench, Form
from support.workshop import REGISTRY


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_containerd_pulls_what_cosign_signed(bench: Bench, form: Form, tmp_path: Path) -> None:
    reason = containerd.missing()
    if reason:
        pytest.skip(reason)
    repository = f"p256/node/{form}"
    index = bench.workshop.index(repository, "2.0")
    unsigned = bench.workshop.image(repository, "unsigned")
    bench.registry.push(bench.workshop.layout(repository), repository)
    bench.sign(form, "p256", repository, index)
    with Containerd(tmp_path / "node") as node:
        node.send_pulls_to(bench.gate.address)
        refused = node.pull(f"{REGISTRY}/{repository}:unsigned")
        assert refused.returncode != 0 and "403 " in refused.stderr and "NO_EVIDENCE" in refused.stderr
        assert node.content() == {}
        ended = node.pull(f"{REGISTRY}/{repository}:2.0", all_platforms=True)
        assert ended.returncode == 0, ended.stderr
        content = node.content()
        assert index.digest in content and unsigned.digest not in content
        for digest, held in content.items():
            assert held == bench.workshop.bytes_of(repository, digest), digest


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_skopeo_pulls_what_cosign_signed(bench: Bench, form: Form, tmp_path: Path) -> None:
    repository = f"p256/copy/{form}"
    image = bench.push(repository)
    bench.workshop.image(repository, "unsigned", size=100)
    bench.registry.push(bench.workshop.layout(repository), repository)
    bench.sign(form, "p256", repository, image)
    source = f"{bench.gate.address}/{REGISTRY}/{repository}"
    refused = skopeo.copy(f"{source}:unsigned", tmp_path / "refused")
    assert refused.returncode != 0 and "NO_EVIDENCE" in refused.stderr, refused.stderr
    ended = skopeo.copy(f"{source}:1.0", tmp_path / "pulled")
    assert ended.returncode == 0, ended.stderr
    assert skopeo.pulled(tmp_path / "pulled")[0] == image.digest


@pytest.mark.parametrize("form", SIGNATURES, ids=str)
def test_the_verify_command_agrees(bench: Bench, form: Form) -> None:
    repository = f"p256/command/{form}"
    image = bench.push(repository)
    name = f"{REGISTRY}/{repository}:1.0"
    arguments = ("--config", bench.gate.settings_file, "--format", "json")
    before = gate.run("verify", name, *arguments)
    assert (before.returncode, json.loads(before.stdout)["reason"]) == (1, "NO_EVIDENCE"), before.stderr
    bench.sign(form, "stranger", repository, image)
    other = gate.run("verify", name, *arguments)
    assert (other.returncode, json.loads(other.stdout)["reason"]) == (1, "SIGNER_NOT_TRUSTED"), other.stderr
    bench.sign(form, "p256", repository, image)
    after = gate.run("verify", name, *arguments)
    assert (after.returncode, json.loads(after.stdout)["verdict"]) == (0, "allow"), after.stdout + after.stderr


VERIFIABLE = [
    (SIGNATURES[0], 2, ()),
    (SIGNATURES[0], 3, ()),
    (SIGNATURES[2], 2, ("--experimental-oci11",)),
    (SIGNATURES[3], 2, ()),
    (SIGNATURES[4], 3, ()),
    (SIGNATURES[1], 3, ()),
]


@pytest.mark.parametrize(
    ("form", "version", "options"), VERIFIABLE, ids=[f"{form}-by-v{version}" for form, version, _ in VERIFIABLE]
)
def test_cosign_verifies_through_pullgate(bench: Bench, form: Form, version: int, options: tuple[str, ...]) -> None:
    repository = f"p256/travel/{form}-{version}"
    image = bench.push(repository)
    bench.sign(form, "p256", repository, image)
    tool = bench.tools[version]
    for reference in (f"{repository}:1.0", f"{repository}@{image.digest}"):
        through = f"{bench.gate.address}/{REGISTRY}/{reference}"
        good = tool.verify(bench.public["p256"], through, *options)
        assert good.returncode == 0, good.stderr
        assert image.digest in good.stdout
        bad = tool.verify(bench.public["stranger"], through, *options)
        assert bad.returncode != 0


@pytest.mark.parametrize(
    ("form", "version"), [(ATTESTATIONS[0], 2), (ATTESTATIONS[0], 3), (ATTESTATIONS[2], 2), (ATTESTATIONS[3], 3)]
)
def test_cosign_verifies_attestations_through_pullgate(bench: Bench, form: Form, version: int) -> None:
    repository = f"proven/travel/{form}-{version}"
    image = bench.push(repository)
    bench.attest(form, "p256", repository, image)
    through = f"{bench.gate.address}/{REGISTRY}/{repository}@{image.digest}"
    tool = bench.tools[version]
    good = tool.verify_attestation(bench.public["p256"], through, "slsaprovenance1")
    assert good.returncode == 0, good.stderr
    assert tool.verify_attestation(bench.public["stranger"], through, "slsaprovenance1").returncode != 0


def test_cosign_is_refused_an_image_that_the_policy_refuses(bench: Bench) -> None:
    repository = "p256/hidden"
    image = bench.push(repository)
    bench.sign(SIGNATURES[0], "stranger", repository, image)
    through = f"{bench.gate.address}/{REGISTRY}/{repository}:1.0"
    ended = bench.tools[3].verify(bench.public["stranger"], through)
    assert ended.returncode != 0
    assert "DENIED" in ended.stderr and "SIGNER_NOT_TRUSTED" in ended.stderr, ended.stderr
