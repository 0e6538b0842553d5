#!/usr/bin/python3
"""Writes corpus/: for each target some inputs to begin with, taken from tests/cases. What fuzzers find is added by hand.

    /usr/bin/python3 tests/fuzz/generate_corpus.py
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
CASES = FUZZ.parent / "cases"

URIS = (
    "git+https://github.com/acme/app@refs/tags/v1",
    "https://github.com/acme/app.git#refs/heads/main:sub",
    "https://github.com@evil.example/acme/app",
    "pkg:docker/alpine@3.18?platform=linux%2Famd64",
    "pkg:docker/ghcr.io/acme/base@1.0?digest=sha256:" + "a" * 64,
    "pkg:oci/base@sha256%3A" + "b" * 64 + "?repository_url=ghcr.io/acme/base&tag=1",
    "docker://ghcr.io/acme/base:1@sha256:" + "c" * 64,
    "gcr.io/acme/base@sha256:" + "d" * 64,
)
REFERENCES = (
    "alpine",
    "ghcr.io/acme/app:1.0",
    "localhost:5000/a/b@sha256:" + "a" * 64,
    "[::1]:5000/a:b",
    "index.docker.io/alpine",
    "sha256:" + "b" * 64,
    "Registry.Example:443/a__b/c-d.e",
)


def write(target: str, name: str, content: bytes) -> None:
    folder = FUZZ / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def cases(kind: str) -> Iterable[tuple[str, bytes, dict[str, str]]]:
    """A good case of each shape and every fourth of the others: enough to reach every branch."""
    for number, folder in enumerate(sorted((CASES / kind).iterdir())):
        plain = "rsa" not in folder.name and "p5" not in folder.name
        if plain and (folder.name.startswith("good-p256") or "good-provenance" in folder.name or number % 4 == 0):
            document = json.loads((folder / "case.json").read_bytes())
            yield folder.name, (folder / "evidence").read_bytes(), document["annotations"]


def main() -> None:
    for name, evidence, annotations in cases("simple-signing"):
        signature = annotations.get("dev.cosignproject.cosign/signature", "")
        write("simple_signing", name, signature.encode() + b"\n" + evidence)
        write("json", f"simple-{name}", evidence)
        log = annotations.get("dev.sigstore.cosign/bundle")
        if log:
            write("simple_signing", f"log-{name}", b"AAAA\n" + log.encode())
    for name, evidence, _ in cases("dsse"):
        write("dsse", name, evidence)
        try:
            payload = json.loads(evidence)["payload"]
            write("statement", name, base64.urlsafe_b64decode(payload.replace("+", "-").replace("/", "_") + "=="))
        except (ValueError, KeyError, TypeError):
            pass
    for folder in sorted(path for path in (CASES / "provenance").iterdir() if path.is_dir()):
        payload = json.loads((folder / "evidence").read_bytes())["payload"]
        write("statement", f"of-{folder.name}", base64.b64decode(payload))
    for name, evidence, _ in cases("bundle"):
        write("bundle", name, evidence)
    for path in sorted((CASES / "images").glob("*.json")):
        write("manifest", path.name, path.read_bytes())
        write("json", path.name, path.read_bytes())
    image = json.loads((CASES / "images" / "app.json").read_bytes())
    child = {**image["config"], "mediaType": image["mediaType"], "platform": {"os": "linux", "architecture": "arm"}}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [child]}
    artifact = {
        "mediaType": "application/vnd.oci.artifact.manifest.v1+json",
        "artifactType": "t/t",
        "blobs": [{**image["config"], "data": "e30=", "urls": [], "annotations": {"a": "b"}}],
        "subject": child,
    }
    write("manifest", "index.json", json.dumps(index).encode())
    write("manifest", "artifact.json", json.dumps(artifact).encode())
    write("manifest", "lookalike.json", json.dumps({**image, "layer\u017f": []}).encode())
    for folder in ("keys", "refused-keys"):
        for path in sorted((CASES / folder).iterdir()):
            if "PRIVATE" not in path.read_text(encoding="ascii"):
                write("public_key", path.name, path.read_bytes())
    for target, texts in (("uri", URIS), ("reference", REFERENCES)):
        for number, text in enumerate(texts):
            write(target, f"{number}", text.encode())


if __name__ == "__main__":
    main()
