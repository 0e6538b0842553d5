"""cosign of both versions, sigstore-python and pullgate agree about keyless evidence, but for what the table explains."""

from __future__ import annotations

import re

import pytest

import keyless_forms  # noqa: F401  # these fill the table
import keyless_logs  # noqa: F401
import keyless_newer_logs  # noqa: F401
import keyless_signers  # noqa: F401
import keyless_times  # noqa: F401
from keyless_table import COSIGN_2, COSIGN_3, PYTHON, ROWS, TRUST_ROOT, Row
from support import gate
from support.cosign import Cosign
from support.private_sigstore import PrivateSigstore
from support.private_sigstore.drafts import Draft
from support.private_sigstore.questions import Question
from support.sigstore_python import SigstorePython

NOT_VERIFIED = re.compile(r"pullgate: (?:not verified: ([a-z-]+)|(trusted root)): ")
VERSIONS = {COSIGN_2: 2, COSIGN_3: 3}

Questions = dict[str, Question]


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Questions:
    root = tmp_path_factory.mktemp("keyless")
    asked = {}
    for row in ROWS:
        draft = Draft(PrivateSigstore(root / row.folder))
        row.draft(draft)
        asked[row.title] = Question.about(draft.make(), root / row.folder)
    return asked


def agrees(row: Row, tool: str, accepted: bool, said: str) -> None:
    if tool in row.otherwise:
        assert accepted != row.is_good, f"{tool} agrees after all, so this no longer holds: {row.otherwise[tool]}"
    else:
        assert accepted == row.is_good, said


def test_the_table_is_large_enough() -> None:
    assert len({row.folder for row in ROWS}) == len(ROWS) >= 40
    assert all(reason for row in ROWS for reason in row.otherwise.values())


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_pullgate(row: Row, questions: Questions) -> None:
    ended = gate.run(*questions[row.title].for_pullgate)
    if row.is_good:
        assert ended.returncode == 0, ended.stderr
        return
    assert ended.returncode == (78 if row.finding == TRUST_ROOT else 1), ended.stderr
    found = NOT_VERIFIED.match(ended.stderr)
    assert found is not None and (found[1] or found[2]) == row.finding, ended.stderr


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("tool", VERSIONS)
def test_cosign(tool: str, row: Row, questions: Questions, cosigns: dict[int, Cosign]) -> None:
    ended = cosigns[VERSIONS[tool]].run(*questions[row.title].for_cosign(VERSIONS[tool]))
    agrees(row, tool, ended.returncode == 0, ended.stderr)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_sigstore_python(row: Row, questions: Questions, sigstore_python: SigstorePython) -> None:
    answer = sigstore_python.run(*questions[row.title].for_python)
    agrees(row, PYTHON, answer.code == 0, answer.said)
