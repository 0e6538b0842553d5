"""The files of a case, and what its report must be.

A case is a folder `<kind>/<name>` with `evidence` (the bytes of the layer) and `case.json`: the manifest that was asked
for (a file of `images/`), the layer's annotations, the trusted keys (of `keys/`), and the findings expected.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parent
Json = dict[str, Any]

# The checks of each kind of evidence, in the order of its report.
LOGS = ("transparency", "log-promise", "log-proof", "timestamp")
SIMPLE = ("form", "signature", "payload", "subject", *LOGS)
DSSE = ("form", "payload-type", "signature", "payload", "subject", "predicate", *LOGS)
BUNDLE = ("form", "key-hint", "payload-type", "signature", "payload", "subject", "predicate", *LOGS)
MESSAGE = ("form", "key-hint", "message-digest", "signature", *LOGS)


def with_certificate(checks: Sequence[str]) -> Sequence[str]:
    """The list of the same kind of evidence when it is signed with a certificate instead of a key."""
    rest = tuple(check for check in checks if check not in ("form", "key-hint"))
    return ("form", "certificate", *rest, "chain", "time", "sct")


# What cannot run once a check has failed.
_BLOCKS: dict[str, set[str]] = {
    "form": {*with_certificate(BUNDLE), *BUNDLE, *MESSAGE},
    "key-hint": {"payload-type", "message-digest", "signature", "payload", "subject", "predicate", *LOGS},
    "certificate": {"message-digest", "signature", "payload", "subject", "predicate", *LOGS, "chain", "time", "sct"},
    "payload-type": {"payload", "subject", "predicate"},
    "message-digest": {"signature", *LOGS},
    "signature": {"payload", "subject", "predicate", *LOGS},
    "payload": {"subject", "predicate"},
    "transparency": {"log-promise", "log-proof"},
}


@dataclass(frozen=True)
class Trusted:
    """A key of `keys/`, and the schemes it is trusted for; none means those of its type."""

    name: str
    schemes: Sequence[str] = ()


@dataclass(frozen=True)
class Expected:
    """`failed` maps a check to its reason. `claim` is what is proven when nothing failed."""

    checks: Sequence[str]
    failed: Mapping[str, str] = field(default_factory=dict)
    signers: Sequence[str] = ()
    claim: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        blocked = set().union(*(_BLOCKS.get(check, set()) for check in self.failed)) if self.failed else set()
        findings = []
        for check in self.checks:
            if check in self.failed:
                findings.append({"check": check, "outcome": "failed", "reason": self.failed[check]})
            else:
                findings.append({"check": check, "outcome": "inconclusive" if check in blocked else "passed"})
        document: Json = {"findings": findings}
        if not self.failed:
            document["verified"] = {"signers": list(self.signers), **self.claim}
        return document


def write_case(
    path: str,
    *,
    image: str,
    evidence: bytes,
    kind: str,
    annotations: Mapping[str, str],
    trusted: Sequence[Trusted],
    expected: Expected,
) -> None:
    folder = CASES / path
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "evidence").write_bytes(evidence)
    case = {
        "image": image,
        "kind": kind,
        "annotations": dict(annotations),
        "trusted": [{"key": key.name, "schemes": list(key.schemes)} for key in trusted],
        "expected": expected.as_json(),
    }
    (folder / "case.json").write_text(json.dumps(case, indent=2, ensure_ascii=True) + "\n", encoding="ascii")
