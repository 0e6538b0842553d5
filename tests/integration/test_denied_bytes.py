"""Asking for bytes that were refused in another way: by another endpoint, method, name, moment or repository."""

from __future__ import annotations

import json

from demo.layer import File, make_layer
from demo.oci import DOCKER_LIST, DOCKER_MANIFEST, LAYER, MANIFEST, Descriptor, encode
from support.client import Answer
from support.denial import denied, oci_error, same_refusal_without_body, served_blob, served_manifest
from support.gate import Gate
from support.hostile_registry import Exchange, HostileRegistry
from support.misbehaviour import gives_tags
from support.paths import blob, manifest
from support.process import eventually
from support.vectors import vector
from support.workshop import REGISTRY, Workshop


@vector(1)
def test_an_admitted_manifest_is_not_a_blob(running: Gate, workshop: Workshop) -> None:
    image, index = workshop.signed(), workshop.index()
    workshop.sign("acme/service", index)
    child = workshop.document("acme/service", index)["manifests"][0]["digest"]
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
    document = workshop.document("acme/app", good)
    document["layers"].append(refused.bare().as_json() | {"mediaType": LAYER})
    workshop.publish_signed("acme/app", encode(document))
    assert running.get(manifest("acme/app", "1.0")).status == 200
    oci_error(running.get(blob("acme/app", refused.digest)), 404, "BLOB_UNKNOWN")


@vector(1)
def test_a_blob_is_octets_whatever_the_upstream_calls_it(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """containerd takes the type of what /blobs/ answers for the type of what it got."""
    image = workshop.signed()
    layer = workshop.document("acme/app", image)["layers"][0]["digest"]
    hostile.on(
        f"/v2/acme/app/blobs/{layer}",
        lambda exchange: exchange.reply(exchange.honest().with_header("Content-Type", MANIFEST)),
    )
    assert before_hostile.get(manifest("acme/app", "1.0")).status == 200
    content = workshop.bytes_of("acme/app", layer)
    served_blob(before_hostile.get(blob("acme/app", layer)), content)
    served_blob(before_hostile.head(blob("acme/app", layer)), content, bodiless=True)


@vector(2)
def test_a_child_is_served_under_the_index_that_was_admitted(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    children = [entry["digest"] for entry in workshop.document("acme/service", index)["manifests"]]
    assert running.get(manifest("acme/service", "2.0")).status == 200
    for child in children:
        served_manifest(running.get(manifest("acme/service", child)), workshop.bytes_of("acme/service", child))


@vector(2)
def test_a_child_of_a_refused_index_is_refused(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    child = workshop.document("acme/service", index)["manifests"][0]["digest"]
    denied(running.get(manifest("acme/service", child)), "NO_EVIDENCE")
    denied(running.get(manifest("acme/service", "2.0")), "NO_EVIDENCE")
    denied(running.get(manifest("acme/service", child)), "PLATFORM_NOT_COVERED")


@vector(2)
def test_an_admission_does_not_reach_into_another_repository(running: Gate, workshop: Workshop) -> None:
    index = workshop.index()
    workshop.sign("acme/service", index)
    child = workshop.document("acme/service", index)["manifests"][0]
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


@vector(5)
def test_every_client_gets_the_same_bytes(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """docker-registry answers a client that accepts only Docker manifests with one child of the list."""
    index = workshop.index(docker=True)
    workshop.sign("acme/service", index)
    child = workshop.document("acme/service", index)["manifests"][0]["digest"]

    def by_accept(exchange: Exchange) -> None:
        accepted = exchange.request.header("Accept")
        exchange.reply(exchange.honest() if DOCKER_LIST in accepted else exchange.registry.honest_reply(
            type(exchange.request)("GET", f"/v2/acme/service/manifests/{child}", ())))  # fmt: skip

    hostile.on("/v2/acme/service/manifests/2.0", by_accept)
    content = workshop.bytes_of("acme/service", index)
    for accept in (DOCKER_MANIFEST, DOCKER_LIST, MANIFEST, "text/plain", "*/*", ""):
        served_manifest(before_hostile.get(manifest("acme/service", "2.0"), {"Accept": accept}), content)


@vector(21)
def test_a_blob_is_served_only_where_an_admitted_manifest_names_it(running: Gate, workshop: Workshop) -> None:
    image = workshop.signed("acme/app")
    layer = workshop.document("acme/app", image)["layers"][0]["digest"]
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
    document = workshop.document("acme/app", image)
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
    digest = workshop.document("acme/app", good)["layers"][0]["digest"]
    oci_error(running.get(blob("acme/app", digest)), 404, "BLOB_UNKNOWN")
    assert running.get(manifest("acme/app", "good")).status == 200
    served_blob(running.get(blob("acme/app", digest)), workshop.bytes_of("acme/app", digest))


@vector(21)
def test_a_mount_is_not_a_way_in(running: Gate, workshop: Workshop) -> None:
    image = workshop.signed()
    layer = workshop.document("acme/app", image)["layers"][0]["digest"]
    target = f"/v2/{REGISTRY}/acme/other/blobs/uploads/?mount={layer}&from=acme/app"
    oci_error(running.ask("POST", target), 405, "UNSUPPORTED")
