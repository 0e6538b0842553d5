"""One question about evidence in files, as every verifier's command line puts it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from support.sigstore_python import trust_config

from . import Json, signing_config
from .authorities import ISSUER, SUBJECT
from .drafts import PREDICATE_TYPE, Evidence


@dataclass(frozen=True)
class Question:
    """Is the file `artifact` signed by that identity, says `bundle.json` below the trust of `trusted_root.json`?"""

    folder: Path
    identity: str = SUBJECT
    issuer: str = ISSUER
    is_statement: bool = False
    predicate_type: str = PREDICATE_TYPE
    has_timestamps: bool = False

    @staticmethod
    def about(evidence: Evidence, folder: Path) -> "Question":
        (folder / "bundle.json").write_bytes(evidence.bundle)
        (folder / "artifact").write_bytes(evidence.artifact)
        question = Question(
            folder,
            evidence.identity,
            evidence.issuer,
            is_statement=evidence.is_statement,
            has_timestamps=evidence.has_timestamps,
        )
        question.trust(evidence.trusted_root)
        return question

    def trust(self, trusted_root: bytes, signing: Json | None = None) -> None:
        """sigstore-python wants to know where to sign even in order to verify."""
        (self.folder / "trusted_root.json").write_bytes(trusted_root)
        trust = trust_config(json.loads(trusted_root), signing or signing_config("http://127.0.0.1:9"))
        (self.folder / "trust_config.json").write_text(json.dumps(trust), encoding="ascii")

    def file(self, name: str) -> str:
        return str(self.folder / name)

    @property
    def for_pullgate(self) -> list[str]:
        return ["verify-bundle", *self._asked]

    def for_cosign(self, version: int) -> list[str]:
        """Timestamps only count when cosign is told to look at them; without it, it passes over them."""
        command = ["verify-blob-attestation", "--type", self.predicate_type] if self.is_statement else ["verify-blob"]
        options = ["--use-signed-timestamps"] if self.has_timestamps else []
        return [*command, *options, *(["--new-bundle-format"] if version == 2 else []), *self._asked]

    @property
    def for_python(self) -> list[str]:
        asked = ["--cert-identity", self.identity, "--cert-oidc-issuer", self.issuer]
        trust = ["--trust-config", self.file("trust_config.json")]
        return [*trust, "verify", "identity", "--bundle", self.file("bundle.json"), *asked, self.file("artifact")]

    @property
    def _asked(self) -> list[str]:
        """What cosign and pullgate call by the same names."""
        asked = ["--certificate-identity", self.identity, "--certificate-oidc-issuer", self.issuer]
        files = ["--bundle", self.file("bundle.json"), "--trusted-root", self.file("trusted_root.json")]
        return [*files, *asked, self.file("artifact")]
