"""Debian's docker-registry on loopback, and pushing image layouts to it as they are."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from demo.oci import INDEX, Descriptor, Json, Layout, encode, fallback_tag
from demo.oci import DOCKER_LIST, MANIFEST, REF_NAME

from . import client
from .client import Connection
from .process import Server, free_port


class DockerRegistry(Server):
    """distribution 2.8: no referrers API, so what refers to an image is pushed with the referrers fallback tag."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "config.yml"
        document = {
            "version": 0.1,
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(folder / "store")}, "delete": {"enabled": True}},
            "http": {"addr": f"127.0.0.1:{self.port}", "secret": "tests"},
        }
        config.write_text(yaml.safe_dump(document), encoding="utf-8")
        super().__init__(["docker-registry", "serve", config], folder / "registry.log")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        try:
            return client.ask(self.port, "GET", "/v2/", patience=5).status == 200
        except (OSError, client.NoAnswer):
            return False

    def push(self, layout: Layout, repository: str) -> None:
        """Everything that index.json reaches, byte for byte, under its tags."""
        pushed: set[str] = set()
        referrers: dict[str, list[Json]] = {}
        tags: set[str] = set()
        for entry in layout.entries():
            tag = entry.get("annotations", {}).get(REF_NAME)
            self._push_manifest(layout, repository, entry, tag, pushed)
            tags.add(tag or "")
            subject = json.loads(layout.read(entry["digest"])).get("subject")
            if subject:
                listed = {name: value for name, value in entry.items() if name != "platform"}
                referrers.setdefault(subject["digest"], []).append(listed)
        for digest, entries in referrers.items():
            tag = fallback_tag(Descriptor(MANIFEST, digest, 0))
            if tag not in tags:
                index = encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
                self.put_manifest(repository, tag, INDEX, index)

    def put_manifest(self, repository: str, reference: str, media_type: str, content: bytes) -> None:
        target = f"/v2/{repository}/manifests/{reference}"
        self._put(target, {"Content-Type": media_type}, content)

    def put_blob(self, repository: str, digest: str, content: bytes) -> None:
        begun = self._send("POST", f"/v2/{repository}/blobs/uploads/", {}, b"")
        assert begun.status == 202, begun
        location = (begun.header("Location") or "").partition(self.address)[2]
        joint = "&" if "?" in location else "?"
        self._put(f"{location}{joint}digest={digest}", {"Content-Type": "application/octet-stream"}, content)

    def _push_manifest(
        self, layout: Layout, repository: str, descriptor: Json, tag: str | None, pushed: set[str]
    ) -> None:
        content = layout.read(descriptor["digest"])
        document = json.loads(content)
        for child in document.get("manifests", []):
            if child["digest"] not in pushed:
                self._push_manifest(layout, repository, child, None, pushed)
        blobs = [*document.get("layers", []), *([document["config"]] if "config" in document else [])]
        for blob in blobs:
            if blob["digest"] not in pushed:
                self.put_blob(repository, blob["digest"], layout.read(blob["digest"]))
                pushed.add(blob["digest"])
        media_type = document.get("mediaType") or descriptor["mediaType"]
        assert media_type in (MANIFEST, INDEX, DOCKER_LIST) or "docker" in media_type, media_type
        self.put_manifest(repository, tag or descriptor["digest"], media_type, content)
        pushed.add(descriptor["digest"])

    def _put(self, target: str, headers: dict[str, str], content: bytes) -> None:
        answer = self._send("PUT", target, headers, content)
        assert answer.status == 201, f"PUT {target}: {answer}"

    def _send(self, method: str, target: str, headers: dict[str, str], content: bytes) -> client.Answer:
        fields = {"Content-Length": str(len(content)), "Connection": "close", **headers}
        with Connection(self.port) as connection:
            connection.send(client.request_bytes(method, target, fields, host=self.address, body=content))
            return connection.answer()
