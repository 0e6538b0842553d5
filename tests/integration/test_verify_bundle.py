"""`pullgate verify-bundle`: the command line itself. What bundles are worth is tested elsewhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support import gate

NOT_VERIFIED, USAGE, CONFIGURATION = 1, 64, 78

CASES = Path(__file__).resolve().parents[1] / "cases"
BUNDLE = CASES / "bundle" / "good-p256" / "evidence"
KEY = CASES / "keys" / "p256.pub"
IMAGE = CASES / "images" / "app.json"


def _verify_bundle(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [gate.program(), "verify-bundle", *arguments], input=stdin, capture_output=True, timeout=60, check=False
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("option", ["--bundle", "--key", "--trusted-root", "--certificate-identity"])
def test_an_empty_value_is_a_mistake_and_no_absent_option(option: str) -> None:
    arguments = {"--bundle": BUNDLE, "--key": KEY, option: ""}
    done = _verify_bundle(*(word for pair in arguments.items() for word in pair), IMAGE)
    assert done.returncode == USAGE
    assert option in done.stderr and "may not be empty" in done.stderr


@pytest.mark.parametrize(
    "who",
    [
        [],
        ["--certificate-identity", "me@acme.example"],
        ["--certificate-oidc-issuer", "https://issuer.example"],
        ["--key", KEY, "--certificate-identity", "me@acme.example", "--certificate-oidc-issuer", "https://issuer.example"],
    ],
)
def test_who_has_to_have_signed_is_said_once_and_whole(who: list[str | Path]) -> None:
    done = _verify_bundle("--bundle", BUNDLE, *who, IMAGE)
    assert done.returncode == USAGE
    assert "say who has to have signed" in done.stderr


def test_a_bundle_may_come_through_a_pipe() -> None:
    by_name = _verify_bundle("--bundle", BUNDLE, "--key", KEY, "--format", "json", IMAGE)
    by_pipe = _verify_bundle("--bundle", "/dev/stdin", "--key", KEY, "--format", "json", IMAGE, stdin=BUNDLE.read_bytes())
    # Good, but in no log, which a key alone does not make up for here.
    assert by_name.returncode == by_pipe.returncode == NOT_VERIFIED
    assert json.loads(by_name.stdout)["signedBy"]["key"].startswith("sha256:")
    assert json.loads(by_pipe.stdout) == json.loads(by_name.stdout)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "a directory"), (tmp_path / "absent", "No such file")):
        for arguments in (("--bundle", path, "--key", KEY), ("--bundle", BUNDLE, "--key", path)):
            done = _verify_bundle(*arguments, IMAGE)
            assert done.returncode == CONFIGURATION
            assert f"{path}: {why}" in done.stderr


def test_a_bundle_without_end_is_not_read_to_its_end() -> None:
    done = _verify_bundle("--bundle", "/dev/zero", "--key", KEY, IMAGE)
    assert done.returncode == CONFIGURATION
    assert "/dev/zero: larger than" in done.stderr
