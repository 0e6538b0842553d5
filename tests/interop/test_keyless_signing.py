"""Other people's signers sign without keys at services of ours; everybody verifies that, and nobody anything else."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator, Mapping

import pytest

from demo import statement
from demo.oci import encode
from keyless_table import COSIGN_2, COSIGN_3, PYTHON
from support import gate
from support.cosign import Cosign
from support.private_sigstore import PrivateSigstore, signing_config
from support.private_sigstore.drafts import ARTIFACT, PREDICATE_TYPE
from support.private_sigstore.questions import Question
from support.private_sigstore.services import identity_token, serving
from support.sigstore_python import SigstorePython
from support.workshop import BUILDER_ID, SOURCE

PERSON, ACCOUNTS = "release@acme.example", "https://accounts.google.com"


@dataclass(frozen=True)
class Where:
    """Which services a signer is told to use."""

    title: str
    rekor: int
    timestamped: bool

    def __str__(self) -> str:
        return self.title


SERVICES = [Where("rekor1", 1, False), Where("rekor1-and-timestamp", 1, True), Where("rekor2", 2, True)]
SIGNERS = [COSIGN_2, COSIGN_3, PYTHON]


def otherwise(signer: str, where: Where, is_statement: bool) -> dict[str, str]:
    """Who does not verify what that signer made, and why."""
    if not is_statement or signer == PYTHON:
        return {}
    why = {PYTHON: "knows statements of version 1 alone, and cosign writes version 0.1"}
    if signer == COSIGN_2 and where.rekor == 2:
        why[COSIGN_3] = "no longer knows the kind under which version 2 logs envelopes"
    return why


@dataclass(frozen=True)
class Studio:
    """The services, and who signs with them."""

    sigstore: PrivateSigstore
    address: str
    cosigns: dict[int, Cosign]
    python: SigstorePython

    def sign(self, signer: str, where: Where, question: Question) -> None:
        """Makes the bundle that the question is about."""
        folder = question.folder
        signing = signing_config(self.address, where.rekor, timestamped=where.timestamped)
        (folder / "artifact").write_bytes(ARTIFACT)
        (folder / "signing_config.json").write_text(json.dumps(signing), encoding="ascii")
        (folder / "predicate.json").write_bytes(encode(statement.provenance_v1(BUILDER_ID, SOURCE)))
        question.trust(encode(self.sigstore.trusted_root()), signing)
        token = identity_token(question.identity, question.issuer)
        made = ["--identity-token", token, "--bundle", question.file("bundle.json")]
        predicate = ["--predicate", question.file("predicate.json")]
        if signer == PYTHON:
            kind = (
                ["attest", *predicate, "--predicate-type", question.predicate_type]
                if question.is_statement
                else ["sign"]
            )
            trust = ["--trust-config", question.file("trust_config.json")]
            answer = self.python.run(*trust, *kind, *made, question.file("artifact"))
            assert answer.code == 0, answer.said
            return
        version = int(signer[-1])
        command = (
            ["attest-blob", *predicate, "--type", question.predicate_type] if question.is_statement else ["sign-blob"]
        )
        services = [
            *("--signing-config", question.file("signing_config.json")),
            *("--trusted-root", question.file("trusted_root.json")),
            *(["--new-bundle-format"] if version == 2 else []),
        ]
        self.cosigns[version].must(*command, *services, "-y", *made, question.file("artifact"))

    def is_verified(self, question: Question, otherwise: Mapping[str, str]) -> None:
        """By everybody, but for those who have a reason not to."""
        by_pullgate = gate.run(*question.for_pullgate)
        assert by_pullgate.returncode == 0, by_pullgate.stderr
        for version, tool in self.cosigns.items():
            ended = tool.run(*question.for_cosign(version))
            assert (ended.returncode == 0) == (f"cosign v{version}" not in otherwise), ended.stderr
        by_python = self.python.run(*question.for_python)
        assert (by_python.code == 0) == (PYTHON not in otherwise), by_python.said

    def is_refused_by_all(self, question: Question, finding: str) -> None:
        by_pullgate = gate.run(*question.for_pullgate)
        assert by_pullgate.returncode == 1, by_pullgate.stdout
        assert by_pullgate.stderr.startswith(f"pullgate: not verified: {finding}: "), by_pullgate.stderr
        for version, tool in self.cosigns.items():
            assert tool.run(*question.for_cosign(version)).returncode != 0
        by_python = self.python.run(*question.for_python)
        assert by_python.code != 0


@pytest.fixture(scope="module")
def studio(
    tmp_path_factory: pytest.TempPathFactory, cosigns: dict[int, Cosign], sigstore_python: SigstorePython
) -> Iterator[Studio]:
    sigstore = PrivateSigstore(tmp_path_factory.mktemp("studio") / "sigstore")
    with serving(sigstore) as address:
        yield Studio(sigstore, address, cosigns, sigstore_python)


@pytest.mark.parametrize("is_statement", [False, True], ids=["artifact", "statement"])
@pytest.mark.parametrize("where", SERVICES, ids=str)
@pytest.mark.parametrize("signer", SIGNERS)
def test_everybody_verifies_what_anybody_signed(
    studio: Studio, signer: str, where: Where, is_statement: bool, tmp_path: Path
) -> None:
    kind = statement.PROVENANCE_V1 if is_statement else PREDICATE_TYPE
    question = Question(tmp_path, is_statement=is_statement, predicate_type=kind, has_timestamps=where.timestamped)
    studio.sign(signer, where, question)
    studio.is_verified(question, otherwise(signer, where, is_statement))


@pytest.mark.parametrize("signer", SIGNERS)
def test_nobody_verifies_anything_else(studio: Studio, signer: str, tmp_path: Path) -> None:
    question = Question(tmp_path, PERSON, ACCOUNTS)
    studio.sign(signer, SERVICES[0], question)
    studio.is_verified(question, {})
    studio.is_refused_by_all(replace(question, identity="other@acme.example"), "identity")
    studio.is_refused_by_all(replace(question, issuer="https://oauth2.sigstore.dev/auth"), "identity")
    question.trust(encode(PrivateSigstore(tmp_path / "other").trusted_root()))
    studio.is_refused_by_all(question, "chain")
    question.trust(encode(studio.sigstore.trusted_root()))
    (tmp_path / "artifact").write_bytes(b"what was not built\n")
    studio.is_refused_by_all(question, "message-digest")
