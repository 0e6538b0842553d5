"""What is a row of the table of keyless evidence: evidence with at most one thing wrong in it, and who says what of it.

A row says whether the evidence is to be accepted, by the specifications. pullgate has to say the same, and if it refuses,
for the reason that the row names. Of every other tool the row notes why it says the opposite, if it does; a note that is
no longer true fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Mapping

from support.private_sigstore.drafts import Draft

COSIGN_2 = "cosign v2"
COSIGN_3 = "cosign v3"
PYTHON = "sigstore-python"

# The finding where nothing is looked at, because the trust root cannot be read.
TRUST_ROOT = "trusted root"


def both_cosigns(why: str) -> dict[str, str]:
    return {COSIGN_2: why, COSIGN_3: why}


def everyone_else(why: str) -> dict[str, str]:
    return {**both_cosigns(why), PYTHON: why}


Spoil = Callable[[Draft], None]


@dataclass(frozen=True)
class Row:
    title: str
    finding: str  # the first check that fails, as pullgate names it; empty where all hold
    draft: Spoil
    otherwise: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.finding

    def is_accepted_by(self, tool: str) -> bool:
        return self.is_good != (tool in self.otherwise)

    @property
    def folder(self) -> str:
        return "-".join("".join(letter if letter.isalnum() else " " for letter in self.title.lower()).split())

    def __str__(self) -> str:
        return self.folder


ROWS: list[Row] = []


def accepted(title: str, otherwise: Mapping[str, str] | None = None) -> Callable[[Spoil], Spoil]:
    return refused(title, "", otherwise)


def refused(title: str, finding: str, otherwise: Mapping[str, str] | None = None) -> Callable[[Spoil], Spoil]:
    def note(draft: Spoil) -> Spoil:
        ROWS.append(Row(title, finding, draft, otherwise or {}))
        return draft

    return note
