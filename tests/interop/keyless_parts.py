"""The parts of a bundle by name, for rows that spoil them."""

from __future__ import annotations

from typing import Callable

from support.private_sigstore import Json
from support.private_sigstore.drafts import Draft
from support.private_sigstore.logs import Log, Rekor2


def material(bundle: Json) -> Json:
    return bundle["verificationMaterial"]


def chain(bundle: Json) -> list[Json]:
    return material(bundle)["x509CertificateChain"]["certificates"]


def tokens(bundle: Json) -> list[Json]:
    return material(bundle)["timestampVerificationData"]["rfc3161Timestamps"]


def entries(bundle: Json) -> list[Json]:
    return material(bundle)["tlogEntries"]


def entry(bundle: Json) -> Json:
    return entries(bundle)[0]


def proof(bundle: Json) -> Json:
    return entry(bundle)["inclusionProof"]


def checkpoint(change: Callable[[str], str]) -> Callable[[Json], None]:
    """Changes the signed note that the proof ends in."""

    def rewrite(bundle: Json) -> None:
        note = proof(bundle)["checkpoint"]
        note["envelope"] = change(note["envelope"])

    return rewrite


def signed_again(log: Log, change: Callable[[str], str]) -> Callable[[Json], None]:
    """Changes the note's text, and has the log sign that."""
    return checkpoint(lambda note: log.note(change(note.split("\n\n")[0] + "\n")))


def in_rekor2(draft: Draft) -> Rekor2:
    draft.logs = [draft.sigstore.rekor2]
    draft.stamps = 1
    return draft.sigstore.rekor2
