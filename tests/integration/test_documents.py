"""Manifests that two readers read differently. Each is signed as it should be: only its form can be refused."""

from __future__ import annotations

import hashlib
import re
from typing import Callable

import pytest

from demo import sign
from demo.oci import DOCKER_MANIFEST, INDEX, MANIFEST, Descriptor, encode, write_index
from support.denial import denied, oci_error, served_manifest
from support.gate import Gate
from support.hostile_registry import HostileRegistry
from support.paths import blob, manifest
from support.vectors import vector
from support.workshop import Workshop


@vector(6)
def test_a_document_that_is_manifest_and_index_is_refused(running: Gate, workshop: Workshop) -> None:
    """CVE-2021-41190."""
    image = workshop.image(tag=None, listed=False)
    document = workshop.document("acme/app", image)
    for number, (key, media_type) in enumerate((("manifests", MANIFEST), ("manifests", INDEX), ("fsLayers", MANIFEST))):
        repository = f"acme/both-{number}"
        workshop.publish_signed(repository, encode({**document, "mediaType": media_type, key: []}), media_type)
        denied(running.get(manifest(repository, "1.0")), "MANIFEST_INVALID")


@vector(6)
def test_a_type_that_does_not_fit_the_document_is_refused(running: Gate, workshop: Workshop) -> None:
    document = workshop.document("acme/app", workshop.image(tag=None, listed=False))
    workshop.publish_signed("acme/one", encode({**document, "mediaType": INDEX}), INDEX)
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
    document = workshop.document("acme/app", workshop.image(tag=None, listed=False))
    del document["mediaType"]
    content = encode(document)
    workshop.publish_signed("acme/typeless", content)
    answer = running.get(manifest("acme/typeless", "1.0"))
    served_manifest(answer, content)
    assert answer.header("Content-Type") == MANIFEST


@vector(6)
def test_a_docker_schema_1_manifest_is_refused_with_advice(running: Gate, workshop: Workshop) -> None:
    content = encode({"schemaVersion": 1, "name": "app", "tag": "1.0", "architecture": "amd64", "fsLayers": [],
                      "history": [], "signatures": []})  # fmt: skip
    workshop.publish_signed("acme/old", content)
    error = denied(running.get(manifest("acme/old", "1.0")), "MANIFEST_INVALID")
    assert "schema 1" in error["message"]


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
    "a long s for layers": (b'"layers":', '"layer\u017f":[],"layers":'.encode()),
    "a long s for size": (b'"size":', '"\u017fize":1,"size":'.encode()),
    "Digest": (b'"digest":', b'"Digest":"sha256:' + b"0" * 64 + b'","digest":'),
    "mediatype": (b'"mediaType":', b'"mediatype":"x","mediaType":'),
}


@pytest.mark.parametrize("name", LOOKALIKES)
@vector(7)
def test_a_key_that_only_go_clients_would_obey_is_refused(running: Gate, workshop: Workshop, name: str) -> None:
    workshop.publish_signed("acme/twisted", twisted(workshop, LOOKALIKES[name]))
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
    workshop.publish_signed("acme/twisted", twisted(workshop, DUPLICATES[name]))
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
    workshop.publish_signed("acme/twisted", FORMS[name](plain))
    denied(running.get(manifest("acme/twisted", "1.0")), "MANIFEST_INVALID")


@vector(9)
def test_a_manifest_nested_too_deeply_is_refused(running: Gate, workshop: Workshop) -> None:
    plain = workshop.bytes_of("acme/plain", workshop.image("acme/plain"))
    deep = plain.replace(b'"layers":', b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"layers":', 1)
    workshop.publish_signed("acme/deep", deep)
    denied(running.get(manifest("acme/deep", "1.0")), "LIMIT_EXCEEDED")


@vector(9)
def test_a_manifest_larger_than_clients_accept_is_refused(running: Gate, workshop: Workshop) -> None:
    plain = workshop.bytes_of("acme/plain", workshop.image("acme/plain"))
    workshop.publish_signed("acme/large", plain[:-1] + b" " * (4 * 1024 * 1024) + b"}")
    error = oci_error(running.get(manifest("acme/large", "1.0")), 502, "UNAVAILABLE")
    assert error["detail"]["reason"] == "LIMIT_EXCEEDED"


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


@vector(11)
def test_a_child_that_is_embedded_in_its_index_is_refused(running: Gate, workshop: Workshop) -> None:
    """containerd would use the data and never ask for the child."""
    child = workshop.image("acme/embedded", tag=None, listed=False)
    raw = workshop.bytes_of("acme/embedded", child)
    entry = child.as_json() | {"data": sign.b64(raw)}
    workshop.publish_signed("acme/embedded", encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}), INDEX)
    denied(running.get(manifest("acme/embedded", "1.0")), "MANIFEST_INVALID")


@vector(11)
def test_embedded_data_that_is_not_what_the_digest_names_is_refused(running: Gate, workshop: Workshop) -> None:
    image = workshop.image("acme/plain")
    document = workshop.document("acme/plain", image)
    document["config"]["data"] = sign.b64(b'{"evil":true}')
    workshop.publish_signed("acme/embedded", encode(document))
    denied(running.get(manifest("acme/embedded", "1.0")), "MANIFEST_INVALID")


@vector(12)
def test_a_layer_that_clients_would_fetch_elsewhere_is_refused(running: Gate, workshop: Workshop) -> None:
    document = workshop.document("acme/plain", workshop.image("acme/plain"))
    document["layers"][0]["urls"] = ["https://evil.example/layer"]
    workshop.publish_signed("acme/foreign", encode(document))
    denied(running.get(manifest("acme/foreign", "1.0")), "MANIFEST_INVALID")
    document["layers"][0]["urls"] = []
    workshop.publish_signed("acme/local", encode(document))
    assert running.get(manifest("acme/local", "1.0")).status == 200


@vector(13)
def test_an_index_with_more_entries_than_the_limit_is_refused(running: Gate, workshop: Workshop) -> None:
    entry = Descriptor(MANIFEST, "sha256:" + "0" * 64, 500)
    entries = [{**entry.as_json(), "digest": f"sha256:{number:064x}"} for number in range(513)]
    workshop.publish_signed("acme/wide", encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}), INDEX)
    denied(running.get(manifest("acme/wide", "1.0")), "LIMIT_EXCEEDED")


@vector(13)
def test_a_sparse_index_is_served_and_its_missing_child_is_not_found(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    child = workshop.document("acme/service", index)["manifests"][1]["digest"]
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
