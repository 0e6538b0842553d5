"""Ways round the gate, one test or more for each: asking for denied bytes by another name, and deceiving pullgate as an
HTTP server. Each test is noted under the number and the phrase that `VECTORS` has for its attack.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Callable

import pytest

from conftest import StartGate
from demo import sign, statement
from demo.layer import File, make_layer
from demo.oci import (
    CONFIG,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    LAYER,
    MANIFEST,
    Descriptor,
    encode,
    write_artifact,
    write_fallback,
    write_index,
)
from support import gate
from support.client import Answer, NoAnswer, request_bytes
from support.denial import (
    decision_of,
    denied,
    oci_error,
    same_refusal_without_body,
    served_blob,
    served_manifest,
)
from support.gate import Gate
from support.hostile_registry import Exchange, HostileRegistry, Reply, gives_tags
from support.process import eventually
from support.workshop import AMD64, ARM64, REGISTRY, Workshop

VECTORS = {
    1: "a manifest through /blobs/",
    2: "a child by its digest",
    3: "HEAD and GET disagree",
    4: "a tag that moves between two looks",
    5: "bytes that depend on Accept",
    6: "media type confusion",
    7: "keys that differ only in case",
    8: "duplicate keys",
    9: "numbers, encodings and what follows the document",
    10: "digest algorithm confusion",
    11: "embedded data",
    12: "foreign urls",
    13: "nested, sparse and huge indexes",
    14: "an image that dresses up as a signature",
    15: "attestation manifests inside an index",
    16: "a signed child in an unsigned index",
    17: "a signature replayed in another repository",
    18: "a statement about somebody else",
    19: "an old digest under a new tag",
    20: "a stale verdict",
    21: "a blob of another repository",
    22: "ranges",
    23: "content encodings",
    24: "push verbs as a tunnel",
    25: "catalogues",
    32: "ns as a way to other hosts",
    33: "the path prefix as a way to other hosts",
    37: "request smuggling",
    38: "paths that decode to other paths",
    39: "line breaks in headers",
    41: "oversized requests",
}

Json = dict[str, Any]


def vector(number: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Notes on a test which vector it is about."""

    def mark(test: Callable[..., None]) -> Callable[..., None]:
        test.__doc__ = f"Vector {number}, {VECTORS[number]}. {test.__doc__ or ''}".strip()
        COVERED.add(number)
        return test

    return mark


COVERED: set[int] = set()

RULE = gate.signed_by("release", name="released")


@pytest.fixture
def running(workshop: Workshop, start_gate: StartGate) -> Gate:
    """A gate before the workshop's folder of layouts."""
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    return start_gate(gate.settings(upstream), workshop.policy(RULE))


@pytest.fixture
def before_hostile(workshop: Workshop, hostile: HostileRegistry, start_gate: StartGate) -> Gate:
    """A gate before a registry that does what the test tells it to."""
    upstream = gate.registry_upstream(REGISTRY, hostile.port)
    return start_gate(gate.settings(upstream), workshop.policy(RULE))


def manifest(of: str, reference: str | Descriptor) -> str:
    return f"/v2/{REGISTRY}/{of}/manifests/{reference if isinstance(reference, str) else reference.digest}"


def blob(of: str, digest: str) -> str:
    return f"/v2/{REGISTRY}/{of}/blobs/{digest}"


def publish_signed(workshop: Workshop, repository: str, content: bytes, media_type: str = MANIFEST) -> Descriptor:
    """Raw bytes as a manifest with the tag 1.0, and a good signature of them: only their form can be refused."""
    layout = workshop.layout(repository)
    image = layout.publish(layout.add(content, media_type), "1.0")
    workshop.sign(repository, image)
    return image


def document_of(workshop: Workshop, repository: str, image: Descriptor) -> Json:
    return json.loads(workshop.bytes_of(repository, image))


# 1


@vector(1)
def test_an_admitted_manifest_is_not_a_blob(running: Gate, workshop: Workshop) -> None:
    image, index = workshop.signed(), workshop.index()
    workshop.sign("acme/service", index)
    child = document_of(workshop, "acme/service", index)["manifests"][0]["digest"]
    assert running.get(manifest("acme/app", "1.0")).status == 200
    assert running.get(manifest("acme/service", "2.0")).status == 200
    for repository, digest in (("acme/app", image.digest), ("acme/service", index.digest), ("acme/service", child)):
        oci_error(running.get(blob(repository, digest)), 404, "BLOB_UNKNOWN")
        assert running.head(blob(repository, digest)).status == 404


@vector(1)
def test_a_refused_manifest_is_not_a_blob(running: Gate, workshop: Workshop) -> None:
    """containerd up to 2.1 asks there right after the refusal."""
    image = workshop.image()
    denied(running.get(manifest("acme/app", "1.0")), "NO_EVIDENCE")
    oci_error(running.get(blob("acme/app", image.digest)), 404, "BLOB_UNKNOWN")
    head = running.head(blob("acme/app", image.digest))
    assert head.status == 404 and "manifest" not in (head.header("Content-Type") or "")


@vector(1)
def test_a_manifest_that_an_admitted_image_lists_as_a_layer_is_not_a_blob(running: Gate, workshop: Workshop) -> None:
    """A signed image whose layer is the digest of a refused manifest must not make that manifest reachable as a blob
    once it is known to be one."""
    refused = workshop.image("acme/app", "bad")
    denied(running.get(manifest("acme/app", "bad")), "NO_EVIDENCE")
    good = workshop.image("acme/app", "good")
    document = document_of(workshop, "acme/app", good)
    document["layers"].append(refused.bare().as_json() | {"mediaType": LAYER})
    publish_signed(workshop, "acme/app", encode(document))
    assert running.get(manifest("acme/app", "1.0")).status == 200
    oci_error(running.get(blob("acme/app", refused.digest)), 404, "BLOB_UNKNOWN")


@vector(1)
def test_a_blob_is_octets_whatever_the_upstream_calls_it(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """containerd takes the type of what /blobs/ answers for the type of what it got."""
    image = workshop.signed()
    layer = document_of(workshop, "acme/app", image)["layers"][0]["digest"]
    hostile.on(
        f"/v2/acme/app/blobs/{layer}",
        lambda exchange: exchange.reply(exchange.honest().with_header("Content-Type", MANIFEST)),
    )
    assert before_hostile.get(manifest("acme/app", "1.0")).status == 200
    content = workshop.bytes_of("acme/app", layer)
    served_blob(before_hostile.get(blob("acme/app", layer)), content)
    served_blob(before_hostile.head(blob("acme/app", layer)), content, bodiless=True)


# 2


@vector(2)
def test_a_child_is_served_under_the_index_that_was_admitted(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    children = [entry["digest"] for entry in document_of(workshop, "acme/service", index)["manifests"]]
    assert running.get(manifest("acme/service", "2.0")).status == 200
    for child in children:
        served_manifest(running.get(manifest("acme/service", child)), workshop.bytes_of("acme/service", child))


@vector(2)
def test_a_child_of_a_refused_index_is_refused(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    child = document_of(workshop, "acme/service", index)["manifests"][0]["digest"]
    denied(running.get(manifest("acme/service", child)), "NO_EVIDENCE")
    denied(running.get(manifest("acme/service", "2.0")), "NO_EVIDENCE")
    denied(running.get(manifest("acme/service", child)), "PLATFORM_NOT_COVERED")


@vector(2)
def test_an_admission_does_not_reach_into_another_repository(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    child = document_of(workshop, "acme/service", index)["manifests"][0]
    other = workshop.layout("acme/other")
    for digest in (child["digest"], *(layer["digest"] for layer in json.loads(workshop.bytes_of("acme/service", child["digest"]))["layers"])):  # fmt: skip
        other.add_under(digest, workshop.bytes_of("acme/service", digest))
    other.publish(Descriptor(child["mediaType"], child["digest"], child["size"]), "1.0")
    assert running.get(manifest("acme/service", "2.0")).status == 200
    assert running.get(manifest("acme/service", child["digest"])).status == 200
    denied(running.get(manifest("acme/other", child["digest"])), "NO_EVIDENCE")


@vector(2)
def test_a_manifest_that_no_tag_names_is_judged_by_itself(running: Gate, workshop: Workshop) -> None:
    image = workshop.image(tag=None, listed=False)
    denied(running.get(manifest("acme/app", image)), "NO_EVIDENCE")
    workshop.layout("acme/app").publish(image)
    signed = workshop.image("acme/signed", tag=None, listed=False)
    workshop.sign("acme/signed", signed)
    served_manifest(running.get(manifest("acme/signed", signed)), workshop.bytes_of("acme/signed", signed))


# 3


@vector(3)
def test_head_is_refused_as_get_is(running: Gate, workshop: Workshop) -> None:
    image = workshop.image()
    for reference in ("1.0", image.digest):
        head = running.head(manifest("acme/app", reference))
        get = running.get(manifest("acme/app", reference))
        denied(get, "NO_EVIDENCE")
        same_refusal_without_body(head, get)
        assert "NO_EVIDENCE" in head.phrase


@vector(3)
def test_head_is_allowed_as_get_is(running: Gate, workshop: Workshop) -> None:
    image = workshop.signed()
    content = workshop.bytes_of("acme/app", image)
    for reference in ("1.0", image.digest):
        served_manifest(running.head(manifest("acme/app", reference)), content, bodiless=True)
        served_manifest(running.get(manifest("acme/app", reference)), content)


@vector(3)
def test_what_the_client_says_it_has_does_not_get_it_past_the_judge(running: Gate, workshop: Workshop) -> None:
    """A 304 is an allowance."""
    image = workshop.image()
    for method in ("GET", "HEAD"):
        for value in (f'"{image.digest}"', image.digest, "*"):
            answer = running.ask(method, manifest("acme/app", image), {"If-None-Match": value})
            assert answer.status == 403, answer


# 4


@vector(4)
def test_the_bytes_that_were_judged_are_the_bytes_that_are_served(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """The tag points to the signed image once and to the unsigned one ever after."""
    good, bad = workshop.signed("acme/app", "good"), workshop.image("acme/app", "bad")
    hostile.on("/v2/acme/app/manifests/1.0", gives_tags(bad.digest))
    hostile.on("/v2/acme/app/manifests/1.0", gives_tags(good.digest), times=1)
    served_manifest(before_hostile.get(manifest("acme/app", "1.0")), workshop.bytes_of("acme/app", good))


@vector(4)
def test_a_tag_that_moved_to_an_unsigned_image_is_refused(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    good, bad = workshop.signed("acme/app", "good"), workshop.image("acme/app", "bad")
    hostile.on("/v2/acme/app/manifests/1.0", gives_tags(good.digest))
    assert before_hostile.get(manifest("acme/app", "1.0")).status == 200
    hostile.on("/v2/acme/app/manifests/1.0", gives_tags(bad.digest))

    def refusal() -> Answer | None:
        answer = before_hostile.get(manifest("acme/app", "1.0"))
        return answer if answer.status == 403 else None

    answer = eventually(refusal)
    assert answer is not None
    assert denied(answer, "NO_EVIDENCE")["detail"]["digest"] == bad.digest


# 5


@vector(5)
def test_every_client_gets_the_same_bytes(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """docker-registry answers a client that accepts only Docker manifests with one child of the list."""
    index = workshop.index(docker=True)
    workshop.sign("acme/service", index)
    child = document_of(workshop, "acme/service", index)["manifests"][0]["digest"]

    def by_accept(exchange: Exchange) -> None:
        accepted = exchange.request.header("Accept")
        exchange.reply(exchange.honest() if DOCKER_LIST in accepted else exchange.registry.honest_reply(
            type(exchange.request)("GET", f"/v2/acme/service/manifests/{child}", ())))  # fmt: skip

    hostile.on("/v2/acme/service/manifests/2.0", by_accept)
    content = workshop.bytes_of("acme/service", index)
    for accept in (DOCKER_MANIFEST, DOCKER_LIST, MANIFEST, "text/plain", "*/*", ""):
        served_manifest(before_hostile.get(manifest("acme/service", "2.0"), {"Accept": accept}), content)


# 6


@vector(6)
def test_a_document_that_is_manifest_and_index_is_refused(running: Gate, workshop: Workshop) -> None:
    """CVE-2021-41190."""
    image = workshop.image(tag=None, listed=False)
    document = document_of(workshop, "acme/app", image)
    for number, (key, media_type) in enumerate((("manifests", MANIFEST), ("manifests", INDEX), ("fsLayers", MANIFEST))):
        repository = f"acme/both-{number}"
        publish_signed(workshop, repository, encode({**document, "mediaType": media_type, key: []}), media_type)
        denied(running.get(manifest(repository, "1.0")), "MANIFEST_INVALID")


@vector(6)
def test_a_type_that_does_not_fit_the_document_is_refused(running: Gate, workshop: Workshop) -> None:
    document = document_of(workshop, "acme/app", workshop.image(tag=None, listed=False))
    publish_signed(workshop, "acme/one", encode({**document, "mediaType": INDEX}), INDEX)
    denied(running.get(manifest("acme/one", "1.0")), "MANIFEST_INVALID")


@vector(6)
def test_a_content_type_that_contradicts_the_document_is_refused(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    workshop.signed()
    for claimed in (INDEX, DOCKER_MANIFEST):
        hostile.on(
            "/v2/acme/app/manifests/1.0",
            lambda exchange: exchange.reply(exchange.honest().with_header("Content-Type", claimed)),
        )
        denied(before_hostile.get(manifest("acme/app", "1.0")), "MANIFEST_INVALID")
    hostile.on(
        "/v2/acme/app/manifests/1.0",
        lambda exchange: exchange.reply(exchange.honest().with_header("Content-Type", f"{MANIFEST}; charset=utf-8")),
    )
    answer = before_hostile.get(manifest("acme/app", "1.0"))
    assert answer.status == 200 and answer.header("Content-Type") == MANIFEST, answer


@vector(6)
def test_a_document_without_a_type_is_served_under_the_one_it_has(running: Gate, workshop: Workshop) -> None:
    document = document_of(workshop, "acme/app", workshop.image(tag=None, listed=False))
    del document["mediaType"]
    content = encode(document)
    publish_signed(workshop, "acme/typeless", content)
    answer = running.get(manifest("acme/typeless", "1.0"))
    served_manifest(answer, content)
    assert answer.header("Content-Type") == MANIFEST


@vector(6)
def test_a_docker_schema_1_manifest_is_refused_with_advice(running: Gate, workshop: Workshop) -> None:
    content = encode({"schemaVersion": 1, "name": "app", "tag": "1.0", "architecture": "amd64", "fsLayers": [],
                      "history": [], "signatures": []})  # fmt: skip
    publish_signed(workshop, "acme/old", content)
    error = denied(running.get(manifest("acme/old", "1.0")), "MANIFEST_INVALID")
    assert "schema 1" in error["message"]


# 7, 8, 9: documents that two readers read differently


def twisted(workshop: Workshop, replace: tuple[bytes, bytes]) -> bytes:
    content = workshop.bytes_of("acme/plain", workshop.image("acme/plain"))
    before, after = replace
    assert before in content, content
    return content.replace(before, after, 1)


LOOKALIKES = {
    "Layers": (b'"layers":', b'"Layers":[],"layers":'),
    "LAYERS": (b'"layers":', b'"LAYERS":[],"layers":'),
    "ConFig": (b'"config":', b'"ConFig":{},"config":'),
    "Manifests": (b'"layers":', b'"Manifests":[],"layers":'),
    "layer with a long s": (b'"layers":', '"layerſ":[],"layers":'.encode()),
    "a Kelvin sign": (b'"size":', '"mediaTypeK":0,"ſize":1,"size":'.encode()),
    "Digest": (b'"digest":', b'"Digest":"sha256:' + b"0" * 64 + b'","digest":'),
    "mediatype": (b'"mediaType":', b'"mediatype":"x","mediaType":'),
}


@pytest.mark.parametrize("name", LOOKALIKES)
@vector(7)
def test_a_key_that_only_go_clients_would_obey_is_refused(running: Gate, workshop: Workshop, name: str) -> None:
    publish_signed(workshop, "acme/twisted", twisted(workshop, LOOKALIKES[name]))
    denied(running.get(manifest("acme/twisted", "1.0")), "MANIFEST_INVALID")


DUPLICATES = {
    "layers": (b'"layers":', b'"layers":[],"layers":'),
    "config": (b'"config":', b'"config":{},"config":'),
    "digest": (b'"digest":', b'"digest":"sha256:' + b"0" * 64 + b'","digest":'),
    "an escaped spelling": (b'"layers":', b'"\\u006cayers":[],"layers":'),
    "schemaVersion": (b'"schemaVersion":2', b'"schemaVersion":2,"schemaVersion":2'),
}


@pytest.mark.parametrize("name", DUPLICATES)
@vector(8)
def test_a_duplicate_key_is_refused(running: Gate, workshop: Workshop, name: str) -> None:
    publish_signed(workshop, "acme/twisted", twisted(workshop, DUPLICATES[name]))
    denied(running.get(manifest("acme/twisted", "1.0")), "MANIFEST_INVALID")


SIZE = re.compile(rb'"size":\d+')
FORMS: dict[str, Callable[[bytes], bytes]] = {
    "an exponent": lambda raw: SIZE.sub(b'"size":1e3', raw, 1),
    "a fraction": lambda raw: SIZE.sub(b'"size":10.0', raw, 1),
    "a negative size": lambda raw: SIZE.sub(b'"size":-1', raw, 1),
    "a size beyond 63 bits": lambda raw: SIZE.sub(b'"size":9223372036854775808', raw, 1),
    "a size as text": lambda raw: SIZE.sub(b'"size":"10"', raw, 1),
    "NaN": lambda raw: SIZE.sub(b'"size":NaN', raw, 1),
    "a leading zero": lambda raw: SIZE.sub(b'"size":01', raw, 1),
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "a document after it": lambda raw: raw + b"{}",
    "a NUL and more": lambda raw: raw + b"\x00{}",
    "a comment": lambda raw: raw.replace(b"{", b"{/* */", 1),
    "a trailing comma": lambda raw: raw[:-1] + b",}",
    "single quotes": lambda raw: raw.replace(b'"schemaVersion"', b"'schemaVersion'", 1),
    "bytes that are not UTF-8": lambda raw: raw.replace(b'"layers":', b'"\xff":1,"layers":', 1),
    "an overlong sequence": lambda raw: raw.replace(b'"layers":', b'"\xc0\xaf":1,"layers":', 1),
    "a lone surrogate": lambda raw: raw.replace(b'"layers":', b'"\\ud800":1,"layers":', 1),
    "nothing": lambda raw: b"",
    "a list": lambda raw: b"[" + raw + b"]",
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "another schema version": lambda raw: raw.replace(b'"schemaVersion":2', b'"schemaVersion":3'),
}


@pytest.mark.parametrize("name", FORMS)
@vector(9)
def test_a_form_that_readers_disagree_on_is_refused(running: Gate, workshop: Workshop, name: str) -> None:
    plain = workshop.bytes_of("acme/plain", workshop.image("acme/plain"))
    publish_signed(workshop, "acme/twisted", FORMS[name](plain))
    denied(running.get(manifest("acme/twisted", "1.0")), "MANIFEST_INVALID")


@vector(9)
def test_a_manifest_nested_too_deeply_is_refused(running: Gate, workshop: Workshop) -> None:
    plain = workshop.bytes_of("acme/plain", workshop.image("acme/plain"))
    deep = plain.replace(b'"layers":', b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"layers":', 1)
    publish_signed(workshop, "acme/deep", deep)
    denied(running.get(manifest("acme/deep", "1.0")), "LIMIT_EXCEEDED")


@vector(9)
def test_a_manifest_larger_than_clients_accept_is_refused(running: Gate, workshop: Workshop) -> None:
    plain = workshop.bytes_of("acme/plain", workshop.image("acme/plain"))
    publish_signed(workshop, "acme/large", plain[:-1] + b" " * (4 * 1024 * 1024) + b"}")
    error = oci_error(running.get(manifest("acme/large", "1.0")), 502, "UNAVAILABLE")
    assert error["detail"]["reason"] == "LIMIT_EXCEEDED"


# 10


@pytest.mark.parametrize(
    "digest",
    ["sha256:" + "A" * 64, "sha256:" + "0" * 63, "sha256:" + "0" * 128, "sha512:" + "0" * 64, "md5:" + "0" * 32,
     "SHA256:" + "0" * 64, "sha1:" + "0" * 40, "sha256:" + "0" * 62 + "g0", "sha384:" + "0" * 96],
)  # fmt: skip
@vector(10)
def test_a_digest_of_another_form_or_algorithm_is_malformed(running: Gate, digest: str) -> None:
    oci_error(running.get(manifest("acme/app", digest)), 400, "DIGEST_INVALID")
    oci_error(running.get(blob("acme/app", digest)), 400, "DIGEST_INVALID")


@vector(10)
def test_a_signature_over_one_digest_says_nothing_about_another_algorithms(
    running: Gate, workshop: Workshop
) -> None:
    image = workshop.signed()
    content = workshop.bytes_of("acme/app", image)
    digest = "sha512:" + hashlib.sha512(content).hexdigest()
    workshop.layout("acme/app").add_under(digest, content)
    answer = running.get(manifest("acme/app", digest))
    assert answer.status in (403, 404), answer
    assert answer.header("Docker-Content-Digest") is None


# 11, 12


@vector(11)
def test_a_child_that_is_embedded_in_its_index_is_refused(running: Gate, workshop: Workshop) -> None:
    """containerd would use the data and never ask for the child."""
    child = workshop.image("acme/embedded", tag=None, listed=False)
    raw = workshop.bytes_of("acme/embedded", child)
    entry = child.as_json() | {"data": sign.b64(raw)}
    publish_signed(workshop, "acme/embedded", encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}), INDEX)
    denied(running.get(manifest("acme/embedded", "1.0")), "MANIFEST_INVALID")


@vector(11)
def test_embedded_data_that_is_not_what_the_digest_names_is_refused(running: Gate, workshop: Workshop) -> None:
    image = workshop.image("acme/plain")
    document = document_of(workshop, "acme/plain", image)
    document["config"]["data"] = sign.b64(b'{"evil":true}')
    publish_signed(workshop, "acme/embedded", encode(document))
    denied(running.get(manifest("acme/embedded", "1.0")), "MANIFEST_INVALID")


@vector(12)
def test_a_layer_that_clients_would_fetch_elsewhere_is_refused(running: Gate, workshop: Workshop) -> None:
    document = document_of(workshop, "acme/plain", workshop.image("acme/plain"))
    document["layers"][0]["urls"] = ["https://evil.example/layer"]
    publish_signed(workshop, "acme/foreign", encode(document))
    denied(running.get(manifest("acme/foreign", "1.0")), "MANIFEST_INVALID")
    document["layers"][0]["urls"] = []
    publish_signed(workshop, "acme/local", encode(document))
    assert running.get(manifest("acme/local", "1.0")).status == 200


# 13


@vector(13)
def test_an_index_with_more_entries_than_the_limit_is_refused(running: Gate, workshop: Workshop) -> None:
    entry = Descriptor(MANIFEST, "sha256:" + "0" * 64, 500)
    entries = [{**entry.as_json(), "digest": f"sha256:{number:064x}"} for number in range(513)]
    publish_signed(workshop, "acme/wide", encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}), INDEX)
    denied(running.get(manifest("acme/wide", "1.0")), "LIMIT_EXCEEDED")


@vector(13)
def test_a_sparse_index_is_served_and_its_missing_child_is_not_found(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    child = document_of(workshop, "acme/service", index)["manifests"][1]["digest"]
    workshop.layout("acme/service").blob_path(child).unlink()
    assert running.get(manifest("acme/service", "2.0")).status == 200
    oci_error(running.get(manifest("acme/service", child)), 404, "MANIFEST_UNKNOWN")


@vector(13)
def test_indexes_within_indexes_are_followed_as_deep_as_real_ones_go(running: Gate, workshop: Workshop) -> None:
    layout = workshop.layout("acme/deep")
    image = workshop.image("acme/deep", tag=None, listed=False)
    chain = [image]
    for _ in range(8):
        chain.append(write_index(layout, [chain[-1]]))
    outer = chain[2]
    layout.publish(outer, "1.0")
    workshop.sign("acme/deep", outer)
    for descriptor in (outer, chain[1], chain[0]):
        content = workshop.bytes_of("acme/deep", descriptor)
        served_manifest(running.get(manifest("acme/deep", descriptor)), content)
    too_deep = chain[-1]
    layout.publish(too_deep, "deep")
    workshop.sign("acme/deep", too_deep)
    reached = 0
    for descriptor in reversed(chain[3:]):
        reached += running.get(manifest("acme/deep", descriptor)).status == 200
    assert 0 < reached <= 5


# 14


@vector(14)
def test_an_image_under_a_signatures_tag_is_judged(running: Gate, workshop: Workshop) -> None:
    image, victim = workshop.image(), workshop.image("acme/app", "victim")
    for suffix in (".sig", ".att", ".sbom", ""):
        tag = victim.digest.replace(":", "-") + suffix
        workshop.layout("acme/app").publish(image, tag)
        assert running.get(manifest("acme/app", tag)).status == 403, tag
        assert running.head(manifest("acme/app", tag)).status == 403, tag


@vector(14)
def test_an_image_that_calls_itself_an_artifact_is_judged(running: Gate, workshop: Workshop) -> None:
    """artifactType and subject are words; the layers are what runs."""
    layout = workshop.layout("acme/app")
    victim = workshop.image("acme/app", "victim")
    tar = make_layer([File("bin/evil", b"#!/bin/sh\n", 0o755)])
    config = layout.add(encode({"rootfs": {"type": "layers", "diff_ids": [tar.diff_id]}}), CONFIG)
    for name, artifact_type in (("bundle", sign.BUNDLE_V03), ("signature", "application/vnd.cncf.notary.signature")):
        smuggled = write_artifact(
            layout, [layout.add(tar.content, LAYER)], artifact_type=artifact_type, subject=victim, config=config
        )
        layout.publish(smuggled, name)
        assert running.get(manifest("acme/app", name)).status == 403, name
        assert running.get(manifest("acme/app", smuggled)).status == 403, name


@vector(14)
def test_one_runnable_layer_among_signatures_makes_it_an_image(running: Gate, workshop: Workshop) -> None:
    layout = workshop.layout("acme/app")
    image = workshop.image()
    signature = json.loads(workshop.bytes_of("acme/app", workshop.sign("acme/app", image)))
    tar = make_layer([File("bin/evil", b"#!/bin/sh\n", 0o755)])
    signature["layers"].append(layout.add(tar.content, LAYER).as_json())
    layout.publish(layout.add(encode(signature), MANIFEST), "mixed")
    assert running.get(manifest("acme/app", "mixed")).status == 403


@vector(14)
def test_a_list_of_referrers_with_an_image_among_them_is_judged(running: Gate, workshop: Workshop) -> None:
    layout = workshop.layout("acme/app")
    victim, image = workshop.image("acme/app", "victim"), workshop.image()
    dsse = sign.envelope(workshop.keys.release, statement.cosign_sign_statement(victim))
    bundle = sign.attach_bundle(layout, victim, sign.bundle(sign.dsse_content(dsse), hint="x"), listed=False)
    listed = write_fallback(layout, victim, [bundle])
    tag = victim.digest.replace(":", "-")
    served_manifest(running.get(manifest("acme/app", tag)), workshop.bytes_of("acme/app", listed))
    write_fallback(layout, victim, [bundle, image])
    assert running.get(manifest("acme/app", tag)).status == 403


@vector(14)
def test_evidence_itself_passes_with_its_blobs(running: Gate, workshop: Workshop) -> None:
    """Otherwise nobody could verify anything behind the gate; it is not an image and cannot be run."""
    image = workshop.image()
    signature = workshop.sign("acme/app", image)
    attestation = workshop.attest("acme/app", image)
    for evidence in (signature, attestation):
        raw = workshop.bytes_of("acme/app", evidence)
        served_manifest(running.get(manifest("acme/app", evidence)), raw)
        for layer in json.loads(raw)["layers"]:
            served_blob(running.get(blob("acme/app", layer["digest"])), workshop.bytes_of("acme/app", layer["digest"]))


# 15, 16


@vector(15)
def test_a_buildkit_attestation_manifest_is_served_under_its_signed_index(running: Gate, workshop: Workshop) -> None:
    layout = workshop.layout("acme/built")
    image = workshop.image("acme/built", tag=None, listed=False)
    provenance = layout.add(encode(workshop.provenance("acme/built", image)), "application/vnd.in-toto+json")
    config = layout.add(encode({"architecture": "unknown", "os": "unknown", "rootfs": {"type": "layers", "diff_ids": []}}), CONFIG)  # fmt: skip
    attestation = layout.add(
        encode({"schemaVersion": 2, "mediaType": MANIFEST, "config": config.as_json(), "layers": [provenance.as_json()]}),
        MANIFEST,
    )
    marked = Descriptor(
        MANIFEST, attestation.digest, attestation.size,
        annotations={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image.digest},
        extra={"platform": {"architecture": "unknown", "os": "unknown"}},
    )  # fmt: skip
    index = write_index(layout, [image, marked], name="1.0")
    workshop.sign("acme/built", index)
    assert running.get(manifest("acme/built", "1.0")).status == 200
    for member in (image, attestation):
        served_manifest(running.get(manifest("acme/built", member)), workshop.bytes_of("acme/built", member))


@vector(15)
def test_unsigned_provenance_inside_an_unsigned_index_proves_nothing(
    workshop: Workshop, start_gate: StartGate
) -> None:
    layout = workshop.layout("acme/built")
    image = workshop.image("acme/built", tag=None, listed=False)
    provenance = layout.add(encode(workshop.provenance("acme/built", image)), "application/vnd.in-toto+json")
    attestation = write_artifact(
        layout, [provenance], artifact_type="application/vnd.docker.attestation.manifest.v1+json", subject=image
    )
    write_index(layout, [image, attestation], name="1.0")
    rule = {"name": "proven", "scopes": ["**"], "require": {"provenance": {"builder": "ci"}}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    for reference in ("1.0", image.digest):
        assert running.get(manifest("acme/built", reference)).status == 403


@vector(16)
def test_a_signed_child_does_not_admit_the_index_around_it(running: Gate, workshop: Workshop) -> None:
    """An old, signed child beside a malicious one."""
    layout = workshop.layout("acme/mixed")
    good = workshop.image("acme/mixed", "good", platform=AMD64)
    evil = workshop.image("acme/mixed", "evil", platform=ARM64)
    workshop.sign("acme/mixed", good)
    index = write_index(layout, [good, evil], name="1.0")
    assert running.get(manifest("acme/mixed", good)).status == 200
    denied(running.get(manifest("acme/mixed", "1.0")), "NO_EVIDENCE")
    denied(running.get(manifest("acme/mixed", index)), "NO_EVIDENCE")
    denied(running.get(manifest("acme/mixed", evil)), "PLATFORM_NOT_COVERED")
    assert running.get(manifest("acme/mixed", good)).status == 200


# 17, 18


@vector(17)
def test_provenance_replayed_in_another_repository_does_not_count(workshop: Workshop, start_gate: StartGate) -> None:
    """The same bytes with all their evidence under another name: the policy ties the name that was asked for to the
    source that the provenance states."""
    layers = [make_layer([File("bin/tool", b"the same in both")])]
    original = workshop.image("acme/app", layers=layers)
    assert workshop.image("acme/payroll", layers=layers).digest == original.digest
    for repository in ("acme/app", "acme/payroll"):
        workshop.attest(repository, original, sign.envelope(workshop.keys.builder, workshop.provenance("acme/app", original)))
    provenance = {"builder": "ci", "source": {"repository": "https://github.com/acme/{repo}"}}
    rule = {"name": "own-source", "scopes": ["**"], "require": {"provenance": provenance}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    assert running.get(manifest("acme/app", "1.0")).status == 200
    for reference in ("1.0", original.digest):
        denied(running.get(manifest("acme/payroll", reference)), "SOURCE_NOT_ALLOWED", rule="own-source")


@vector(17)
def test_provenance_of_one_tag_does_not_count_for_another(workshop: Workshop, start_gate: StartGate) -> None:
    image = workshop.image()
    workshop.layout("acme/app").publish(image, "v1.0")
    workshop.attest("acme/app", image)  # built from refs/tags/v1.0
    provenance = {"builder": "ci", "source": {"ref": "refs/tags/{tag}"}}
    rule = {"name": "own-tag", "scopes": ["**"], "require": {"provenance": provenance}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    assert running.get(manifest("acme/app", "v1.0")).status == 200
    denied(running.get(manifest("acme/app", "1.0")), "SOURCE_NOT_ALLOWED", rule="own-tag")


@vector(18)
def test_a_statement_about_somebody_else_does_not_count(workshop: Workshop, start_gate: StartGate) -> None:
    """All the variations are in test_evidence.py; here for the request by digest as well."""
    image, other = workshop.image(), workshop.image("acme/app", "other")
    envelope = sign.envelope(workshop.keys.builder, workshop.provenance("acme/app", other))
    workshop.attest("acme/app", image, envelope)
    rule = {"name": "proven", "scopes": ["**"], "require": {"provenance": {"builder": "ci"}}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    for reference in ("1.0", image.digest):
        denied(running.get(manifest("acme/app", reference)), "SUBJECT_MISMATCH")


# 19, 20


@vector(19)
def test_a_digest_that_was_called_back_is_refused_under_every_tag(workshop: Workshop, start_gate: StartGate) -> None:
    bad, good = workshop.signed("acme/app", "1.0"), workshop.signed("acme/app", "1.1")
    workshop.layout("acme/app").publish(bad, "latest")
    require = {"allOf": [{"signature": "release"}, {"reject": {"digests": [bad.digest]}}]}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    rule = {"name": "not-that-one", "scopes": ["**"], "require": require}
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    for reference in ("1.0", "latest", bad.digest):
        denied(running.get(manifest("acme/app", reference)), "REJECTED_BY_RULE", rule="not-that-one")
    served_manifest(running.get(manifest("acme/app", "1.1")), workshop.bytes_of("acme/app", good))


@vector(20)
def test_a_refusal_does_not_outlive_its_cause(running: Gate, workshop: Workshop) -> None:
    """Somebody signs the image right after the refusal: the pull has to succeed soon, without a restart."""
    image = workshop.image()
    denied(running.get(manifest("acme/app", "1.0")), "NO_EVIDENCE")
    workshop.sign("acme/app", image)
    assert eventually(lambda: running.get(manifest("acme/app", "1.0")).status == 200, 15)


@vector(20)
def test_a_verdict_of_one_policy_does_not_hold_under_another(workshop: Workshop, start_gate: StartGate) -> None:
    image = workshop.signed()
    upstream = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    first = start_gate(upstream, workshop.policy(RULE))
    served_manifest(first.get(manifest("acme/app", "1.0")), workshop.bytes_of("acme/app", image))
    second = start_gate(upstream, workshop.policy(gate.signed_by("builder")))
    error = denied(second.get(manifest("acme/app", "1.0")), "SIGNER_NOT_TRUSTED")
    assert decision_of(error)


# 21


@vector(21)
def test_a_blob_is_served_only_where_an_admitted_manifest_names_it(running: Gate, workshop: Workshop) -> None:
    image = workshop.signed("acme/app")
    layer = document_of(workshop, "acme/app", image)["layers"][0]["digest"]
    content = workshop.bytes_of("acme/app", layer)
    other = workshop.layout("acme/other")
    other.add_under(layer, content)
    workshop.signed("acme/other")
    assert running.get(manifest("acme/app", "1.0")).status == 200
    assert running.get(manifest("acme/other", "1.0")).status == 200
    served_blob(running.get(blob("acme/app", layer)), content)
    oci_error(running.get(blob("acme/other", layer)), 404, "BLOB_UNKNOWN")
    assert running.head(blob("acme/other", layer)).status == 404


@vector(21)
def test_the_layers_of_a_refused_image_are_not_served(running: Gate, workshop: Workshop) -> None:
    """containerd fetches the manifest from elsewhere and the layers from whoever gives them."""
    image = workshop.image()
    document = document_of(workshop, "acme/app", image)
    denied(running.get(manifest("acme/app", "1.0")), "NO_EVIDENCE")
    for descriptor in (document["config"], *document["layers"]):
        oci_error(running.get(blob("acme/app", descriptor["digest"])), 404, "BLOB_UNKNOWN")
        assert running.head(blob("acme/app", descriptor["digest"])).status == 404


@vector(21)
def test_a_layer_that_a_refused_image_shares_with_an_admitted_one_is_served(running: Gate, workshop: Workshop) -> None:
    layers = [make_layer([File("shared", b"by both")])]
    good = workshop.image("acme/app", "good", layers=layers)
    workshop.sign("acme/app", good)
    workshop.image("acme/app", "bad", layers=layers, annotations={"different": "manifest"})
    denied(running.get(manifest("acme/app", "bad")), "NO_EVIDENCE")
    digest = document_of(workshop, "acme/app", good)["layers"][0]["digest"]
    oci_error(running.get(blob("acme/app", digest)), 404, "BLOB_UNKNOWN")
    assert running.get(manifest("acme/app", "good")).status == 200
    served_blob(running.get(blob("acme/app", digest)), workshop.bytes_of("acme/app", digest))


@vector(21)
def test_a_mount_is_not_a_way_in(running: Gate, workshop: Workshop) -> None:
    image = workshop.signed()
    layer = document_of(workshop, "acme/app", image)["layers"][0]["digest"]
    target = f"/v2/{REGISTRY}/acme/other/blobs/uploads/?mount={layer}&from=acme/app"
    oci_error(running.ask("POST", target), 405, "UNSUPPORTED")


# 22, 23


@pytest.fixture
def layer(running: Gate, workshop: Workshop) -> tuple[str, bytes]:
    """The path and the content of a layer that may be had."""
    image = workshop.signed()
    digest = document_of(workshop, "acme/app", image)["layers"][0]["digest"]
    assert running.get(manifest("acme/app", "1.0")).status == 200
    return blob("acme/app", digest), workshop.bytes_of("acme/app", digest)


@pytest.mark.parametrize(
    "value",
    ["bytes=0-0,2-3", "bytes=" + ",".join(f"{n}-{n}" for n in range(500)), "bytes=5-2", "bytes=-", "bytes=a-b",
     "bytes=0x1-2", "bytes=1-2-3", "items=0-1", "bytes 0-1", "bytes=+1-2",
     "bytes=99999999999999999999-", "bytes=0-99999999999999999999", "bytes=18446744073709551615-", "bytes=,", ""],
)  # fmt: skip
@vector(22)
def test_a_range_that_is_not_one_plain_range_gives_all_or_nothing(
    running: Gate, layer: tuple[str, bytes], value: str
) -> None:
    path, content = layer
    answer = running.get(path, {"Range": value})
    assert answer.status in (200, 206, 416), answer
    assert answer.complete
    if answer.status == 200:
        served_blob(answer, content)
    elif answer.status == 206:
        # Only what asks for the whole of it may be granted as a part.
        assert value == "bytes=0-99999999999999999999" and answer.body == content, answer
    else:
        assert answer.header("Content-Range") == f"bytes */{len(content)}", answer
        assert content[:50] not in answer.body


@vector(22)
def test_two_range_headers_give_all_or_nothing(running: Gate, layer: tuple[str, bytes]) -> None:
    path, content = layer
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\nRange: bytes=4-5\r\nConnection: close\r\n\r\n"
    answer = running.raw(request.encode())
    assert answer.status in (200, 400, 416), answer
    if answer.status == 200:
        served_blob(answer, content)


@vector(22)
def test_a_suffix_range_gives_the_end_or_everything(running: Gate, layer: tuple[str, bytes]) -> None:
    path, content = layer
    answer = running.get(path, {"Range": "bytes=-7"})
    assert answer.status in (200, 206), answer
    assert answer.complete and answer.body == (content if answer.status == 200 else content[-7:])


@vector(22)
def test_a_range_does_not_reach_a_blob_that_is_not_admitted(running: Gate, workshop: Workshop) -> None:
    image = workshop.image("acme/refused")
    digest = document_of(workshop, "acme/refused", image)["layers"][0]["digest"]
    for value in ("bytes=0-", "bytes=0-0", "bytes=-1"):
        oci_error(running.get(blob("acme/refused", digest), {"Range": value}), 404, "BLOB_UNKNOWN")


@vector(23)
def test_nothing_is_compressed_on_its_way(running: Gate, layer: tuple[str, bytes]) -> None:
    path, content = layer
    for target in (path, manifest("acme/app", "1.0")):
        answer = running.get(target, {"Accept-Encoding": "zstd;q=1.0, gzip;q=0.8, deflate;q=0.5"})
        assert answer.status == 200 and answer.header("Content-Encoding") is None, answer
        assert answer.header("Content-Length") == str(len(answer.body))


# 24, 25


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@vector(24)
def test_a_push_ends_at_the_gate(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop, method: str
) -> None:
    image = workshop.signed()
    for rest in ("blobs/uploads/", f"blobs/uploads/?digest={image.digest}", "blobs/uploads/1234-5678",
                 "manifests/1.0", f"manifests/{image.digest}", f"blobs/{image.digest}"):  # fmt: skip
        oci_error(before_hostile.ask(method, f"/v2/{REGISTRY}/acme/app/{rest}"), 405, "UNSUPPORTED")
    assert hostile.requests == []


@vector(24)
def test_the_body_of_a_push_is_not_read_as_the_next_request(running: Gate) -> None:
    smuggled = request_bytes("GET", "/v2/")
    with running.connect() as connection:
        head = {"Content-Length": str(len(smuggled)), "Content-Type": MANIFEST}
        connection.send(request_bytes("PUT", manifest("acme/app", "1.0"), head, body=smuggled))
        oci_error(connection.answer(), 405, "UNSUPPORTED")
        assert connection.is_ended_by_peer()


@vector(25)
def test_there_is_no_catalogue(running: Gate, workshop: Workshop) -> None:
    workshop.signed()
    for path in ("/v2/_catalog", "/v2/_catalog?n=100", f"/v2/{REGISTRY}/_catalog"):
        answer = running.get(path)
        assert answer.status in (404, 405), answer
        assert b"acme" not in answer.body


# 32, 33


FOREIGN = ["169.254.169.254", "localhost:6443", "127.0.0.1", "user@site.local", "site.local@evil.example",
           "site.local/../x", "site.local:80", "site.local.", "SITE.LOCAL.evil", "site.local%00", "[::1]",
           "http://site.local", "site.local#", "site.local?x", "ghcr.io", "*", "", "..", "site.local%2f..", "x" * 300]  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
@vector(32)
def test_ns_reaches_configured_upstreams_only(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop, name: str
) -> None:
    workshop.signed()
    from urllib.parse import quote

    for value in {name, quote(name, safe="%")}:
        if " " in value or "#" in value:
            continue
        answer = before_hostile.get(f"/v2/acme/app/manifests/1.0?ns={value}")
        assert answer.status in (400, 404), answer
        oci_error(answer, answer.status, answer.json()["errors"][0]["code"])
    assert hostile.requests == []


@vector(32)
def test_ns_given_twice_is_malformed(running: Gate, workshop: Workshop) -> None:
    workshop.signed()
    assert running.get(f"/v2/acme/app/manifests/1.0?ns={REGISTRY}").status == 200
    for query in (f"ns={REGISTRY}&ns={REGISTRY}", f"ns={REGISTRY}&ns=ghcr.io", f"ns=ghcr.io&ns={REGISTRY}",
                  f"ns={REGISTRY}&n%73={REGISTRY}"):  # fmt: skip
        answer = running.get(f"/v2/acme/app/manifests/1.0?{query}")
        assert answer.status == 400, f"{query}: {answer}"
        oci_error(answer, 400, answer.json()["errors"][0]["code"])


@vector(32)
def test_ns_and_path_prefix_name_the_same_image(running: Gate, workshop: Workshop) -> None:
    image = workshop.image()
    by_query = running.get(f"/v2/acme/app/manifests/1.0?ns={REGISTRY}")
    by_path = running.get(manifest("acme/app", "1.0"))
    first, second = denied(by_query, "NO_EVIDENCE"), denied(by_path, "NO_EVIDENCE")
    assert first["message"] == second["message"]
    workshop.sign("acme/app", image)


@pytest.mark.parametrize("name", ["169.254.169.254", "localhost:6443", "127.0.0.1", "evil.example", "ghcr.io"])
@vector(33)
def test_a_path_prefix_reaches_configured_upstreams_only(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop, name: str
) -> None:
    workshop.signed()
    for path in (f"/v2/{name}/acme/app/manifests/1.0", f"/v2/{name}/{REGISTRY}/acme/app/manifests/1.0"):
        answer = before_hostile.get(path)
        assert answer.status in (400, 404), answer
        oci_error(answer, answer.status, answer.json()["errors"][0]["code"])
    assert hostile.requests == []


@vector(33)
def test_without_a_default_an_unqualified_name_is_not_found(running: Gate, workshop: Workshop) -> None:
    workshop.signed()
    answer = running.get("/v2/acme/app/manifests/1.0")
    assert answer.status == 404, answer
    oci_error(answer, 404, "NAME_UNKNOWN")


# 37

HOST = "Host: gate.test\r\n"
DESYNC = {
    "Content-Length and Transfer-Encoding": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "two equal lengths": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "a length list": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0, 0\r\n\r\n",
    "a length with a sign": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: +0\r\n\r\n",
    "a negative length": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: -1\r\n\r\n",
    "a hexadecimal length": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0x0\r\n\r\n",
    "a body on GET": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
    "a chunked body on GET": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a body on HEAD": "HEAD /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
    "an unknown transfer coding": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: xchunked\r\n\r\n",
    "a hidden transfer coding": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked, identity\r\n\r\n",
    "two transfer codings": "POST /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a vertical tab before chunked": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding:\x0bchunked\r\n\r\n",
    "a bare LF": "GET /v2/ HTTP/1.1\nHost: x\n\n",
    "a bare LF inside": "GET /v2/ HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n",
    "a bare CR": "GET /v2/ HTTP/1.1\r\n" + HOST + "X-A: 1\rX-B: 2\r\n\r\n",
    "a folded line": "GET /v2/ HTTP/1.1\r\n" + HOST + "X-A: 1\r\n 2\r\n\r\n",
    "a fold before any field": "GET /v2/ HTTP/1.1\r\n X: 1\r\n" + HOST + "\r\n",
    "a space before the colon": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length : 0\r\n\r\n",
    "a field without a colon": "GET /v2/ HTTP/1.1\r\n" + HOST + "nonsense\r\n\r\n",
    "an empty field name": "GET /v2/ HTTP/1.1\r\n" + HOST + ": x\r\n\r\n",
    "a NUL in a field": "GET /v2/ HTTP/1.1\r\n" + HOST + "X-A: \x00\r\n\r\n",
    "no host": "GET /v2/ HTTP/1.1\r\n\r\n",
    "two hosts": "GET /v2/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two spaces in the request line": "GET  /v2/ HTTP/1.1\r\n" + HOST + "\r\n",
    "a tab in the request line": "GET\t/v2/ HTTP/1.1\r\n" + HOST + "\r\n",
    "a space in the target": "GET /v2/ x HTTP/1.1\r\n" + HOST + "\r\n",
    "no version": "GET /v2/\r\n" + HOST + "\r\n",
    "another version": "GET /v2/ HTTP/2.0\r\n" + HOST + "\r\n",
    "another protocol": "GET /v2/ SPDY/1.1\r\n" + HOST + "\r\n",
    "an absolute target": "GET http://evil.example/v2/ HTTP/1.1\r\n" + HOST + "\r\n",
    "an authority target": "GET evil.example:443 HTTP/1.1\r\n" + HOST + "\r\n",
    "an asterisk": "GET * HTTP/1.1\r\n" + HOST + "\r\n",
}


@pytest.mark.parametrize("name", DESYNC)
@vector(37)
def test_a_request_whose_end_is_in_doubt_is_the_last_on_its_connection(running: Gate, name: str) -> None:
    with running.connect() as connection:
        connection.send(DESYNC[name].encode("latin-1") + request_bytes("GET", "/v2/"))
        answer = connection.answer(bodiless=DESYNC[name].startswith("HEAD"))
        assert answer.status in (400, 405, 505), answer
        if not DESYNC[name].startswith("HEAD"):
            oci_error(answer, answer.status, answer.json()["errors"][0]["code"])
        rest = connection.bytes_until_end()
        assert b"HTTP/" not in rest, f"the bytes behind it were read as another request: {rest!r}"


@vector(37)
def test_expect_100_continue_does_not_open_a_body(running: Gate) -> None:
    request = f"GET /v2/ HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: 10\r\n\r\n"
    answer = running.raw(request.encode())
    assert answer.status in (400, 417), answer


@vector(37)
def test_an_upgrade_is_ignored(running: Gate) -> None:
    for upgrade in ("h2c", "websocket"):
        headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": upgrade, "HTTP2-Settings": "AAMAAABkAAQ"}
        with running.connect() as connection:
            connection.send(request_bytes("GET", "/v2/", headers))
            assert connection.answer().status == 200


@vector(37)
def test_a_framing_fault_upstream_is_not_carried_into_the_next_answer(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """The upstream sends a whole second answer behind the first; on a kept connection it would answer the next question,
    which is about another image."""
    image, other = workshop.signed(), workshop.image("acme/app", "other")
    innocent = {f"acme/next-{number}": workshop.signed(f"acme/next-{number}") for number in range(8)}
    planted = Reply(200, [("Content-Type", MANIFEST)]).with_body(workshop.bytes_of("acme/app", other))

    def two_answers(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.send(reply.head() + reply.body)
        exchange.wait(0.1)  # the first one is taken for complete by now
        exchange.send(planted.head() + planted.body)

    assert before_hostile.get(manifest("acme/app", "1.0")).status == 200
    for layer in document_of(workshop, "acme/app", image)["layers"]:
        hostile.on(f"/v2/acme/app/blobs/{layer['digest']}", two_answers)
        content = workshop.bytes_of("acme/app", layer["digest"])
        served_blob(before_hostile.get(blob("acme/app", layer["digest"])), content)
    assert hostile.settled()
    for repository, descriptor in innocent.items():
        answer = before_hostile.get(manifest(repository, "1.0"))
        served_manifest(answer, workshop.bytes_of(repository, descriptor))


# 38

TRAVERSALS = [
    "/v2/{r}/acme/app/../secret/manifests/1.0", "/v2/{r}/../../etc/passwd", "/v2/{r}/acme/./app/manifests/1.0",
    "/v2/{r}/acme//app/manifests/1.0", "//v2/{r}/acme/app/manifests/1.0", "/v2/{r}/acme%2fapp/manifests/1.0",
    "/v2/{r}/acme%2Fapp/manifests/1.0", "/v2/{r}/acme/%2e%2e/app/manifests/1.0", "/v2/{r}/acme/app/manifests/%2e%2e",
    "/v2/{r}/acme%252fapp/manifests/1.0", "/v2/{r}/acme/app%00/manifests/1.0", "/v2/{r}/acme/app/manifests/1.0%00",
    "/v2/{r}/acme/%c0%ae%c0%ae/manifests/1.0", "/v2/{r}/acme\\app/manifests/1.0", "/v2/{r}/ACME/app/manifests/1.0",
    "/v2/{r}/acme/app/manifests/..", "/v2/{r}/acme/app/blobs/..%2f..%2findex.json", "/v2/{r}/acme/app/manifests/",
    "/v2/{r}/acme/app/manifests/1.0/", "/v2/{r}/acme/app/manifests", "/v2/{r}//manifests/1.0", "/v2/manifests/1.0",
    "/v2/{r}/manifests/1.0", "/v2/{r}/acme/app/manifests/1.0%", "/v2/{r}/acme/app/manifests/%zz",
    "/v2/{r}/acme/app/manifests/1.0;x=1", "/v2/{r}/acme/app/blobs/sha256:../../../index.json", "/v1/", "/",
    "/v2/../v2/{r}/acme/app/manifests/1.0", "/V2/{r}/acme/app/manifests/1.0", "/v2/{r}/index.json",
    "/v2/{r}/acme/app/oci-layout", "/v2/{r}/acme/-app/manifests/1.0", "/v2/{r}/" + "a/" * 200 + "manifests/1.0",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
@vector(38)
def test_a_path_that_is_not_plain_is_not_followed(running: Gate, workshop: Workshop, path: str) -> None:
    workshop.signed("acme/app")
    workshop.signed("secret")
    answer = running.get(path.replace("{r}", REGISTRY))
    assert answer.status in (400, 404), answer
    oci_error(answer, answer.status, answer.json()["errors"][0]["code"])


@vector(38)
def test_words_of_the_api_may_be_parts_of_a_name(running: Gate, workshop: Workshop) -> None:
    """`manifests` is a legal part of a repository's name, so a path is read from its right end."""
    for repository in ("acme/manifests/app", "blobs/tags/list", "manifests/x", "acme/v2"):
        image = workshop.signed(repository)
        content = workshop.bytes_of(repository, image)
        served_manifest(running.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0"), content)


# 39


@vector(39)
def test_a_line_break_in_a_tag_does_not_reach_a_header(running: Gate) -> None:
    for evil in ("1.0%0d%0aX-Split:%201", "1.0%0aX-Split:1", "%E5%98%8A%E5%98%8DX-Split:1"):
        answer = running.get(f"/v2/{REGISTRY}/acme/app/manifests/{evil}")
        assert answer.status in (400, 404), answer
        assert answer.header("X-Split") is None
        assert "\r" not in answer.phrase and "\n" not in answer.phrase


@vector(39)
def test_text_from_evidence_reaches_an_answer_only_as_printable_ascii(
    workshop: Workshop, start_gate: StartGate
) -> None:
    """The builder's id is somebody else's text, and the answer quotes it: in the body, the phrase and a header."""
    image = workshop.image()
    document = workshop.provenance("acme/app", image)
    document["predicate"]["runDetails"]["builder"]["id"] = 'evil\r\nX-Split: 1\x1b[2J\u202e"quote\\'
    workshop.attest("acme/app", image, sign.envelope(workshop.keys.builder, document))
    rule = {"name": "proven", "scopes": ["**"], "require": {"provenance": {"builder": "ci"}}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    answer = running.get(manifest("acme/app", "1.0"))
    error = denied(answer, "BUILDER_NOT_ALLOWED")
    assert "evil" in error["message"]
    assert answer.header("X-Split") is None
    same_refusal_without_body(running.head(manifest("acme/app", "1.0")), answer)
    assert "\x1b" not in running.said() and "\u202e" not in running.said()


# 41


@vector(41)
def test_a_long_request_line_is_refused(running: Gate) -> None:
    for length in (9_000, 100_000):
        answer = running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0?x=" + "a" * length)
        assert answer.status in (414, 431), answer
        oci_error(answer, answer.status, answer.json()["errors"][0]["code"])


@vector(41)
def test_a_large_head_is_refused(running: Gate) -> None:
    for headers in ({"X-Large": "a" * 40_000}, {f"X-{n}": "a" for n in range(150)}, {f"X-{n}": "a" * 500 for n in range(90)}):
        answer = running.get("/v2/", headers)
        assert answer.status == 431, answer
        oci_error(answer, 431, answer.json()["errors"][0]["code"])


@vector(41)
def test_a_head_without_an_end_is_refused_when_it_grows_too_large(running: Gate) -> None:
    with running.connect() as connection:
        connection.send(b"GET /v2/ HTTP/1.1\r\nHost: x\r\n")
        for number in range(100):
            connection.send(f"X-{number}: {'a' * 1000}\r\n".encode())
        try:
            assert connection.answer().status == 431
        except NoAnswer:
            pass  # it may also have been closed with our bytes unread
        assert connection.is_ended_by_peer()


@vector(41)
def test_large_but_ordinary_requests_are_answered(running: Gate) -> None:
    """Tokens of credential helpers are several KiB."""
    assert running.get("/v2/", {"Authorization": "Bearer " + "a" * 7_000, "User-Agent": "x" * 500}).status == 200


def test_every_vector_that_can_be_tested_has_a_test() -> None:
    assert COVERED == set(VECTORS)
