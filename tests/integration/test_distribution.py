"""The pull and the content-discovery requests of the OCI distribution specification (1.1), as a client would put them.

The same questions that the specification's own conformance suite asks of a registry which is only read from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Iterator

import pytest

from demo import sign, statement
from demo.oci import INDEX, MANIFEST, Descriptor, Layout
from support import gate
from support.client import request_bytes
from support.denial import oci_error, served_blob, served_manifest
from support.docker_registry import DockerRegistry
from support.gate import Gate
from support.hostile_registry import HostileRegistry
from support.workshop import REGISTRY, Keys, Workshop

REPOSITORY = "acme/app"
ABSENT = "sha256:" + "1" * 64


@dataclass
class Registry:
    """pullgate as a registry, with what is in it."""

    gate: Gate
    layout: Layout
    image: Descriptor
    index: Descriptor
    signature: Descriptor
    bundle: Descriptor

    def path(self, rest: str) -> str:
        return f"/v2/{REGISTRY}/{REPOSITORY}/{rest}"

    @property
    def layer(self) -> str:
        return str(json.loads(self.layout.read(self.image.digest))["layers"][0]["digest"])


@pytest.fixture(scope="module", params=["layout", "registry", "docker-registry"])
def registry(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Registry]:
    root = tmp_path_factory.mktemp("distribution")
    workshop = Workshop(root / "site", keys)
    layout = workshop.layout(REPOSITORY)
    image, index = workshop.image(), workshop.index(REPOSITORY)
    signature = workshop.sign(REPOSITORY, image)
    dsse = sign.envelope(keys.release, statement.cosign_sign_statement(index))
    content = sign.bundle(sign.dsse_content(dsse), hint=keys.release.hint)
    bundle = sign.attach_bundle(layout, index, content, predicate_type=statement.COSIGN_SIGN)
    with HostileRegistry(workshop.site) as scripted, DockerRegistry(root / "docker-registry") as debian:
        debian.push(layout, REPOSITORY)
        upstream = {
            "layout": gate.layout_upstream(REGISTRY, workshop.images),
            "registry": gate.registry_upstream(REGISTRY, scripted.port),
            "docker-registry": gate.registry_upstream(REGISTRY, debian.port),
        }[request.param]
        with Gate(root / "gate", gate.settings(upstream), workshop.policy(gate.signed_by("release"))) as running:
            yield Registry(running, layout, image, index, signature, bundle)
            assert running.is_alive(), running.said()


@pytest.mark.parametrize("path", ["/v2/", "/v2"])
def test_the_api_is_there(registry: Registry, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = registry.gate.ask(method, path)
        assert answer.status == 200, answer
        assert answer.header("Docker-Distribution-API-Version") == "registry/2.0", answer
        assert answer.header("Content-Length") is not None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("what", ["tag", "digest"])
@pytest.mark.parametrize("kind", ["image", "index"])
def test_a_manifest(registry: Registry, method: str, what: str, kind: str) -> None:
    descriptor = getattr(registry, kind)
    reference = {"image": "1.0", "index": "2.0"}[kind] if what == "tag" else descriptor.digest
    answer = registry.gate.ask(method, registry.path(f"manifests/{reference}"))
    served_manifest(answer, registry.layout.read(descriptor.digest), bodiless=method == "HEAD")
    assert answer.header("Content-Type") == {"image": MANIFEST, "index": INDEX}[kind]
    if what == "digest":
        assert answer.header("Etag") in (None, f'"{descriptor.digest}"')


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("reference", ["none", ABSENT, "sha256-" + "1" * 64])
def test_a_manifest_that_is_not_there(registry: Registry, method: str, reference: str) -> None:
    answer = registry.gate.ask(method, registry.path(f"manifests/{reference}"))
    assert answer.status == 404, answer
    if method == "GET":
        oci_error(answer, 404, "MANIFEST_UNKNOWN")


@pytest.mark.parametrize(
    "reference",
    ["sha256:baddigeststring", "sha256:" + "1" * 63, "sha256:" + "1" * 65, "sha256:" + "A" * 64, "md5:" + "1" * 32,
     "sha512:" + "1" * 64, "sha256:", ":", "sha256+b64:" + "1" * 64],
)  # fmt: skip
def test_a_digest_that_is_none(registry: Registry, reference: str) -> None:
    for kind in ("manifests", "blobs", "referrers"):
        oci_error(registry.gate.get(registry.path(f"{kind}/{reference}")), 400, "DIGEST_INVALID")


@pytest.mark.parametrize("reference", ["-tag", ".tag", "t" * 129, "ta%20g", "ta+g", "t~"])
def test_a_tag_that_is_none(registry: Registry, reference: str) -> None:
    answer = registry.gate.get(registry.path(f"manifests/{reference}"))
    assert answer.status in (400, 404), answer
    oci_error(answer, answer.status, answer.json()["errors"][0]["code"])


def test_a_repository_that_is_not_there(registry: Registry) -> None:
    answer = registry.gate.get(f"/v2/{REGISTRY}/no/such/manifests/1.0")
    assert answer.status == 404, answer
    assert answer.json()["errors"][0]["code"] in ("NAME_UNKNOWN", "MANIFEST_UNKNOWN")
    oci_error(answer, 404, answer.json()["errors"][0]["code"])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_blob(registry: Registry, method: str) -> None:
    assert registry.gate.get(registry.path("manifests/1.0")).status == 200
    answer = registry.gate.ask(method, registry.path(f"blobs/{registry.layer}"))
    served_blob(answer, registry.layout.read(registry.layer), bodiless=method == "HEAD")


def test_the_config_blob(registry: Registry) -> None:
    assert registry.gate.get(registry.path("manifests/1.0")).status == 200
    digest = json.loads(registry.layout.read(registry.image.digest))["config"]["digest"]
    served_blob(registry.gate.get(registry.path(f"blobs/{digest}")), registry.layout.read(digest))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_blob_that_is_not_there(registry: Registry, method: str) -> None:
    answer = registry.gate.ask(method, registry.path(f"blobs/{ABSENT}"))
    assert answer.status == 404, answer
    if method == "GET":
        oci_error(answer, 404, "BLOB_UNKNOWN")


def test_a_part_of_a_blob(registry: Registry) -> None:
    assert registry.gate.get(registry.path("manifests/1.0")).status == 200
    content = registry.layout.read(registry.layer)
    size = len(content)
    for asked, first, last in (
        ("bytes=0-", 0, size - 1),
        ("bytes=0-9", 0, 9),
        ("bytes=10-19", 10, 19),
        (f"bytes=5-{size + 100}", 5, size - 1),
        (f"bytes={size - 1}-", size - 1, size - 1),
    ):
        answer = registry.gate.get(registry.path(f"blobs/{registry.layer}"), {"Range": asked})
        assert answer.status == 206, f"{asked}: {answer}"
        assert answer.header("Content-Range") == f"bytes {first}-{last}/{size}", answer
        assert answer.complete and answer.body == content[first : last + 1], asked
        assert answer.header("Content-Type") == "application/octet-stream"


def test_a_part_beyond_the_end(registry: Registry) -> None:
    assert registry.gate.get(registry.path("manifests/1.0")).status == 200
    size = len(registry.layout.read(registry.layer))
    answer = registry.gate.get(registry.path(f"blobs/{registry.layer}"), {"Range": f"bytes={size}-"})
    assert answer.status == 416, answer
    assert answer.header("Content-Range") == f"bytes */{size}", answer


def test_a_range_on_a_manifest_is_answered_with_all_of_it(registry: Registry) -> None:
    answer = registry.gate.get(registry.path("manifests/1.0"), {"Range": "bytes=0-"})
    served_manifest(answer, registry.layout.read(registry.image.digest))


@pytest.mark.parametrize("known", ["as a header has it", "without quotes"])
def test_what_the_client_already_has_is_not_sent_again(registry: Registry, known: str) -> None:
    digest = registry.image.digest
    tag = f'"{digest}"' if known == "as a header has it" else digest
    answer = registry.gate.get(registry.path(f"manifests/{digest}"), {"If-None-Match": tag})
    if answer.status == 304:
        assert answer.body == b"" and answer.header("Content-Length") is None
    else:
        served_manifest(answer, registry.layout.read(digest))


def test_the_list_of_tags_is_in_lexical_order(registry: Registry) -> None:
    answer = registry.gate.get(registry.path("tags/list"))
    assert answer.status == 200 and answer.header("Content-Type") == "application/json", answer
    document = answer.json()
    assert document["name"] == f"{REGISTRY}/{REPOSITORY}"
    assert document["tags"] == sorted(document["tags"])
    assert {"1.0", "2.0"} <= set(document["tags"])


def test_the_list_of_tags_in_pages(registry: Registry) -> None:
    everything = registry.gate.get(registry.path("tags/list")).json()["tags"]
    seen: list[str] = []
    target = registry.path("tags/list?n=1")
    while target:
        answer = registry.gate.get(target)
        assert answer.status == 200, answer
        page = answer.json()["tags"]
        assert len(page) <= 1
        seen += page
        link = answer.header("Link")
        assert len(seen) <= len(everything)
        if link is None:
            break
        assert link.startswith("</v2/") and link.endswith('>; rel="next"'), link
        target = link[1 : link.index(">")]
    assert seen == everything


def test_no_tags_when_none_are_wanted(registry: Registry) -> None:
    answer = registry.gate.get(registry.path("tags/list?n=0"))
    assert answer.status == 200 and answer.json()["tags"] == [] and answer.header("Link") is None, answer


def test_the_list_of_tags_from_one_on(registry: Registry) -> None:
    everything = registry.gate.get(registry.path("tags/list")).json()["tags"]
    answer = registry.gate.get(registry.path("tags/list?last=1.0"))
    assert answer.json()["tags"] == [tag for tag in everything if tag > "1.0"], answer


@pytest.mark.parametrize("count", ["-1", "x", "", "1e3", "99999999999999999999"])
def test_a_number_of_tags_that_is_none(registry: Registry, count: str) -> None:
    answer = registry.gate.get(registry.path(f"tags/list?n={count}"))
    assert answer.status == 400, answer
    oci_error(answer, 400, answer.json()["errors"][0]["code"])


def test_the_referrers_of_an_index(registry: Registry) -> None:
    answer = registry.gate.get(registry.path(f"referrers/{registry.index.digest}"))
    assert answer.status == 200 and answer.header("Content-Type") == INDEX, answer
    document = answer.json()
    assert document["schemaVersion"] == 2 and document["mediaType"] == INDEX
    (entry,) = document["manifests"]
    assert (entry["digest"], entry["size"], entry["mediaType"]) == (
        registry.bundle.digest, registry.bundle.size, MANIFEST
    )  # fmt: skip
    assert entry["artifactType"] == sign.BUNDLE_V03
    assert entry["annotations"]["dev.sigstore.bundle.content"] == "dsse-envelope"


def test_the_referrers_of_one_type(registry: Registry) -> None:
    for kind, expected in ((sign.BUNDLE_V03, [registry.bundle.digest]), ("application/x", [])):
        answer = registry.gate.get(registry.path(f"referrers/{registry.index.digest}?artifactType={kind.replace('+', '%2B')}"))
        assert answer.status == 200, answer
        found = [entry["digest"] for entry in answer.json()["manifests"]]
        if answer.header("OCI-Filters-Applied") is not None:
            assert answer.header("OCI-Filters-Applied") == "artifactType"
            assert found == expected, answer
        else:
            assert found == [registry.bundle.digest]


@pytest.mark.parametrize("digest", [ABSENT, "image"])
def test_no_referrers_are_an_empty_list_and_never_404(registry: Registry, digest: str) -> None:
    subject = registry.image.digest if digest == "image" else digest
    answer = registry.gate.get(registry.path(f"referrers/{subject}"))
    assert answer.status == 200 and answer.header("Content-Type") == INDEX, answer
    assert answer.json()["manifests"] == []


def test_a_referrer_can_be_fetched(registry: Registry) -> None:
    answer = registry.gate.get(registry.path(f"manifests/{registry.bundle.digest}"))
    content = registry.layout.read(registry.bundle.digest)
    served_manifest(answer, content)
    layer = json.loads(content)["layers"][0]["digest"]
    served_blob(registry.gate.get(registry.path(f"blobs/{layer}")), registry.layout.read(layer))


def test_many_questions_on_one_connection(registry: Registry) -> None:
    with registry.gate.connect() as connection:
        for _ in range(3):
            for method in ("GET", "HEAD"):
                connection.send(request_bytes(method, registry.path("manifests/1.0")))
                answer = connection.answer(bodiless=method == "HEAD")
                assert answer.status == 200, answer
            connection.send(request_bytes("GET", registry.path(f"blobs/{ABSENT}")))
            assert connection.answer().status == 404


def test_questions_that_were_sent_ahead_are_answered_in_order(registry: Registry) -> None:
    with registry.gate.connect() as connection:
        paths = ["/v2/", registry.path("manifests/1.0"), registry.path("manifests/none"), registry.path("manifests/2.0")]
        connection.send(b"".join(request_bytes("GET", path) for path in paths))
        assert [connection.answer().status for _ in paths] == [200, 200, 404, 200]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_what_is_not_a_pull_is_not_supported(registry: Registry, method: str) -> None:
    for path in ("manifests/1.0", f"blobs/{registry.layer}", "blobs/uploads/", "tags/list"):
        answer = registry.gate.ask(method, registry.path(path))
        oci_error(answer, 405, "UNSUPPORTED")
