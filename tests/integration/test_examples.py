"""config/examples, judged: each policy as it is, over images that were signed for it as it asks, or almost.

Only whom it trusts is exchanged, key for key of the same kind and Sigstore for Sigstore: nobody has the keys of examples.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Sequence
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from demo import sign, statement
from demo.keys import Key, make_key
from demo.layer import Layer
from demo.oci import BASE_DIGEST, BASE_NAME, Descriptor, Layout, digest_of, encode, write_image
from demo.statement import PROVENANCE_V1, Source
from support import gate
from support.gate import ROOT, write_yaml
from support.private_sigstore import PrivateSigstore
from support.private_sigstore.authorities import ISSUER, Leaf, utf8
from support.private_sigstore.drafts import Draft

EXAMPLES = ROOT / "config" / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.iterdir())
SIGNED_AT = 1_772_366_400  # 2026-03-01T12:00:00Z: the bases of tests are of the first of January
AT = "2026-03-01T13:00:00Z"
GOOGLE = "https://accounts.google.com"
GITHUB = "https://github.com"
VULN = "https://cosign.sigstore.dev/attestation/vuln/v1"
SUMMARY = "https://slsa.dev/verification_summary/v1"

Json = dict[str, Any]

# Arcs of Fulcio's certificate extensions.
RUNNER, REPOSITORY, OWNER = 11, 12, 16


@dataclass(frozen=True)
class Workflow:
    """Somebody without a key: a workflow, or by `issuer` another one, or a person."""

    name: str
    issuer: str = ISSUER
    extensions: Mapping[int, str] = field(default_factory=dict)

    def leaf(self) -> Leaf:
        is_email = "@" in self.name and not self.name.startswith("https://")
        claims = {1: self.issuer.encode(), 8: utf8(self.issuer)}
        claims.update({arc: utf8(value) for arc, value in self.extensions.items()})
        name = x509.RFC822Name(self.name) if is_email else x509.UniformResourceIdentifier(self.name)
        return Leaf(names=[name], claims=claims)


def release_of(repository: str, ref: str, **more: Any) -> Workflow:
    extensions = {RUNNER: "github-hosted", REPOSITORY: f"{GITHUB}/{repository}", OWNER: f"{GITHUB}/{repository.split('/')[0]}"}
    return Workflow(f"{GITHUB}/{repository}/.github/workflows/release.yml@{ref}", extensions=extensions, **more)


@dataclass
class Image:
    exhibit: "Exhibit"
    reference: str
    layout: Layout
    descriptor: Descriptor

    @property
    def name(self) -> str:
        return self.reference.rpartition(":")[0]

    def signed(self, key: str, *, named: str | None = None, optional: Json | None = None, pss: bool = False) -> "Image":
        payload = sign.simple_signing_payload(self.descriptor.digest, named or self.name, optional=optional)
        layer = sign.simple_signature(self.exhibit.key(key), payload, pss=pss)
        sign.attach_layers_by_subject(self.layout, self.descriptor, [layer])
        return self

    def signed_by(self, workflow: Workflow) -> "Image":
        draft = Draft(self.exhibit.sigstore, artifact=self.layout.read(self.descriptor.digest), leaf=workflow.leaf())
        sign.attach_bundle(self.layout, self.descriptor, draft.make().bundle)
        return self

    def attested(self, by: str | Workflow, kind: str, predicate: Json) -> "Image":
        document = statement.statement([statement.subject(self.name, self.descriptor)], kind, predicate)
        if isinstance(by, Workflow):
            draft = Draft(self.exhibit.sigstore, is_statement=True, leaf=by.leaf())
            draft.change_payload = lambda _: encode(document)
            content: bytes | Json = draft.make().bundle
        else:
            key = self.exhibit.key(by)
            content = sign.bundle(sign.dsse_content(sign.envelope(key, document)), hint=key.hint)
        sign.attach_bundle(self.layout, self.descriptor, content, predicate_type=kind)
        return self

    def built_by(self, by: str | Workflow, builder: str, source: Source, *bases: "Image") -> "Image":
        materials = [statement.image_material(base.name, base.descriptor) for base in bases]
        return self.attested(by, PROVENANCE_V1, statement.provenance_v1(builder, source, dependencies=materials))

    def is_allowed(self, **more: str) -> None:
        self.exhibit.cases.append({"image": self.reference, "expect": "allow", **more})

    def is_denied(self, code: str, **more: str) -> None:
        self.exhibit.cases.append({"image": self.reference, "expect": "deny", "code": code, **more})

    def is_warned_of(self, code: str, **more: str) -> None:
        self.exhibit.cases.append({"image": self.reference, "expect": "warn", "code": code, **more})


class Exhibit:
    """One example and the images beside it."""

    def __init__(self, name: str, folder: Path, sigstore: PrivateSigstore) -> None:
        self.folder = folder
        self.sigstore = sigstore
        self.cases: list[Json] = []
        shutil.copytree(EXAMPLES / name, folder)
        (folder / "root.json").write_bytes(encode(sigstore.trusted_root()))
        policy = (folder / "policy.yaml").read_text(encoding="ascii")
        policy = policy.replace("{ builtIn: public-good }", "{ trustedRoot: root.json }")
        (folder / "policy.yaml").write_text(policy, encoding="ascii")
        self._keys = {"stranger": make_key()}
        for file in (folder / "keys").glob("*.pub"):
            key = self._keys[file.stem] = make_key(kind_of(file.read_bytes()))
            file.write_bytes(key.public_pem())

    def key(self, name: str) -> Key:
        return self._keys[name]

    def image(self, reference: str, *layers: str, base: Image | None = None) -> Image:
        """`base` is only what the annotation names."""
        registry, repository, tag = re.fullmatch(r"([^/]+)/(.+):(.+)", reference).groups()
        layout = Layout(self.folder / "packs" / registry / repository)
        named = {BASE_NAME: base.reference, BASE_DIGEST: base.descriptor.digest} if base else None
        stacked = [Layer(f"compressed {name}".encode(), digest_of(name.encode())) for name in layers or (reference,)]
        return Image(self, reference, layout, write_image(layout, stacked, name=tag, annotations=named))

    def judge(self) -> None:
        packs = {each["image"].partition("/")[0]: "" for each in self.cases}
        for registry in packs:
            packs[registry] = f"packs/{registry}"
        cases = [{"name": f"case {number}", "packs": packs, **case} for number, case in enumerate(self.cases)]
        document = {"version": 1, "policy": "policy.yaml", "at": AT, "cases": cases}
        write_yaml(self.folder / "test.yaml", json.loads(json.dumps(document)))
        ended = gate.run("policy", "test", self.folder / "test.yaml")
        assert ended.returncode == 0, ended.stdout + ended.stderr


def kind_of(pem: bytes) -> str:
    key = load_pem_public_key(pem)
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"p{key.curve.key_size}"
    assert isinstance(key, ed25519.Ed25519PublicKey)
    return "ed25519"


@pytest.fixture
def then() -> Iterator[None]:
    """Whatever is signed and logged is of that day."""
    with mock.patch("time.time", return_value=SIGNED_AT):
        yield


Fill = Callable[[Exhibit], None]
FILLED: dict[str, Fill] = {}


def example(name: str) -> Callable[[Fill], Fill]:
    def note(fill: Fill) -> Fill:
        FILLED[name] = fill
        return fill

    return note


@example("minimal")
def _(its: Exhibit) -> None:
    its.image("ghcr.io/acme/app:v1").signed("acme-release").is_allowed()
    its.image("ghcr.io/acme/team/app:v2").signed("stranger").is_denied("SIGNER_NOT_TRUSTED")
    its.image("ghcr.io/acme/app:v3").is_denied("NO_EVIDENCE")
    its.image("ghcr.io/other/app:v1").signed("acme-release").is_denied("NO_RULE")


@example("air-gapped")
def _(its: Exhibit) -> None:
    its.image("site.local/acme/app:1").signed("transfer").is_allowed()
    its.image("site.local/acme/app:2").is_denied("NO_EVIDENCE")


@example("audit-first")
def _(its: Exhibit) -> None:
    the_day = "2027-03-01T00:00:00Z"
    its.image("quay.io/anybody/app:1").is_warned_of("NO_EVIDENCE")
    its.image("quay.io/anybody/app:2").is_warned_of("NO_EVIDENCE", at=the_day)
    its.image("ghcr.io/acme/app:v1").is_warned_of("NO_EVIDENCE", at="2027-02-28T23:59:59Z")
    its.image("ghcr.io/acme/app:v2").is_denied("NO_EVIDENCE", at=the_day)
    its.image("ghcr.io/acme/app:v3").signed_by(release_of("acme/app", "refs/tags/v3")).is_allowed(at=the_day)
    by_branch = its.image("ghcr.io/acme/app:v4").signed_by(release_of("acme/app", "refs/heads/main"))
    by_branch.is_denied("SIGNER_NOT_TRUSTED", at=the_day)


@example("builders")
def _(its: Exhibit) -> None:
    builder = "https://ci.acme.example/builders/container@v1"
    base = its.image("ghcr.io/acme/base/os:1").signed("release-bob")
    base.is_allowed()
    debian = its.image("docker.io/library/debian:12")
    debian.is_allowed()

    def app(tag: str, repository: str, base: Image, built_from: str = "") -> Image:
        image = its.image(f"ghcr.io/acme/app:{tag}", base=base)
        source = Source(f"{GITHUB}/{repository}", ref=f"refs/tags/{built_from or tag}")
        return image.built_by("build-system", builder, source, base)

    app("v1", "acme/app", base).signed("release-alice").is_allowed()
    app("v2", "acme/app", debian).signed("release-alice").signed("release-bob").is_allowed()
    app("v3", "acme/fork", base).signed("release-alice").is_denied("SOURCE_NOT_ALLOWED")
    app("v4", "acme/app", base).is_denied("THRESHOLD_NOT_MET")
    app("v6", "acme/app", base, built_from="v5").signed("release-alice").is_denied("TAG_SOURCE_MISMATCH")
    app("v5", "acme/app", its.image("docker.io/library/alpine:3")).signed("release-alice").is_denied("BASE_NOT_ALLOWED")
    its.image("docker.io/vendor/db:1").signed("vendor", pss=True).is_allowed()
    its.image("docker.io/vendor/db:2").is_warned_of("NO_EVIDENCE")
    its.image("ghcr.io/acme/sandbox/app:1").signed("release-alice").is_denied("REJECTED_BY_RULE")


@example("github-organisation")
def _(its: Exhibit) -> None:
    def app(tag: str, repository: str, ref: str, event: str = "push") -> Image:
        workflow = release_of(repository, ref)
        predicate = statement.provenance_v1(workflow.name, Source(f"{GITHUB}/{repository}", ref=ref))
        predicate["buildDefinition"]["internalParameters"]["github"]["event_name"] = event
        return its.image(f"ghcr.io/acme/app:{tag}").attested(workflow, PROVENANCE_V1, predicate)

    app("v1", "acme/app", "refs/tags/v1").is_allowed()
    app("nightly", "acme/app", "refs/heads/main", "schedule").is_allowed()
    app("by-hand", "acme/app", "refs/heads/main", "workflow_dispatch").is_denied("SOURCE_NOT_ALLOWED")
    app("of-another", "acme/tool", "refs/tags/of-another").is_denied("SIGNER_NOT_TRUSTED")
    app("branch", "acme/app", "refs/heads/feature").is_denied("SOURCE_NOT_ALLOWED")
    its.image("ghcr.io/acme/app:signed").signed_by(release_of("acme/app", "refs/tags/signed")).is_denied("NO_EVIDENCE")


@example("hardened-bases")
def _(its: Exhibit) -> None:
    chainguard = Workflow(f"{GITHUB}/chainguard-images/images/.github/workflows/release.yaml@refs/heads/main")
    distroless = Workflow("keyless@distroless.iam.gserviceaccount.com", GOOGLE)
    static = its.image("cgr.dev/chainguard/static:latest", "static").signed_by(chainguard)
    static.is_allowed()
    base = its.image("gcr.io/distroless/base:nonroot", "distroless 1", "distroless 2").signed_by(distroless)
    base.is_allowed()
    swapped = its.image("gcr.io/distroless/base:latest", "swapped").signed_by(chainguard)
    swapped.is_denied("SIGNER_NOT_TRUSTED")
    its.image("ghcr.io/acme/app:1", "static", "app", base=static).signed("acme-release").is_allowed()
    its.image("ghcr.io/acme/app:2", "distroless 1", "distroless 2", "app", base=base).signed("acme-release").is_allowed()
    its.image("ghcr.io/acme/app:3", "all in one", base=static).signed("acme-release").is_denied("BASE_NOT_PROVEN")
    its.image("ghcr.io/acme/app:4", "swapped", "app", base=swapped).signed("acme-release").is_denied("BASE_NOT_ALLOWED")
    its.image("ghcr.io/acme/app:5", "static", "app 5", base=static).is_denied("NO_EVIDENCE")


@example("keyless")
def _(its: Exhibit) -> None:
    its.image("ghcr.io/acme/app:v1").signed_by(release_of("acme/app", "refs/tags/v1")).is_allowed()
    its.image("ghcr.io/acme/app:v2").signed_by(release_of("acme/app", "refs/tags/v1")).is_denied("SIGNER_NOT_TRUSTED")
    its.image("ghcr.io/acme/tool:v1").signed_by(release_of("acme/app", "refs/tags/v1")).is_denied("SIGNER_NOT_TRUSTED")
    undated = its.image("ghcr.io/acme/app:v3").signed_by(Workflow("carol@acme.example", GOOGLE))
    undated.is_denied("THRESHOLD_NOT_MET")
    generator = f"{GITHUB}/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/v2.1.0"

    def service(tag: str, caller: str) -> Image:
        by = Workflow(generator, extensions={OWNER: f"{GITHUB}/{caller}"})
        image = its.image(f"ghcr.io/acme/services/{tag}:1")
        return image.built_by(by, generator, Source(f"{GITHUB}/acme/{tag}", ref="refs/heads/main"))

    service("billing", "acme").is_allowed()
    service("shop", "mallory").is_denied("SIGNER_NOT_TRUSTED")


@example("kubernetes-releases")
def _(its: Exhibit) -> None:
    krel = "krel-trust@k8s-releng-prod.iam.gserviceaccount.com"
    its.image("registry.k8s.io/kube-apiserver:v1.31.0").signed_by(Workflow(krel, GOOGLE)).is_allowed()
    elsewhere = its.image("registry.k8s.io/kube-apiserver:v1.31.1").signed_by(Workflow(krel, f"{GITHUB}/login/oauth"))
    elsewhere.is_denied("SIGNER_NOT_TRUSTED")
    its.image("registry.k8s.io/kube-proxy:v1.31.0").is_denied("NO_EVIDENCE")
    its.image("registry.k8s.io/pause:3.2").is_warned_of("NO_EVIDENCE")


@example("mixed-keys")
def _(its: Exhibit) -> None:
    its.image("ghcr.io/acme/app:v1").signed("new").is_allowed()
    its.image("ghcr.io/acme/app:v2").signed_by(release_of("acme/app", "refs/tags/v2")).is_allowed()
    its.image("ghcr.io/acme/app:v3").signed_by(release_of("acme/app", "refs/tags/v2")).is_denied("SIGNER_NOT_TRUSTED")
    its.image("ghcr.io/acme/app:v4").signed("old").is_denied("TLOG_MISSING")
    its.image("ghcr.io/acme/critical/app:v1").signed("new").is_denied("THRESHOLD_NOT_MET")
    critical = its.image("ghcr.io/acme/critical/app:v2").signed("new")
    critical.signed_by(release_of("acme/app", "refs/tags/v2")).is_allowed()
    its.image("quay.io/vendor/db:1").signed("vendor").is_allowed()
    its.image("quay.io/vendor/db:2").signed("vendor", named="quay.io/vendor/other").is_denied("NAME_MISMATCH")


@example("reports")
def _(its: Exhibit) -> None:
    scanner = Workflow(f"{GITHUB}/acme/security/.github/workflows/scan.yml@refs/heads/main")
    reviewers = Workflow(f"{GITHUB}/acme/reviews/.github/workflows/sign-off.yml@refs/heads/main")

    def app(tag: str, *, found: Sequence[str] = (), verdicts: Sequence[str] = ("approved",), stage: str = "production") -> Image:
        image = its.image(f"ghcr.io/acme/app:{tag}").signed("release", optional={"stage": stage})
        scan = {"uri": "pkg:github/aquasecurity/trivy@0.58.0", "result": {"Results": [{"Class": each} for each in found]}}
        image.attested(scanner, VULN, {"scanner": scan})
        for verdict in verdicts:
            image.attested(reviewers, "https://acme.example/review/v1", {"verdict": verdict, "openFindings": 0})
        return image

    app("v1").is_allowed()
    app("v2").is_denied("EVIDENCE_TOO_OLD", at="2026-03-08T12:00:00Z")
    app("v3", found=["os-pkgs"]).is_denied("CONDITION_FALSE")
    app("v4", verdicts=["approved", "rejected"]).is_denied("CONDITION_FALSE")
    app("v5", verdicts=[]).is_denied("NO_EVIDENCE")
    app("v6", stage="testing").is_denied("CONDITION_FALSE")
    app("latest").is_denied("CONDITION_FALSE")

    def imported(tag: str, *levels: str) -> Image:
        image = its.image(f"ghcr.io/partner/db:{tag}")
        summary = {
            "verifier": {"id": "https://verifier.acme.example/v1"},
            "timeVerified": "2026-03-01T12:00:00Z",
            "resourceUri": image.reference,
            "policy": {"uri": "https://policies.acme.example/import"},
            "verificationResult": "PASSED",
            "verifiedLevels": list(levels),
        }
        return image.attested("verifier", SUMMARY, summary)

    imported("1", "SLSA_BUILD_LEVEL_3", "ACME_REVIEWED").is_allowed()
    imported("2", "SLSA_BUILD_LEVEL_2", "ACME_REVIEWED").is_denied("LEVEL_TOO_LOW")


@example("strict")
def _(its: Exhibit) -> None:
    name = f"{GITHUB}/acme/builders/.github/workflows/container.yml@refs/tags/v1"
    builder = Workflow(name, extensions={RUNNER: "github-hosted", OWNER: f"{GITHUB}/acme"})
    scanner = Workflow(f"{GITHUB}/acme/scans/.github/workflows/nightly.yml@refs/heads/main")
    base = its.image("ghcr.io/acme/base/os:1", "os").signed("release-manager")
    base.is_allowed()

    def app(name: str, *layers: str, critical: int = 0) -> Image:
        image = its.image(f"ghcr.io/acme/prod/{name}:v1", *layers, base=base)
        image.built_by(builder, builder.name, Source(f"{GITHUB}/acme/{name}", ref="refs/tags/v1"))
        return image.attested(scanner, VULN, {"scanner": {"result": {"critical": critical}}})

    app("shop", "os", "shop").signed("release-manager").is_allowed()
    app("shop-unsigned", "os", "shop").is_denied("THRESHOLD_NOT_MET")
    app("shop-with-holes", "os", "shop", critical=1).signed("release-manager").is_denied("CONDITION_FALSE")
    app("shop-squashed", "all").signed("release-manager").is_denied("BASE_NOT_PROVEN")
    app("shop-later", "os", "shop").signed("release-manager").is_denied("BASE_TOO_OLD", at="2026-04-01T00:00:00Z")
    app("legacy-billing", "all").signed("release-manager").is_allowed()
    app("legacy-billing-2", "all").signed("release-manager").is_denied("BASE_NOT_PROVEN")


@pytest.fixture(scope="module")
def sigstore(tmp_path_factory: pytest.TempPathFactory) -> PrivateSigstore:
    with mock.patch("time.time", return_value=SIGNED_AT):
        return PrivateSigstore(tmp_path_factory.mktemp("sigstore") / "services")


@pytest.mark.parametrize("name", NAMES)
def test_an_example_decides_as_it_says(name: str, tmp_path: Path, sigstore: PrivateSigstore, then: None) -> None:
    its = Exhibit(name, tmp_path / name, sigstore)
    FILLED[name](its)
    assert {"allow"} < {case["expect"] for case in its.cases}
    its.judge()
