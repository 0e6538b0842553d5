#!/usr/bin/python3
"""Writes the cases that cosign signs, in every form that it can write with a key.

    /usr/bin/python3 tests/cases/generate_cosign.py v2=<path of a cosign 2> v3=<path of a cosign 3>

Images are pushed to a docker-registry on loopback and signed there; nothing leaves the machine. The keys are made anew, so
all these cases are replaced together.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "config"), str(ROOT / "tests"), str(Path(__file__).resolve().parent)]

from demo import statement  # noqa: E402
from demo.keys import make_key  # noqa: E402
from demo.layer import File, make_layer  # noqa: E402
from demo.oci import Json, Layout, encode, fallback_tag, write_image  # noqa: E402
from support import client  # noqa: E402
from support.docker_registry import DockerRegistry  # noqa: E402
from writing import BUNDLE, CASES, DSSE, SIMPLE, Expected, Trusted, write_case  # noqa: E402

KINDS = ("p256", "p384", "p521", "ed25519", "rsa2048", "rsa4096")
BUILDER = "https://github.com/acme/builders/.github/workflows/release.yml@refs/tags/v1.2.3"
SOURCE = statement.Source("https://github.com/acme/app")
PREDICATES = {
    "slsaprovenance02": (statement.PROVENANCE_V02, statement.provenance_v02(BUILDER, SOURCE)),
    "slsaprovenance1": (statement.PROVENANCE_V1, statement.provenance_v1(BUILDER, SOURCE)),
    "https://example.com/scan/v1": ("https://example.com/scan/v1", {"clean": True}),
}
BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle"


class Workbench:
    """A registry, a cosign, and the keys."""

    def __init__(self, version: str, cosign: Path, folder: Path, registry: DockerRegistry) -> None:
        self.version = version
        self._cosign = cosign
        self._folder = folder
        self._registry = registry
        self._layout = Layout(folder / "layout")
        layer = make_layer([File("hello", b"signed by cosign\n")])
        self.image = write_image(self._layout, [layer], name="1.0")
        (CASES / "images" / "cosign.json").write_bytes(self._layout.read(self.image.digest))

    def make_keys(self) -> None:
        for kind in KINDS:
            if (self._folder / f"{kind}.key").exists():
                continue
            plain = self._folder / f"{kind}.pem"
            plain.write_bytes(make_key(kind).private_pem())
            self._run("import-key-pair", "--key", str(plain), "--output-key-prefix", str(self._folder / kind))
            plain.unlink()
            shutil.copy(self._folder / f"{kind}.pub", CASES / "keys" / f"cosign-{kind}.pub")

    def sign(self, repository: str, kind: str, options: Sequence[str], command: Sequence[str]) -> None:
        self._registry.push(self._layout, repository)
        offline = ["--yes", "--tlog-upload=false", "--allow-http-registry"]
        if self.version == "v3":
            offline.append("--use-signing-config=false")
        key = str(self._folder / f"{kind}.key")
        reference = f"{self._registry.address}/{repository}@{self.image.digest}"
        self._run(*command, *offline, "--key", key, *options, reference)

    def predicate(self, document: Json) -> str:
        path = self._folder / "predicate.json"
        path.write_bytes(encode(document))
        return str(path)

    def evidence(self, repository: str) -> Iterator[tuple[Json, bytes]]:
        """Every layer that was attached to the image, with its descriptor."""
        tag = fallback_tag(self.image)
        for name in (f"{tag}.sig", f"{tag}.att", tag):
            found = self._read(repository, f"manifests/{name}")
            if found is None:
                continue
            document = json.loads(found)
            manifests = [document]
            if "manifests" in document:
                manifests = [json.loads(self._must_read(repository, f"manifests/{d['digest']}")) for d in document["manifests"]]
            for manifest in manifests:
                for layer in manifest["layers"]:
                    yield layer, self._must_read(repository, f"blobs/{layer['digest']}")

    def _must_read(self, repository: str, what: str) -> bytes:
        found = self._read(repository, what)
        assert found is not None, what
        return found

    def _read(self, repository: str, what: str) -> bytes | None:
        accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"
        answer = client.ask(self._registry.port, "GET", f"/v2/{repository}/{what}", {"Accept": accept})
        return answer.body if answer.status == 200 else None

    def _run(self, *arguments: str) -> None:
        environment = {**os.environ, "COSIGN_PASSWORD": "", "COSIGN_EXPERIMENTAL": "1", "HOME": str(self._folder)}
        command = [str(self._cosign), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def write_evidence(bench: Workbench, name: str, repository: str, kind: str, claim: Json) -> None:
    found = list(bench.evidence(repository))
    assert len(found) == 1, f"{repository}: {len(found)} pieces of evidence"
    layer, content = found[0]
    media_type = layer["mediaType"]
    if media_type.startswith(BUNDLE_TYPE):
        form, checks = "sigstore-bundle", BUNDLE
    elif "simplesigning" in media_type:
        form, checks = "simple-signing", SIMPLE
        claim = {**claim, "docker-reference": json.loads(content)["critical"]["identity"]["docker-reference"]}
    else:
        form, checks = "dsse-envelope", DSSE
    for suffix, keys, failed in (
        ("", [Trusted(f"cosign-{other}") for other in KINDS], {}),
        # The same with every key but the one that signed.
        (
            "-key-not-trusted",
            [Trusted(f"cosign-{other}") for other in KINDS if other != kind],
            {"key-hint" if form == "sigstore-bundle" else "signature": "SIGNER_NOT_TRUSTED"},
        ),
    ):
        write_case(
            f"cosign-{bench.version}/{name}{suffix}",
            image="images/cosign.json",
            evidence=content,
            kind=form,
            annotations=layer.get("annotations", {}),
            trusted=keys,
            expected=Expected(checks, failed, [f"cosign-{kind}"], claim),
        )


def forms(version: str) -> dict[str, list[str]]:
    """What to add to a command for each form; referrers mode is cosign 2's experiment before bundles."""
    if version == "v3":
        return {"bundle": [], "legacy": ["--new-bundle-format=false"]}
    return {"legacy": [], "bundle": ["--new-bundle-format"], "referrer": ["--registry-referrers-mode=oci-1-1"]}


def write_cases(bench: Workbench) -> None:
    shutil.rmtree(CASES / f"cosign-{bench.version}", ignore_errors=True)
    bench.make_keys()
    for form, options in forms(bench.version).items():
        for kind in KINDS if form != "referrer" else KINDS[:1]:
            name = f"sign-{form}-{kind}"
            repository = f"acme/{bench.version}/{name}"
            bench.sign(repository, kind, options, ["sign", "-a", "release=1.0"])
            # cosign 2 drops the annotations when it writes a bundle.
            annotations = {} if (bench.version, form) == ("v2", "bundle") else {"release": "1.0"}
            claim: Json = {"claim": "image-signature", "annotations": annotations}
            write_evidence(bench, name, repository, kind, claim)
        if form == "referrer":
            continue
        for number, (option, (predicate_type, predicate)) in enumerate(PREDICATES.items()):
            kind = KINDS[number]
            name = f"attest-{form}-{option.rpartition('/')[0].rpartition('/')[2] or option}-{kind}"
            repository = f"acme/{bench.version}/{name}"
            bench.sign(repository, kind, options, ["attest", "--type", option, "--predicate", bench.predicate(predicate)])
            claim = {"claim": "statement", "predicate-type": predicate_type}
            if option.startswith("slsa"):
                source = {"repository": SOURCE.repository, "ref": SOURCE.ref, "commit": SOURCE.commit}
                claim = {**claim, "builder": BUILDER, "source": source}
            write_evidence(bench, name, repository, kind, claim)


def main() -> None:
    programs = dict(argument.split("=", 1) for argument in sys.argv[1:])
    if set(programs) != {"v2", "v3"}:
        raise SystemExit(__doc__)
    (CASES / "images").mkdir(exist_ok=True)
    (CASES / "keys").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, DockerRegistry(Path(folder) / "registry") as registry:
        for version, program in programs.items():
            write_cases(Workbench(version, Path(program).resolve(), Path(folder), registry))


if __name__ == "__main__":
    main()
