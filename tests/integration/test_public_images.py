"""Four public images with the keyless provenance that slsa-github-generator pushed beside them from 2023 to 2025, pulled
whole from their layouts under a policy that names builder, source and ref; and refused when any one of these is another.

They are found in a sibling folder `shared` (as `shared/data/images`) or under PULLGATE_SHARED.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from support import gate, skopeo
from support.containerd import Containerd
from support.denial import decision_of, denied
from support.gate import ROOT, Gate

SHARED = Path(os.environ.get("PULLGATE_SHARED", ROOT.parent / "shared"))
IMAGES = SHARED / "data" / "images"
TRUST = ROOT / "config" / "trust"

ENTRY_POINT = ".github/workflows/verifier-e2e.all.workflow_dispatch.main.all.slsa3.yml"
WORKFLOW = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml"
ISSUER = "https://token.actions.githubusercontent.com"
SOURCE = "https://github.com/slsa-framework/example-package"
REPOSITORY = "slsa-framework/example-package.verifier-e2e.all.tag.main.default.slsa3"
MAIN = "refs/heads/main"

pytestmark = pytest.mark.skipif(
    not IMAGES.is_dir(), reason="no copy of the public images (shared/data/images, or PULLGATE_SHARED)"
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Image:
    """A layout with one image in it and its attestations, as `cosign save` writes them."""

    name: str  # of the layout; ends in the version of the generator
    ref: str  # that it was built from, as the builder recorded it
    commit: str

    @property
    def layout(self) -> Path:
        return IMAGES / self.name

    @property
    def version(self) -> str:
        return self.name.removeprefix("slsa-container-")

    @property
    def registry(self) -> str:
        return f"{self.version.replace('.', '-')}.ghcr.test"

    @property
    def digest(self) -> str:
        return next(entry["digest"] for entry in self.entries if "/image" in entry["annotations"]["kind"])

    @property
    def entries(self) -> list[Json]:
        return json.loads((self.layout / "index.json").read_bytes())["manifests"]

    @property
    def reference(self) -> str:
        return f"{self.registry}/{REPOSITORY}@{self.digest}"

    @property
    def path(self) -> str:
        return f"/v2/{self.registry}/{REPOSITORY}/manifests/{self.digest}"

    def read(self, digest: str) -> bytes:
        return (self.layout / "blobs" / digest.replace(":", "/")).read_bytes()

    def content(self, wanted: Callable[[Json], bool] = lambda child: True) -> dict[str, bytes]:
        """Everything that a pull brings along, by digest; of an index, the children that are wanted."""
        found = {self.digest: self.read(self.digest)}
        for child in json.loads(found[self.digest]).get("manifests", []):
            if wanted(child):
                found[child["digest"]] = self.read(child["digest"])
        for document in list(found.values()):
            manifest = json.loads(document)
            for blob in [*manifest.get("layers", []), *([manifest["config"]] if "config" in manifest else [])]:
                found[blob["digest"]] = self.read(blob["digest"])
        return found


# Three were built from a branch, one from a tag.
ALL = [
    Image("slsa-container-v1.4.0", MAIN, "904e2c3e02725e314cf6cf141c4700081298dcbd"),
    Image("slsa-container-v1.7.0", MAIN, "62cb1f1e485829bafe8bbec8b9900c0cb7624fe7"),
    Image("slsa-container-v1.10.0", "refs/tags/v13.0.30", "d37a7f740ee7404914456f24dcd90e865a0509e8"),
    Image("slsa-container-v2.1.0", MAIN, "4d329c75e7ec1725f7c9ce917a8799d408d06be3"),
]
each_image = pytest.mark.parametrize("image", ALL, ids=[image.version for image in ALL])


def policy() -> Json:
    """One rule for each image, which differ only in the ref."""
    return {
        "version": 1,
        "trustRoots": {"public-good": {"sigstore": {"trustedRoot": str(TRUST / "public-good.json")}}},
        "attestors": {
            "slsa-generator": {
                "keyless": {
                    "trustRoot": "public-good",
                    "issuer": ISSUER,
                    "subjectPattern": f"{WORKFLOW}@refs/tags/v*",
                    "extensions": {"sourceRepository": SOURCE},
                }
            }
        },
        "builders": {
            "slsa-generator": {"attestor": "slsa-generator", "id": f"{WORKFLOW}@refs/tags/v*", "level": 3}
        },
        "defaults": {"noMatch": "deny"},
        "rules": [
            {
                "name": f"from-{image.version}",
                "scopes": [f"{image.registry}/slsa-framework/*"],
                "require": {
                    "provenance": {
                        "builder": "slsa-generator",
                        "minLevel": 3,
                        "source": {"repository": SOURCE, "ref": image.ref},
                    }
                },
            }
            for image in ALL
        ],
    }


@contextmanager
def gate_before(folder: Path, wanted: Json, layouts: Callable[[Image], Path] = lambda image: image.layout) -> Iterator[Gate]:
    upstreams = [gate.layout_upstream(image.registry, layouts(image)) for image in ALL]
    with Gate(folder, gate.settings(*upstreams), wanted) as process:
        yield process
        assert process.is_alive(), process.said()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with gate_before(tmp_path_factory.mktemp("public") / "gate", policy()) as process:
        yield process


@each_image
def test_skopeo_pulls_it_whole(served: Gate, image: Image, tmp_path: Path) -> None:
    ended = skopeo.copy_unchanged(f"{served.address}/{image.reference}", tmp_path / "pulled")
    assert ended.returncode == 0, ended.stderr
    assert skopeo.unchanged(tmp_path / "pulled") == image.content()


@each_image
def test_containerd_pulls_it_whole(served: Gate, image: Image, node: Containerd) -> None:
    node.send_pulls_to(served.address)
    ended = node.pull(image.reference)
    assert ended.returncode == 0, ended.stderr
    assert node.content() == image.content(lambda child: child.get("platform", {}).get("architecture") == "amd64")


@each_image
def test_the_decision_names_signer_and_issuer(served: Gate, image: Image) -> None:
    assert served.get(image.path).status == 200
    records = [line for line in served.decisions() if line["digest"] == image.digest]
    assert records and all(record["verdict"] == "allow" for record in records)
    said = json.dumps(records[0])
    assert f"{WORKFLOW}@refs/tags/{image.version} identified by {ISSUER}" in said, said


@dataclass(frozen=True)
class Change:
    """One thing in the policy that is another, and what follows."""

    name: str
    reason: str
    told: str  # in the decision's record
    make: Callable[[Json], None]


def _provenance(rule: Json) -> Json:
    return rule["require"]["provenance"]


def _builder(wanted: Json) -> None:
    wanted["builders"]["slsa-generator"]["id"] = WORKFLOW.replace("container_slsa3", "generic_slsa3") + "@refs/tags/v*"


def _source(wanted: Json) -> None:
    for rule in wanted["rules"]:
        _provenance(rule)["source"]["repository"] = SOURCE + "s"


def _ref(wanted: Json) -> None:
    for rule in wanted["rules"]:
        _provenance(rule)["source"]["ref"] = "refs/heads/release"


def _trust_root(wanted: Json) -> None:
    wanted["trustRoots"]["public-good"]["sigstore"]["trustedRoot"] = str(TRUST / "staging.json")


def _keyless(wanted: Json) -> Json:
    return wanted["attestors"]["slsa-generator"]["keyless"]


def _subject(wanted: Json) -> None:
    _keyless(wanted)["subjectPattern"] = f"{WORKFLOW}@refs/heads/*"


def _issuer(wanted: Json) -> None:
    _keyless(wanted)["issuer"] = ISSUER + "/slsa-framework"


def _extension(wanted: Json) -> None:
    _keyless(wanted)["extensions"]["sourceRepository"] = SOURCE + "s"


def _later_than_all(wanted: Json) -> None:
    wanted["attestors"]["slsa-generator"]["validFrom"] = "2026-01-01T00:00:00Z"


def _distrusted(wanted: Json) -> None:
    wanted["attestors"]["slsa-generator"]["distrustedFrom"] = "2022-01-01T00:00:00Z"


def _timestamped(wanted: Json) -> None:
    wanted["attestors"]["slsa-generator"]["timestamp"] = "required"


CHANGES = [
    Change("builder", "BUILDER_NOT_ALLOWED", "generator_generic_slsa3", _builder),
    Change("source", "SOURCE_NOT_ALLOWED", f"'{SOURCE}s' is required", _source),
    Change("ref", "SOURCE_NOT_ALLOWED", "'refs/heads/release' is required", _ref),
    Change("trust root", "SIGNER_NOT_TRUSTED", "no certificate authority of 'public-good' issued", _trust_root),
    Change("subject", "SIGNER_NOT_TRUSTED", f"not '{WORKFLOW}@refs/heads/*'", _subject),
    Change("issuer", "SIGNER_NOT_TRUSTED", f"its issuer is '{ISSUER}', not", _issuer),
    Change("extension", "SIGNER_NOT_TRUSTED", f"its sourceRepository is '{SOURCE}', not", _extension),
    Change("window", "TIME_OUTSIDE_VALIDITY", "trusted since 2026-01-01T00:00:00Z", _later_than_all),
    Change("distrust", "KEY_DISTRUSTED", "distrusted since 2022-01-01T00:00:00Z", _distrusted),
    Change("timestamp", "TIMESTAMP_MISSING", "0 timestamp authorities, 1 required", _timestamped),
]


@pytest.mark.parametrize("change", CHANGES, ids=[change.name for change in CHANGES])
def test_each_is_refused_when_one_thing_is_another(change: Change, tmp_path: Path) -> None:
    wanted = copy.deepcopy(policy())
    change.make(wanted)
    with gate_before(tmp_path / "gate", wanted) as process:
        for image in ALL:
            error = denied(process.get(image.path), change.reason, rule=f"from-{image.version}")
            record = process.decision(decision_of(error))
            assert change.told in json.dumps(record), record
            # Whatever it is refused for, the record says who signed.
            assert f"{WORKFLOW}@refs/tags/{image.version} identified by {ISSUER}" in json.dumps(record), record
        image = ALL[CHANGES.index(change) % len(ALL)]
        ended = skopeo.copy_unchanged(f"{process.address}/{image.reference}", tmp_path / "pulled")
        assert ended.returncode != 0 and change.reason in ended.stderr, ended.stderr


def test_containerd_is_refused_what_was_built_from_another_ref(node: Containerd, tmp_path: Path) -> None:
    wanted = policy()
    _ref(wanted)
    with gate_before(tmp_path / "gate", wanted) as process:
        node.send_pulls_to(process.address)
        for image in ALL:
            ended = node.pull(image.reference)
            assert ended.returncode != 0 and "SOURCE_NOT_ALLOWED" in ended.stderr, ended.stderr
        assert node.images() == [] and node.content() == {}


def test_what_was_built_from_a_tag_is_not_what_was_built_from_main(tmp_path: Path) -> None:
    wanted = policy()
    for rule in wanted["rules"]:
        _provenance(rule)["source"]["ref"] = MAIN
    with gate_before(tmp_path / "gate", wanted) as process:
        for image in ALL:
            answer = process.get(image.path)
            if image.ref == MAIN:
                assert answer.status == 200, answer
            else:
                denied(answer, "SOURCE_NOT_ALLOWED")


NOBODY: frozenset[str] = frozenset()
EVERYBODY = frozenset(image.version for image in ALL)
OF_TAG = frozenset(image.version for image in ALL if image.ref != MAIN)
OF_MAIN = EVERYBODY - OF_TAG


@dataclass(frozen=True)
class Ask:
    """Something that a rule asks of a build, which of the images it allows, and for what it refuses the others. Those
    with the name of an option are slsa-verifier's."""

    name: str
    leaf: Json
    allows: frozenset[str]
    reason: str = "SOURCE_NOT_ALLOWED"

    def registry(self, image: Image) -> str:
        return f"{ASKS.index(self)}.{image.registry}"


def _asks() -> list[Ask]:
    def source(option: str, allows: frozenset[str], **members: str) -> Ask:
        return Ask(f"--source-{option} {' '.join(members.values())}", {"source": members}, allows)

    return [
        source("uri", EVERYBODY, repository=SOURCE),
        source("uri", NOBODY, repository=SOURCE + "s"),
        source("uri", NOBODY, repository="https://github.com/slsa-framework"),
        source("branch", OF_MAIN, branch="main"),
        source("branch", NOBODY, branch="release"),
        source("branch", NOBODY, branch="v13.0.30"),
        source("tag", OF_TAG, tag="v13.0.30"),
        source("tag", NOBODY, tag="v13.0.3"),
        source("tag", NOBODY, tag="main"),
        source("versioned-tag", OF_TAG, versionedTag="v13"),
        source("versioned-tag", OF_TAG, versionedTag="v13.0"),
        source("versioned-tag", OF_TAG, versionedTag="v13.0.30"),
        source("versioned-tag", NOBODY, versionedTag="v1"),
        source("versioned-tag", NOBODY, versionedTag="v13.1"),
        source("versioned-tag", NOBODY, versionedTag="v13.0.3"),
        # Three were started by hand, and nothing was typed.
        Ask("--build-workflow-input release=1", {"inputs": {"release": "1"}}, NOBODY, "INPUT_NOT_ALLOWED"),
        Ask("no input", {"unexpectedParameters": "deny"}, EVERYBODY),
        Ask("minLevel", {"minLevel": 3}, EVERYBODY),
        Ask("workflow", {"workflow": ENTRY_POINT}, EVERYBODY),
        Ask("another workflow", {"workflow": ".github/workflows/release.yml"}, NOBODY, "WORKFLOW_NOT_ALLOWED"),
        Ask("by hand", {"trigger": ["workflow_dispatch"]}, OF_MAIN, "TRIGGER_NOT_ALLOWED"),
        Ask("by push", {"trigger": ["push"]}, OF_TAG, "TRIGGER_NOT_ALLOWED"),
        Ask("type", {"buildType": "https://github.com/slsa-framework/slsa-github-generator/container@v1"}, EVERYBODY),
        Ask("another type", {"buildType": "https://mobyproject.org/buildkit@v1"}, NOBODY, "BUILD_TYPE_NOT_ALLOWED"),
        Ask("a parameter", {"parameters": {"/target": "**"}}, NOBODY, "PARAMETER_NOT_ALLOWED"),
        Ask("materials", {"materials": {"allow": [f"git+{SOURCE}@**"]}}, EVERYBODY),
        Ask("other materials", {"materials": {"allow": ["pkg:docker/**"]}}, NOBODY, "MATERIAL_NOT_ALLOWED"),
        Ask("all materials", {"materials": {"allow": ["**"], "complete": "required"}}, NOBODY, "PROVENANCE_INCOMPLETE"),
        Ask("hermetic", {"hermetic": "required"}, NOBODY, "BUILD_NOT_HERMETIC"),
        Ask("reproducible", {"reproducible": "required"}, NOBODY, "BUILD_NOT_REPRODUCIBLE"),
        Ask("this hour", {"maxAge": "1h"}, NOBODY, "EVIDENCE_TOO_OLD"),
        Ask("ten years", {"maxAge": "87600h"}, EVERYBODY),
        *(source("commit", frozenset([image.version]), commit=image.commit) for image in ALL),
    ]


ASKS = _asks()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """Each image under each name of a registry, and a rule for each of these."""
    wanted = policy()
    wanted["rules"] = [
        {
            "name": f"ask-{ASKS.index(ask)}-of-{image.version}",
            "scopes": [f"{ask.registry(image)}/slsa-framework/*"],
            "require": {"provenance": {"builder": "slsa-generator", **copy.deepcopy(ask.leaf)}},
        }
        for ask in ASKS
        for image in ALL
    ]
    upstreams = [gate.layout_upstream(ask.registry(image), image.layout) for ask in ASKS for image in ALL]
    with Gate(tmp_path_factory.mktemp("asked") / "gate", gate.settings(*upstreams), wanted) as process:
        yield process
        assert process.is_alive(), process.said()


@pytest.mark.parametrize("ask", ASKS, ids=[ask.name for ask in ASKS])
def test_each_is_what_a_rule_asks_for_or_not(asked: Gate, ask: Ask) -> None:
    for image in ALL:
        answer = asked.get(image.path.replace(image.registry, ask.registry(image), 1))
        if image.version in ask.allows:
            assert answer.status == 200, answer
        else:
            denied(answer, ask.reason, rule=f"ask-{ASKS.index(ask)}-of-{image.version}")


def test_the_provenance_of_another_image_is_not_its_own(tmp_path: Path) -> None:
    """Everything about it holds, except that it is about something else."""

    def with_provenance_of_the_next(image: Image) -> Path:
        other = ALL[(ALL.index(image) + 1) % len(ALL)]
        layout = tmp_path / "layouts" / image.version
        shutil.copytree(other.layout, layout)
        shutil.copytree(image.layout, layout, dirs_exist_ok=True)
        entries = [entry for entry in image.entries if "/image" in entry["annotations"]["kind"]]
        entries += [entry for entry in other.entries if entry["annotations"]["kind"].endswith("/atts")]
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))
        return layout

    with gate_before(tmp_path / "gate", policy(), with_provenance_of_the_next) as process:
        for image in ALL:
            denied(process.get(image.path), "SUBJECT_MISMATCH", rule=f"from-{image.version}")


def test_the_program_knows_the_public_instance_itself(tmp_path: Path) -> None:
    wanted = policy()
    wanted["trustRoots"]["public-good"]["sigstore"] = {"builtIn": "public-good"}
    with gate_before(tmp_path / "gate", wanted) as process:
        for image in ALL:
            assert process.get(image.path).status == 200
        settings = process.settings_file
        ended = gate.run("verify", ALL[0].reference, "--config", settings)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert f"{WORKFLOW}@refs/tags/v1.4.0 identified by {ISSUER}" in ended.stdout
