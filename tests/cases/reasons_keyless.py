"""Reason codes for what certificates, logs and timestamps say, with a Sigstore of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reason_case import Bench, case

from cryptography import x509
from demo import statement
from demo.keys import make_key
from support.private_sigstore import PrivateSigstore
from support.private_sigstore.authorities import Leaf, now
from support.private_sigstore.drafts import PREDICATE_TYPE, Draft

Json = dict[str, Any]
WORKFLOW: Json = {"signature": "workflow"}


class Workflows:
    """Signs in the name of a workflow; all the cases have the one trust root."""

    def __init__(self, sigstore: PrivateSigstore) -> None:
        self.sigstore = sigstore

    def signs(self, spoil: Callable[[Draft], object] = lambda draft: None) -> Callable[[Bench], None]:
        def attach(bench: Bench) -> None:
            draft = Draft(self.sigstore, artifact=bench.manifest)
            spoil(draft)
            bench.bundle(draft.make().bundle)

        return attach

    def attests(self, predicate_type: str = PREDICATE_TYPE, predicate: Json | None = None) -> Callable[[Bench], None]:
        def attach(bench: Bench) -> None:
            said = {"predicateType": predicate_type, **({"predicate": predicate} if predicate else {})}
            draft = Draft(self.sigstore, artifact=bench.manifest, is_statement=True)
            draft.change_statement = lambda document: document.update(said)
            bench.bundle(draft.make().bundle, predicate_type=predicate_type)

        return attach


def signed_with(**changes: Any) -> Callable[[Draft], None]:
    def spoil(draft: Draft) -> None:
        for name, value in changes.items():
            setattr(draft, name, value)

    return spoil


def certified_with(**changes: Any) -> Callable[[Draft], None]:
    def spoil(draft: Draft) -> None:
        for name, value in changes.items():
            setattr(draft.leaf, name, value)

    return spoil


def keyless_cases(sigstore: PrivateSigstore) -> None:
    workflows = Workflows(sigstore)

    def refused(code: str, story: str, attach: Callable[[Bench], None], require: Json | None = None) -> None:
        case(code, story, require or WORKFLOW)(attach)

    refused("TLOG_INVALID", "a log's promise that is signed with another key", workflows.signs(in_a_forged_log))
    other = Leaf(names=[x509.RFC822Name("release@acme.example")])
    refused("SCT_INVALID", "another certificate was logged", workflows.signs(certified_with(logged_instead=other)))
    refused("SCT_MISSING", "the certificate is in no log", workflows.signs(certified_with(logged_by=[])))
    late = certified_with(window=(now() - 1200, now() - 600))
    refused("TIME_OUTSIDE_VALIDITY", "signed after the certificate had ended", workflows.signs(late))
    refused("TIMESTAMP_MISSING", "nothing says when it was signed", workflows.signs(signed_with(is_logged=False)))
    stamped = signed_with(stamps=1, stamped=b"other bytes")
    refused("TIMESTAMP_INVALID", "a timestamp of something else", workflows.signs(stamped))
    refused("KEY_DISTRUSTED", "signed in June by whom nobody trusts since May", workflows.signs(), {"signature": "left-in-may"})
    refused(
        "TRUST_ROOT_EXPIRED",
        "signed in June, judged by a trust root whose authority had ended in May",
        workflows.signs(),
        {"signature": "by-an-old-root"},
    )
    fresh = {"attestation": {"predicateType": PREDICATE_TYPE, "attestor": "workflow", "maxAge": "168h"}}
    refused("EVIDENCE_TOO_OLD", "the attestation of last month", workflows.attests(), fresh)
    builder = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main"
    claimed = statement.provenance_v1(builder, statement.Source("https://github.com/acme/another", ref="refs/heads/main"))
    refused(
        "EVIDENCE_CONTRADICTS",
        "provenance that names another source than the certificate of its signer",
        workflows.attests(statement.PROVENANCE_V1, claimed),
        {"provenance": {"builder": "github"}},
    )


def in_a_forged_log(draft: Draft) -> None:
    forged = type(draft.sigstore.rekor1)()
    forged.key, forged.promise_key = draft.sigstore.rekor1.key, make_key()
    draft.logs = [forged]
