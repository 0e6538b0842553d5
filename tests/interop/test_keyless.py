"""cosign of both versions, sigstore-python and pullgate agree about keyless evidence, but for what the table explains."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import keyless_forms  # noqa: F401  # these fill the table
import keyless_logs  # noqa: F401
import keyless_newer_logs  # noqa: F401
import keyless_signers  # noqa: F401
import keyless_times  # noqa: F401
from keyless_table import COSIGN_2, COSIGN_3, PYTHON, ROWS, Row
from support import cosign, gate, sigstore_python
from support.cosign import Cosign
from support.private_sigstore import PrivateSigstore, signing_config
from support.private_sigstore.drafts import PREDICATE_TYPE, Draft, Evidence
from support.sigstore_python import Answer

NOT_VERIFIED = re.compile(r"pullgate: not verified: ([a-z-]+): ")
COSIGNS = {COSIGN_2: 2, COSIGN_3: 3}


@dataclass(frozen=True)
class Case:
    """The evidence of a row, in files."""

    folder: Path
    evidence: Evidence

    @staticmethod
    def of(row: Row, folder: Path) -> "Case":
        draft = Draft(PrivateSigstore(folder))
        row.draft(draft)
        evidence = draft.make()
        trust = sigstore_python.trust_config(json.loads(evidence.trusted_root), signing_config("http://127.0.0.1:9"))
        (folder / "bundle.json").write_bytes(evidence.bundle)
        (folder / "trusted_root.json").write_bytes(evidence.trusted_root)
        (folder / "trust_config.json").write_text(json.dumps(trust), encoding="ascii")
        (folder / "artifact").write_bytes(evidence.artifact)
        return Case(folder, evidence)

    def file(self, name: str) -> str:
        return str(self.folder / name)

    @property
    def for_cosign(self) -> list[str]:
        command = (
            ["verify-blob-attestation", "--type", PREDICATE_TYPE] if self.evidence.is_statement else ["verify-blob"]
        )
        return [*command, *(["--use-signed-timestamps"] if self.evidence.has_timestamps else []), *self.for_pullgate]

    @property
    def for_pullgate(self) -> list[str]:
        asked = ["--certificate-identity", self.evidence.identity, "--certificate-oidc-issuer", self.evidence.issuer]
        files = ["--bundle", self.file("bundle.json"), "--trusted-root", self.file("trusted_root.json")]
        return [*files, *asked, self.file("artifact")]

    @property
    def for_python(self) -> list[str]:
        asked = ["--cert-identity", self.evidence.identity, "--cert-oidc-issuer", self.evidence.issuer]
        trust = ["--trust-config", self.file("trust_config.json")]
        return [*trust, "verify", "identity", "--bundle", self.file("bundle.json"), *asked, self.file("artifact")]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    root = tmp_path_factory.mktemp("keyless")
    return {row.title: Case.of(row, root / row.folder) for row in ROWS}


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cosign]:
    root = tmp_path_factory.mktemp("cosign-homes")
    return {name: Cosign(version, cosign.binary(version), root) for name, version in COSIGNS.items()}


@pytest.fixture(scope="module")
def python_said(cases: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    tool = sigstore_python.install(tmp_path_factory.mktemp("sigstore-python"))
    return dict(zip(cases, tool.run([case.for_python for case in cases.values()])))


def agrees(row: Row, tool: str, accepted: bool, said: str) -> None:
    if tool in row.otherwise:
        assert accepted != row.is_good, f"{tool} agrees after all, so this no longer holds: {row.otherwise[tool]}"
    else:
        assert accepted == row.is_good, said


def test_the_table_is_large_enough() -> None:
    assert len({row.folder for row in ROWS}) == len(ROWS) >= 40
    assert all(reason for row in ROWS for reason in row.otherwise.values())


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_pullgate(row: Row, cases: dict[str, Case]) -> None:
    ended = gate.run("verify-bundle", *cases[row.title].for_pullgate)
    if row.is_good:
        assert ended.returncode == 0, ended.stderr
        return
    assert ended.returncode == (78 if row.finding == "trust root" else 1), ended.stderr
    if row.finding != "trust root":
        found = NOT_VERIFIED.match(ended.stderr)
        assert found is not None and found[1] == row.finding, ended.stderr


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("tool", COSIGNS)
def test_cosign(tool: str, row: Row, cases: dict[str, Case], tools: dict[str, Cosign]) -> None:
    command = cases[row.title].for_cosign
    ended = tools[tool].run(*command, *(["--new-bundle-format"] if tool == COSIGN_2 else []))
    agrees(row, tool, ended.returncode == 0, ended.stderr)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_sigstore_python(row: Row, python_said: dict[str, Answer]) -> None:
    answer = python_said[row.title]
    agrees(row, PYTHON, answer.code == 0, answer.said)
