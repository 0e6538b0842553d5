#!/usr/bin/python3
"""Writes keyless/: rows of the table of keyless evidence (tests/interop), by which several verifiers are held beside each
other with new keys each time, as files that stay. Each folder has the form of a case of the Sigstore conformance suite, and
`expected.json`: is it verified, and if not, by which check and for which reason.

    /usr/bin/python3 tests/cases/generate_keyless.py

The private keys are made anew and forgotten, so running it replaces every byte; what the reports must say stays as it is.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

CASES = Path(__file__).resolve().parent
sys.path[:0] = [str(CASES.parent / "interop"), str(CASES.parent), str(CASES.parents[1] / "config")]

import keyless_logs  # noqa: E402, F401  # these fill the table
import keyless_newer_logs  # noqa: E402, F401
import keyless_signers  # noqa: E402, F401
import keyless_times  # noqa: E402, F401
from keyless_table import ROWS, Row  # noqa: E402
from support.private_sigstore import PrivateSigstore  # noqa: E402
from support.private_sigstore.drafts import Draft  # noqa: E402

GOOD = (
    "a workflow signs an artifact",
    "a workflow signs a statement",
    "a person signs",
    "the statement is logged as its older kind",
    "there is a timestamp besides",
    "the newer log has an artifact",
    "the newer log has a statement",
)
# Why each is refused; by which check, the table says.
REFUSED = {
    "the artifact is another one": "SUBJECT_MISMATCH",
    "the artifact is not the subject": "SUBJECT_MISMATCH",
    "the signature is another key's": "SIGNATURE_INVALID",
    "the identity is another one": "SIGNER_NOT_TRUSTED",
    "the issuer is another one": "SIGNER_NOT_TRUSTED",
    "the certificate is of another authority": "SIGNER_NOT_TRUSTED",
    "the certificate is issued by a signer": "SIGNER_NOT_TRUSTED",
    "the certificate is not for signing code": "EVIDENCE_UNREADABLE",
    "the certificate had ended": "TIME_OUTSIDE_VALIDITY",
    "the certificate had not begun": "TIME_OUTSIDE_VALIDITY",
    "the certificate was not logged": "SCT_MISSING",
    "the certificate was logged where nobody knows": "SCT_MISSING",
    "another certificate was logged": "SCT_INVALID",
    "nothing is logged": "TIMESTAMP_MISSING",
    "nothing is logged but it is timestamped": "TLOG_MISSING",
    "the log is one that nobody knows": "TIMESTAMP_MISSING",
    "the promise is another key's": "TLOG_INVALID",
    "the promise is of another second": "TLOG_INVALID",
    "the proof is of a tree that nobody signed": "TLOG_INVALID",
    "the checkpoint is another key's": "TLOG_INVALID",
    "the log recorded another signature of the same artifact": "TLOG_INVALID",
    "the log recorded another statement": "TLOG_INVALID",
    "the newer log's entry has no timestamp beside it": "TIMESTAMP_MISSING",
    "the newer log's proof lacks a step": "TLOG_INVALID",
    "the newer log recorded another artifact": "TLOG_INVALID",
    "the timestamp is of an authority that nobody knows": "TIMESTAMP_MISSING",
    "the timestamp is of other bytes": "TIMESTAMP_INVALID",
    "the timestamp is later than the certificate": "TIME_OUTSIDE_VALIDITY",
    "the timestamp's certificate had ended": "TIMESTAMP_INVALID",
}


def write_case(row: Row, reason: str, scratch: Path) -> None:
    draft = Draft(PrivateSigstore(scratch / row.folder))
    row.draft(draft)
    evidence = draft.make()
    folder = CASES / "keyless" / row.folder
    folder.mkdir(parents=True)
    (folder / "bundle.sigstore.json").write_bytes(evidence.bundle)
    (folder / "trusted_root.json").write_bytes(evidence.trusted_root)
    (folder / "artifact").write_bytes(evidence.artifact)
    (folder / "identity").write_text(evidence.identity + "\n", encoding="ascii")
    (folder / "issuer").write_text(evidence.issuer + "\n", encoding="ascii")
    expected = {"verified": False, "check": row.finding, "reason": reason} if reason else {"verified": True}
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n", encoding="ascii")


def main() -> None:
    rows = {row.title: row for row in ROWS}
    shutil.rmtree(CASES / "keyless", ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        for title, reason in {**dict.fromkeys(GOOD, ""), **REFUSED}.items():
            assert rows[title].is_good == (not reason), title
            write_case(rows[title], reason, Path(scratch))


if __name__ == "__main__":
    main()
