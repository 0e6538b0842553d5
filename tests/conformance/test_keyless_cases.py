"""Our own cases of keyless evidence, tests/cases/keyless, by the client protocol of the Sigstore conformance suite.

Every case is right, or wrong in what its name says, and is run twice, with its artifact as a file and as a digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PULLGATE_BINARY", ROOT / "build" / "dev" / "pullgate"))
CASES = sorted(path.parent for path in (ROOT / "tests" / "cases" / "keyless").glob("*/expected.json"))

# The most telling finding, in the report on stderr.
NOT_VERIFIED = "pullgate: not verified: {check}: {reason}: "


def _verify_bundle(case: Path, artifact: str) -> subprocess.CompletedProcess[str]:
    asked = {
        "--bundle": str(case / "bundle.sigstore.json"),
        "--trusted-root": str(case / "trusted_root.json"),
        "--certificate-identity": (case / "identity").read_text().strip(),
        "--certificate-oidc-issuer": (case / "issuer").read_text().strip(),
    }
    options = [text for option in asked.items() for text in option]
    command = [str(PROGRAM), "verify-bundle", *options, "--format", "json", artifact]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_there_are_good_and_bad_cases() -> None:
    verified = [json.loads((case / "expected.json").read_bytes())["verified"] for case in CASES]
    assert verified.count(True) >= 5
    assert verified.count(False) >= 25


@pytest.mark.parametrize("given", ["file", "digest"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, given: str) -> None:
    artifact = case / "artifact"
    argument = str(artifact) if given == "file" else "sha256:" + hashlib.sha256(artifact.read_bytes()).hexdigest()
    expected: dict[str, Any] = json.loads((case / "expected.json").read_bytes())

    done = _verify_bundle(case, argument)

    report = json.loads(done.stdout)
    assert (done.returncode, report["verified"]) == ((0, True) if expected["verified"] else (1, False)), done.stderr
    failed = {finding["check"]: finding["reason"] for finding in report["findings"] if finding["outcome"] == "failed"}
    if expected["verified"]:
        assert not failed
        return
    assert failed.get(expected["check"]) == expected["reason"]
    assert done.stderr.startswith(NOT_VERIFIED.format(**expected)), done.stderr
