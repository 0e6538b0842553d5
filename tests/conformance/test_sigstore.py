"""The public Sigstore conformance suite (sigstore/sigstore-conformance), bundle verification.

Every case is run twice, with its artifact as a file and as a digest, over the suite's own client protocol: arguments in,
exit code out. The suite's harness can drive the same program; this runner needs only the cases, in a sibling folder
`shared` (as `shared/data/sigstore-conformance`) or under PULLGATE_SHARED.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PULLGATE_BINARY", ROOT / "build" / "dev" / "pullgate"))
SHARED = Path(os.environ.get("PULLGATE_SHARED", ROOT.parent / "shared"))
SUITE = SHARED / "data" / "sigstore-conformance"

# What the suite says stands for a file that a case does not have.
IDENTITY = (
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main"
)
ISSUER = "https://token.actions.githubusercontent.com"

# Cases that we answer otherwise than the suite wants, with the reason. One that passes after all fails here, so that
# the list cannot outlive its reasons.
EXCEPTIONS: dict[str, str] = {}

CASES = sorted(path.parent for path in SUITE.glob("*/bundle.sigstore.json"))


def _text(path: Path, otherwise: str) -> str:
    return path.read_text().strip() if path.exists() else otherwise


def _artifact(case: Path) -> Path:
    own = case / "artifact"
    return own if own.exists() else SUITE / "a.txt"


def _wanted_signer(case: Path) -> list[str]:
    key = case / "key.pub"
    if key.exists():
        return ["--key", str(key)]
    return _identity(_text(case / "identity", IDENTITY), _text(case / "issuer", ISSUER))


def _identity(name: str, issuer: str) -> list[str]:
    return ["--certificate-identity", name, "--certificate-oidc-issuer", issuer]


def _verify_bundle(case: Path, artifact: str, signer: list[str]) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "verify-bundle", "--bundle", str(case / "bundle.sigstore.json"), *signer]
    root = case / "trusted_root.json"
    if root.exists():
        command += ["--trusted-root", str(root)]
    return subprocess.run([*command, artifact], capture_output=True, text=True, timeout=60, check=False)


needs_the_suite = pytest.mark.skipif(not CASES, reason=f"no copy of the Sigstore conformance suite at {SUITE}")


@needs_the_suite
@pytest.mark.parametrize("given", ["file", "digest"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bundle(case: Path, given: str) -> None:
    artifact = _artifact(case)
    argument = str(artifact) if given == "file" else "sha256:" + hashlib.sha256(artifact.read_bytes()).hexdigest()
    done = _verify_bundle(case, argument, _wanted_signer(case))
    # A crash is not a refusal: 1 is a bundle that is not verified, 78 a key or trust root that cannot be read.
    assert done.returncode in (0, 1, 78), done.stderr
    wanted = not case.name.endswith("_fail")
    agrees = (done.returncode == 0) == wanted
    if case.name in EXCEPTIONS:
        assert not agrees, f"passes, although it is listed as an exception: {EXCEPTIONS[case.name]}"
        pytest.xfail(EXCEPTIONS[case.name])
    assert agrees, done.stdout + done.stderr
    if done.returncode != 0:
        # What is wrong comes first, in one line.
        assert done.stderr.startswith("pullgate: "), done.stderr


@needs_the_suite
@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("https://x", ISSUER),
        (IDENTITY, "https://accounts.google.com"),
        (IDENTITY[:-1], ISSUER),
        (IDENTITY + "x", ISSUER),
        (IDENTITY, ISSUER + "/"),
        (ISSUER, IDENTITY),
    ],
    ids=["another name", "another issuer", "shorter name", "longer name", "longer issuer", "exchanged"],
)
def test_a_good_bundle_of_another_signer_is_refused_cve_2022_36056(name: str, issuer: str) -> None:
    case = SUITE / "happy-path-v0.3"
    assert _verify_bundle(case, str(_artifact(case)), _identity(IDENTITY, ISSUER)).returncode == 0
    done = _verify_bundle(case, str(_artifact(case)), _identity(name, issuer))
    assert done.returncode == 1, done.stderr
    assert "SIGNER_NOT_TRUSTED" in done.stderr, done.stderr


@needs_the_suite
def test_exceptions_exist() -> None:
    assert set(EXCEPTIONS) <= {case.name for case in CASES}
