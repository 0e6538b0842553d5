"""Published failures of other verifiers, and whether a test of ours is named after each that could be ours as well.

A test carries an id at the end of its name: `...Cve202654787` or `...GhsaWfqxGjrfG28r` in C++ (in a parametrised table the
name of the row), `..._cve_2022_36056` in Python. The advisory's GHSA id counts only where there is no CVE id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .tree import Problem, Tree

TESTED = {
    # What is signed, logged or attested is about something else than what is asked about.
    "CVE-2026-22703": "cosign: any valid entry of the log was taken for the signature's own",
    "CVE-2022-36056": "cosign: entry not tied to the blob, identity not asked for, broken entries passed over",
    "CVE-2022-23649": "cosign: a promise of the log for another signature",
    "CVE-2024-53267": "sigstore-java: an entry about another artifact",
    "CVE-2024-54140": "sigstore-java: the checkpoint's signature was not verified",
    "CVE-2026-31830": "sigstore-ruby: subjects were compared and the answer dropped",
    "CVE-2023-33959": "notation-go: the registry chose which artifact was verified",
    "CVE-2023-47630": "Kyverno: the registry chose the digest that was put in place of the tag",
    "CVE-2022-47633": "Kyverno: one answer of the registry verified, another one used",
    "GHSA-wfqx-gjrf-g28r": "crossplane: verified by tag, then installed by tag",
    # A condition that let everything through where it could not be asked.
    "CVE-2022-35929": "cosign: an attestation of any type for the type that was asked for",
    "CVE-2022-35930": "policy-controller: the same",
    "CVE-2026-39395": "cosign: malformed payloads, because errors of the type's check were dropped",
    "CVE-2025-25204": "gh: success where no attestation has the type",
    "CVE-2026-48815": "sigstore-js: conditions on extensions of the certificate were dropped",
    "CVE-2026-44310": "gitsign: no certificate at all, and a crash that ended in success",
    # Whom our password reaches.
    "CVE-2026-59891": "sigstore-js: credentials of a registry whose name contained another's",
    "CVE-2026-50151": "oras-go: credentials along a redirect to another host",
    "GHSA-vh4v-2xq2-g5cg": "oras-go: the same, from a token service",
    "CVE-2025-27403": "ratify: a token for one cloud's registries sent to any registry",
    # When, and under which certificate.
    "CVE-2026-24122": "cosign: the issuing authority had expired when it was signed",
    "CVE-2026-48816": "sigstore-js: the log's time without the log's promise",
    "CVE-2024-55655": "sigstore-python: the same",
    "CVE-2026-54787": "sigstore-go: a managed key outside its window",
    "CVE-2026-39984": "timestamp-authority: one certificate checked, another one's signature",
    "CVE-2026-33753": "rfc3161-client: the signer's certificate guessed from an unordered bag",
    "CVE-2025-52556": "rfc3161-client: the token's own signature was not verified",
    "CVE-2023-47122": "gitsign: the log's key was fetched from the log",
    # How many, and who.
    "CVE-2026-49834": "sigstore-go: entries counted instead of logs",
    "CVE-2020-6174": "python-tuf: one key counted as several",
    "CVE-2020-15093": "tough: the same",
    "CVE-2026-6966": "tough: the same",
    "CVE-2026-23992": "go-tuf: a threshold of zero",
    "CVE-2026-22772": "Fulcio: a regular expression without anchors",
    # Two readings of the same bytes.
    "CVE-2026-48758": "sigstore-js: the payload type encoded with eight bits a character",
    "CVE-2026-44309": "gitsign: a re-encoded object verified, the raw one read",
    # Too much, or of the wrong shape.
    "CVE-2023-46737": "cosign: endless attestations",
    "CVE-2023-33958": "notation: endless signatures",
    "CVE-2023-33957": "notation: the same",
    "CVE-2024-29902": "cosign: attachments read into memory whole",
    "CVE-2024-29903": "cosign: memory for as many layers as the manifest claims",
    "CVE-2024-45395": "sigstore-go: endless entries, timestamps and certificates in a bundle",
    "CVE-2020-6173": "python-tuf: many invalid signatures",
    "CVE-2026-23991": "go-tuf: a crash over JSON of the wrong shape",
    "CVE-2023-33199": "Rekor: a crash over a malformed entry body",
    "CVE-2026-23831": "Rekor: the same",
    "CVE-2025-66506": "Fulcio: memory for every part of a text of the attacker's",
    "CVE-2025-66564": "timestamp-authority: the same",
    "CVE-2024-3727": "containers/image: digests used in paths and URLs as they came",
}

# What could not happen here, because we do not have what it happened in.
NOT_OURS = {
    "a TUF client": (
        "GHSA-qp9x-wp8f-qgjj CVE-2022-29173 CVE-2024-47534 CVE-2025-2885 CVE-2025-2886 CVE-2025-2887 CVE-2025-2888 "
        "CVE-2026-6967 CVE-2020-15163 CVE-2021-41131 CVE-2026-24137 CVE-2026-24686 GHSA-x3r5-q6mj-m485 GHSA-r56q-vv3c-6g9c"
    ),
    "in-toto layouts and their rules": (
        "CVE-2021-41087 GHSA-pmwq-pjrm-6p5r GHSA-p86f-xmg6-9q4x GHSA-jjgp-whrp-gq8m CVE-2023-32076"
    ),
    "Notation's trust policies, names and revocation": "CVE-2024-56138 CVE-2023-25656 CVE-2024-51491",
    "identity documents of a cloud": "CVE-2025-62375",
    "attestations of npm packages": "GHSA-r2xv-vpr2-42m9",
}

_ID = re.compile(r"CVE-\d{4}-\d{4,}|GHSA(-[a-z0-9]{4}){3}")
_CPP_NAMES = re.compile(r'\bTEST(?:_F|_P)?\(\s*\w+,\s*(\w+)\)|"([A-Z]\w+)"')
_PYTHON_NAMES = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
_CPP_ID = re.compile(r"Cve(\d{4})(\d{4,})|Ghsa([A-Z0-9][a-z0-9]{3})([A-Z0-9][a-z0-9]{3})([A-Z0-9][a-z0-9]{3})")
_PYTHON_ID = re.compile(r"_cve_(\d{4})_(\d{4,})|_ghsa_([a-z0-9]{4})_([a-z0-9]{4})_([a-z0-9]{4})")


def _ids_in(text: str, names: re.Pattern[str], ids: re.Pattern[str]) -> Iterator[str]:
    for groups in names.findall(text):
        name = groups if isinstance(groups, str) else "".join(groups)
        for year, number, *ghsa in ids.findall(name):
            yield f"CVE-{year}-{number}" if year else "GHSA-" + "-".join(ghsa).lower()


def named(tree: Tree) -> dict[str, str]:
    """The ids that tests are named after, each with a file that has such a test."""
    found: dict[str, str] = {}
    for path in tree.paths(".cc", ".py"):
        if not path.startswith("tests/"):
            continue
        names, ids = (_CPP_NAMES, _CPP_ID) if path.endswith(".cc") else (_PYTHON_NAMES, _PYTHON_ID)
        found |= dict.fromkeys(_ids_in(tree.text(path), names, ids), path)
    return found


def check(tree: Tree) -> Iterator[Problem]:
    """Every advisory has its test, and no test is named after one that nobody knows."""
    tests = named(tree)
    for advisory in TESTED:
        if advisory not in tests:
            yield Problem("tests/lint/advisories.py", 0, f"no test is named after {advisory} ({TESTED[advisory]})")
    for advisory, path in tests.items():
        if advisory not in TESTED:
            yield Problem(path, 0, f"a test is named after {advisory}, which is not in tests/lint/advisories.py")


def check_lists() -> Iterator[Problem]:
    """Each advisory stands in one list, under an id of its form."""
    listed = [*TESTED, *(advisory for group in NOT_OURS.values() for advisory in group.split())]
    for advisory in listed:
        if not _ID.fullmatch(advisory):
            yield Problem("tests/lint/advisories.py", 0, f"'{advisory}' is no id of an advisory")
        if listed.count(advisory) > 1:
            yield Problem("tests/lint/advisories.py", 0, f"{advisory} is listed twice")
