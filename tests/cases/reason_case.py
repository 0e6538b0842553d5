"""What the cases of reason codes are made of: an image, what is attached to it, and the policy that objects.

A case is a folder `reasons/<CODE>` with `policy.yaml`, an evidence pack as `pullgate record` writes it, and `case.yaml`, which
`pullgate policy test` runs. Whoever describes one attaches to a `Bench` what leads to the code, and nothing else that does.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parent
sys.path[:0] = [str(CASES.parent), str(CASES.parents[1] / "config")]

import yaml  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: E402
from support.evidence_case import Bench  # noqa: E402
from support.workshop import BUILDER_ID, REGISTRY, Keys, Workshop, mentions  # noqa: E402

from demo import sign, statement  # noqa: E402
from demo.keys import Key  # noqa: E402
from demo.layer import Layer  # noqa: E402
from demo.oci import LAYER, Layout, digest_of  # noqa: E402

Json = dict[str, Any]
Attach = Callable[[Bench], None]

REASONS = CASES / "reasons"
SHARED = REASONS / "shared"
REPOSITORY = "acme/app"
IMAGE = f"{REGISTRY}/{REPOSITORY}:1.0"
AT = "2026-07-01T00:00:00Z"
SIGNED_AT = 1_780_315_200  # 2026-06-01T12:00:00Z, of whatever a log or a certificate dates
BASES = "bases.local"  # a registry of its own, whose pack all cases share
ISSUER = "https://token.actions.githubusercontent.com"


def fixed_key(name: str) -> Key:
    """The same in every run. Its secret is in this line, so it is nobody's; and Ed25519 signs the same bytes alike."""
    seed = hashlib.sha256(f"a key of the cases of pullgate: {name}".encode()).digest()
    return Key(ed25519.Ed25519PrivateKey.from_private_bytes(seed))


KEYS = Keys(fixed_key("release"), fixed_key("builder"), fixed_key("stranger"))
SECURITY = fixed_key("security")


def key_of(name: str, **more: Any) -> Json:
    return {"key": {"file": f"../shared/keys/{name}.pub"}, **(more or {"transparencyLog": "none"})}


def workflow(name: str = "release", root: str = "acme", **more: Any) -> Json:
    subject = f"https://github.com/acme/app/.github/workflows/{name}.yml@refs/heads/main"
    return {"keyless": {"trustRoot": root, "issuer": ISSUER, "subject": subject}, **more}


ATTESTORS: dict[str, Json] = {
    "release": key_of("release"),
    "builder": key_of("builder"),
    "security": key_of("security"),
    "logged": key_of("release", trustRoot="acme", transparencyLog="required"),
    "workflow": workflow(),
    "left-in-may": workflow(distrustedFrom="2026-05-01T00:00:00Z"),
    "by-an-old-root": workflow(root="old"),
}
BUILDERS: dict[str, Json] = {
    "ci": {"attestor": "builder", "id": BUILDER_ID, "level": 3},
    "ci-unhardened": {"attestor": "builder", "id": BUILDER_ID, "level": 2},
    "github": {"attestor": "workflow", "id": "https://github.com/acme/app/.github/workflows/release.yml@**", "level": 3},
}
ROOTS: dict[str, Json] = {
    "acme": {"sigstore": {"trustedRoot": "../shared/trusted_root.json"}},
    "old": {"sigstore": {"trustedRoot": "../shared/trusted_root_of_april.json"}},
}

SIGNATURE: Json = {"signature": "release"}


def provenance(**asked: Any) -> Json:
    return {"provenance": {"builder": "ci", **asked}}


def policy_of(require: Json, scopes: Sequence[str], **more: Any) -> Json:
    """One rule, with whom it names."""
    builders = {name: builder for name, builder in BUILDERS.items() if mentions(require, name)}
    attestors = {name: attestor for name, attestor in ATTESTORS.items() if mentions([require, builders], name)}
    used = [{**each, **each.get("keyless", {})}.get("trustRoot") for each in attestors.values()]
    roots = {name: root for name, root in ROOTS.items() if name in used}
    named = {"trustRoots": roots, "attestors": attestors, "builders": builders}
    return {
        "version": 1,
        **{name: part for name, part in named.items() if part},
        "defaults": {"mode": "enforce", "noMatch": "deny"},
        "rules": [{"name": "apps", "scopes": list(scopes), **more, "require": require}],
    }


def attest(bench: Bench, predicate_type: str, predicate: Json) -> None:
    """By the people for security, who are asked for nothing else."""
    document = statement.statement([statement.subject("app", bench.image)], predicate_type, predicate)
    bench.attestation(sign.envelope(SECURITY, document), predicate_type)


def layer(text: str) -> Layer:
    """Packs have no layers of images, so nobody will unpack it."""
    return Layer(f"compressed {text}".encode(), digest_of(f"tar {text}".encode()))


APP_LAYERS = [layer("system"), layer("app")]


@dataclass
class ReasonCase:
    code: str
    story: str  # what happened, in the words of the case's name
    require: Json
    attach: Attach
    scopes: Sequence[str] = (f"{REGISTRY}/acme/**",)
    layers: Sequence[Layer] = tuple(APP_LAYERS)
    annotations: Mapping[str, str] | None = None
    on_base: bool = False
    platforms: str = ""  # what the rule says about them, if anything

    @property
    def folder(self) -> Path:
        return REASONS / self.code

    def write(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            workshop = Workshop(Path(scratch), KEYS)
            image = workshop.image(REPOSITORY, layers=self.layers, annotations=self.annotations)
            other = workshop.image(REPOSITORY, tag=None, layers=[layer("another image")], listed=False)
            self.attach(Bench(workshop, REPOSITORY, image, other))
            shutil.rmtree(self.folder / "pack", ignore_errors=True)
            write_pack(workshop.layout(REPOSITORY), self.folder / "pack")
        more = {"platforms": self.platforms} if self.platforms else {}
        _write_yaml(self.folder / "policy.yaml", policy_of(self.require, self.scopes, **more))
        _write_yaml(self.folder / "case.yaml", self._test())

    def _test(self) -> Json:
        packs = {"packs": {REGISTRY: "pack", BASES: "../shared/base"}} if self.on_base else {"pack": "pack"}
        case = {"name": self.story, "image": IMAGE, **packs, "expect": "deny", "code": self.code}
        return {"version": 1, "policy": "policy.yaml", "at": AT, "cases": [case]}


TABLE: list[ReasonCase] = []


def case(code: str, story: str, require: Json, **options: Any) -> Callable[[Attach], Attach]:
    def note(attach: Attach) -> Attach:
        TABLE.append(ReasonCase(code, story, require, attach, **options))
        return attach

    return note


def write_pack(layout: Layout, folder: Path) -> None:
    """What index.json leads to, without the layers of images."""
    needed: set[str] = set()
    for entry in layout.entries():
        _collect(layout, entry["digest"], needed)
    (folder / "blobs" / "sha256").mkdir(parents=True)
    for digest in sorted(needed):
        (folder / "blobs" / digest.replace(":", "/")).write_bytes(layout.read(digest))
    for name in ("index.json", "oci-layout"):
        shutil.copy(layout.path / name, folder / name)


def _collect(layout: Layout, digest: str, needed: set[str]) -> None:
    needed.add(digest)
    document = json.loads(layout.read(digest))
    for member in document.get("manifests", []):
        _collect(layout, member["digest"], needed)
    blobs = [document["config"], *document["layers"]] if "config" in document else []
    needed.update(blob["digest"] for blob in blobs if blob["mediaType"] != LAYER)


def _write_yaml(file: Path, document: Json) -> None:
    # Through JSON: what stands in two places would be an alias in YAML.
    text = yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, width=118)
    file.write_text(text, encoding="ascii")
