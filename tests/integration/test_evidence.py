"""Evidence of every form that a key can sign, over the wire: each right one is accepted, each wrong one refused.

A wrong piece differs from a right one in a single point, and the refusal has to name that point by its reason code.
Every case is an image of its own below one gate, asked for by tag.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from demo import sign, statement
from demo.keys import Key, make_key
from demo.oci import Descriptor, encode, write_artifact
from demo.sign import b64
from demo.statement import COSIGN_SIGN, PROVENANCE_V02, PROVENANCE_V1, STATEMENT_V01
from support import gate
from support.denial import cannot_judge, denied, served_manifest
from support.gate import Gate
from support.hostile_registry import HostileRegistry
from support.workshop import BUILDER_ID, REGISTRY, SOURCE, Keys, Workshop

Json = dict[str, Any]
Attach = Callable[["Bench"], None]

LIMIT = 32 * 1024 * 1024  # bytes of one piece of evidence


@dataclass
class Bench:
    """One image without evidence yet, and another one that is signed and attested as it should be."""

    workshop: Workshop
    repository: str
    image: Descriptor
    other: Descriptor

    @property
    def keys(self) -> Keys:
        return self.workshop.keys

    @property
    def manifest(self) -> bytes:
        return self.workshop.bytes_of(self.repository, self.image)

    def payload(self, image: Descriptor | None = None, **options: Any) -> Json:
        named = f"{REGISTRY}/{self.repository}"
        return sign.simple_signing_payload((image or self.image).digest, named, **options)

    def tag(self, suffix: str, *layers: sign.CosignLayer) -> None:
        sign.attach_by_tag(self.workshop.layout(self.repository), self.image, suffix, layers)

    def signature(self, payload: Json | bytes, key: Key | None = None) -> None:
        self.tag("sig", sign.simple_signature(key or self.keys.release, payload))

    def statement(self, image: Descriptor | None = None) -> Json:
        return self.workshop.provenance(self.repository, image or self.image)

    def attestation(self, envelope: Json | bytes, predicate_type: str = PROVENANCE_V1) -> None:
        self.tag("att", sign.attestation_layer(envelope, predicate_type))

    def bundle(self, content: Json | bytes, subject: Descriptor | None = None, **options: Any) -> Descriptor:
        return sign.attach_bundle(self.workshop.layout(self.repository), subject or self.image, content, **options)

    def signed_bundle(self, key: Key | None = None, image: Descriptor | None = None, **options: Any) -> Json:
        """What `cosign sign` of version 3 makes."""
        signer = key or self.keys.release
        dsse = sign.envelope(signer, statement.cosign_sign_statement(image or self.image))
        return sign.bundle(sign.dsse_content(dsse), hint=options.pop("hint", signer.hint), **options)

    def message_bundle(self, message: bytes | None = None, key: Key | None = None, **options: Any) -> Json:
        signer = key or self.keys.release
        content = sign.message_signature(signer, self.manifest if message is None else message)
        return sign.bundle(content, hint=signer.hint, **options)


@dataclass
class Case:
    """An image below `area` and what is attached to it; `reason` is empty where it has to be accepted."""

    area: str
    title: str
    reason: str
    attach: Attach
    was_read: bool = True  # evidence that is never read leaves open what it would have said

    @property
    def repository(self) -> str:
        words = "".join(letter if letter.isalnum() else " " for letter in self.title.lower()).split()
        return f"{self.area}/{'-'.join(words)}"


CASES: list[Case] = []


def accepted(area: str, title: str) -> Callable[[Attach], Attach]:
    return refused(area, title, "")


def refused(area: str, title: str, reason: str, *, was_read: bool = True) -> Callable[[Attach], Attach]:
    def note(attach: Attach) -> Attach:
        CASES.append(Case(area, title, reason, attach, was_read))
        return attach

    return note


def duplicated(document: bytes, before: bytes, inserted: bytes) -> bytes:
    assert document.count(before) == 1, document
    return document.replace(before, inserted + before)


def with_trailing_bits(text: str) -> str:
    """The same bytes to a careless decoder: the last character before the padding carries bits that mean nothing."""
    kept = text.rstrip("=")
    assert len(kept) % 4 in (2, 3), text
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    changed = kept[:-1] + alphabet[alphabet.index(kept[-1]) + 1] + text[len(kept) :]
    assert base64.b64decode(changed) == base64.b64decode(text)
    return changed


def padded_signature(make: Callable[[], Json]) -> Json:
    """ECDSA signatures vary in length; tries until the base64 of this one has padding, and with it spare bits."""
    while True:
        document = make()
        if document["signatures"][0]["sig"].endswith("="):
            return document


# cosign's simple signing, under the tag .sig


@accepted("acme", "a cosign signature under the tag")
def _(bench: Bench) -> None:
    bench.signature(bench.payload())


@accepted("acme", "a cosign signature as a referrer")
def _(bench: Bench) -> None:
    layer = sign.simple_signature(bench.keys.release, bench.payload())
    sign.attach_layers_by_subject(bench.workshop.layout(bench.repository), bench.image, [layer])


@accepted("acme", "a good signature beside a stranger's and a broken one")
def _(bench: Bench) -> None:
    broken = sign.CosignLayer(b"{", sign.SIMPLE_SIGNING, {sign.SIGNATURE_ANNOTATION: "AAAA"})
    stranger = sign.simple_signature(bench.keys.stranger, bench.payload())
    bench.tag("sig", broken, stranger, sign.simple_signature(bench.keys.release, bench.payload()))


@refused("acme", "nothing at all", "NO_EVIDENCE")
def _(bench: Bench) -> None:
    pass


@refused("acme", "a signature copied from another image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(bench.other))


@refused("acme", "a signature whose payload was changed to this digest afterwards", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    """The container names no key: altered bytes and another signer cannot be told apart."""
    layer = sign.simple_signature(bench.keys.release, bench.payload(bench.other))
    changed = layer.content.replace(bench.other.digest.encode(), bench.image.digest.encode())
    assert changed != layer.content
    bench.tag("sig", sign.CosignLayer(changed, layer.media_type, layer.annotations))


@refused("acme", "a signature by a key that no one knows", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(), bench.keys.stranger)


@refused("acme", "a signature by the key of another attestor", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(), bench.keys.builder)


@refused("acme", "a signature over a truncated payload", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload())[:-9])


@refused("acme", "a signature over a payload with two digests", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    mark = b'"docker-manifest-digest":'
    bench.signature(duplicated(encode(bench.payload()), mark, mark + encode(bench.other.digest) + b","))


@refused("acme", "a signature over a payload with a digest key in capitals", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload()).replace(b"docker-manifest-digest", b"Docker-Manifest-Digest"))


@refused("acme", "a signature over a payload of another type", "FORMAT_UNSUPPORTED")
def _(bench: Bench) -> None:
    bench.signature(bench.payload(kind="atomic container signature"))


@refused("acme", "a signature over a payload nested too deeply", "LIMIT_EXCEEDED")
def _(bench: Bench) -> None:
    payload = encode(bench.payload(optional={"x": "DEEP"}))
    bench.signature(payload.replace(b'"DEEP"', b"[" * 5_000 + b"]" * 5_000))


@refused("acme", "a signature over a payload followed by more", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload()) + b"{}")


@refused("acme", "a signature over an oversized payload", "LIMIT_EXCEEDED", was_read=False)
def _(bench: Bench) -> None:
    bench.signature(encode(bench.payload()) + b" " * LIMIT)


@refused("acme", "a signature in base64 with trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    while True:
        layer = sign.simple_signature(bench.keys.release, bench.payload())
        text = layer.annotations[sign.SIGNATURE_ANNOTATION]
        if text.endswith("="):
            break
    changed = {sign.SIGNATURE_ANNOTATION: with_trailing_bits(text)}
    bench.tag("sig", sign.CosignLayer(layer.content, layer.media_type, changed))


@refused("acme", "a signature that is missing from its layer", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    layer = sign.simple_signature(bench.keys.release, bench.payload())
    bench.tag("sig", sign.CosignLayer(layer.content, layer.media_type, {}))


@refused("acme", "a signature that is no signature", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    layer = sign.simple_signature(bench.keys.release, bench.payload())
    bench.tag("sig", sign.CosignLayer(layer.content, layer.media_type, {sign.SIGNATURE_ANNOTATION: b64(b"\x30\x03zz")}))


# Attestations in DSSE, under the tag .att


@accepted("proven", "an attestation under the tag")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, bench.statement()))


@accepted("proven", "an attestation as a referrer")
def _(bench: Bench) -> None:
    layer = sign.attestation_layer(sign.envelope(bench.keys.builder, bench.statement()), PROVENANCE_V1)
    sign.attach_layers_by_subject(
        bench.workshop.layout(bench.repository), bench.image, [layer], config_type=sign.COSIGN_ATT_REFERRER
    )


@accepted("proven", "an attestation of SLSA 0.2 in a statement of version 0.1")
def _(bench: Bench) -> None:
    document = statement.statement(
        [statement.subject("app", bench.image)],
        PROVENANCE_V02,
        statement.provenance_v02(BUILDER_ID, SOURCE),
        statement_type=STATEMENT_V01,
    )
    bench.attestation(sign.envelope(bench.keys.builder, document), PROVENANCE_V02)


@accepted("proven", "an attestation about several images, this one among them")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["subject"].insert(0, statement.subject("the other", bench.other))
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "a statement about another subject", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, bench.statement(bench.other)))


@refused("proven", "a statement that only names this image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    """Names are not part of matching: only the digest is."""
    document = bench.statement(bench.other)
    document["subject"][0]["name"] = f"{REGISTRY}/{bench.repository}@{bench.image.digest}"
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "a statement with the right digest under another algorithm", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["subject"][0]["digest"] = {"sha1": bench.image.hex, "gitCommit": bench.image.hex}
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "an attestation by a key that no one knows", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.stranger, bench.statement()))


@refused("proven", "an attestation by the key of another attestor", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.release, bench.statement()))


@refused("proven", "a payloadType swapped after signing", "PAYLOAD_TYPE_MISMATCH")
def _(bench: Bench) -> None:
    envelope = sign.envelope(bench.keys.builder, bench.statement())
    bench.attestation({**envelope, "payloadType": "text/plain"})


@refused("proven", "a payloadType swapped to the right one after signing", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    """A statement that was signed as something else: the type is part of what is signed."""
    envelope = sign.envelope(bench.keys.builder, bench.statement(), payload_type="text/plain")
    bench.attestation({**envelope, "payloadType": sign.IN_TOTO})


@refused("proven", "a payloadType that is signed but wrong", "PAYLOAD_TYPE_MISMATCH")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, bench.statement(), payload_type="application/json"))


@refused("proven", "a truncated envelope", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.attestation(encode(sign.envelope(bench.keys.builder, bench.statement()))[:-2])


@refused("proven", "a truncated statement", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.attestation(sign.envelope(bench.keys.builder, encode(bench.statement())[:-2]))


@refused("proven", "an envelope with two payloads", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    good = encode(sign.envelope(bench.keys.builder, bench.statement()))
    other = b64(encode(bench.statement(bench.other))).encode()
    bench.attestation(duplicated(good, b'"payload":', b'"payload":"' + other + b'",'))


@refused("proven", "a statement with two subjects lists", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    raw = encode(bench.statement())
    other = encode(bench.statement(bench.other)["subject"])
    bench.attestation(sign.envelope(bench.keys.builder, duplicated(raw, b'"subject":', b'"subject":' + other + b",")))


@refused("proven", "an envelope whose signature has trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    envelope = padded_signature(lambda: sign.envelope(bench.keys.builder, bench.statement()))
    envelope["signatures"][0]["sig"] = with_trailing_bits(envelope["signatures"][0]["sig"])
    bench.attestation(envelope)


@refused("proven", "an envelope whose payload has trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    content = encode(bench.statement())
    content += b" " * ((1 - len(content)) % 3)
    envelope = sign.envelope(bench.keys.builder, content)
    bench.attestation({**envelope, "payload": with_trailing_bits(envelope["payload"])})


@refused("proven", "a statement nested too deeply", "LIMIT_EXCEEDED")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["predicate"]["x"] = "DEEP"
    raw = encode(document).replace(b'"DEEP"', b'{"a":' * 5_000 + b"1" + b"}" * 5_000)
    bench.attestation(sign.envelope(bench.keys.builder, raw))


@refused("proven", "a statement of a version that no one knows", "FORMAT_UNSUPPORTED")
def _(bench: Bench) -> None:
    bench.attestation(
        sign.envelope(bench.keys.builder, {**bench.statement(), "_type": "https://in-toto.io/Statement/v2"})
    )


@refused("proven", "provenance of another builder", "BUILDER_NOT_ALLOWED")
def _(bench: Bench) -> None:
    document = bench.statement()
    document["predicate"]["runDetails"]["builder"]["id"] = "https://laptop.example/make"
    bench.attestation(sign.envelope(bench.keys.builder, document))


@refused("proven", "provenance from another source", "SOURCE_NOT_ALLOWED")
def _(bench: Bench) -> None:
    source = statement.Source("https://github.com/mallory/app")
    document = bench.workshop.provenance(bench.repository, bench.image, source=source)
    bench.attestation(sign.envelope(bench.keys.builder, document))


# Sigstore bundles


@accepted("acme", "a bundle as a referrer")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(), predicate_type=COSIGN_SIGN)


@accepted("acme", "a bundle listed under the fallback tag")
def _(bench: Bench) -> None:
    sign.attach_bundles_by_fallback(
        bench.workshop.layout(bench.repository), bench.image, [(bench.signed_bundle(), COSIGN_SIGN)]
    )


@accepted("acme", "a bundle with a message signature")
def _(bench: Bench) -> None:
    bench.bundle(bench.message_bundle())


@accepted("acme", "a bundle of version 0.1")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(media_type=sign.BUNDLE_V01), media_type=sign.BUNDLE_V01)


@accepted("acme", "a bundle of version 0.2")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(media_type=sign.BUNDLE_V02), media_type=sign.BUNDLE_V02)


@accepted("acme", "a bundle of version 0.3 in its older spelling")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(media_type=sign.BUNDLE_V03_OLD), media_type=sign.BUNDLE_V03_OLD)


@accepted("proven", "a bundle with provenance")
def _(bench: Bench) -> None:
    dsse = sign.envelope(bench.keys.builder, bench.statement())
    bench.bundle(sign.bundle(sign.dsse_content(dsse), hint=bench.keys.builder.hint), predicate_type=PROVENANCE_V1)


@refused("proven", "a bundle that is only a signature where provenance is asked for", "NO_EVIDENCE")
def _(bench: Bench) -> None:
    """cosign 3 writes signatures as statements; one must not stand in for an attestation."""
    bench.bundle(bench.signed_bundle(bench.keys.builder), predicate_type=PROVENANCE_V1)


@refused("acme", "a bundle about another image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(image=bench.other))


@refused("acme", "a bundle whose statement was changed to this digest afterwards", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    bundle = bench.signed_bundle(image=bench.other)
    bundle["dsseEnvelope"]["payload"] = b64(encode(statement.cosign_sign_statement(bench.image)))
    bench.bundle(bundle)


@refused("acme", "a bundle by a key that no one knows", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(bench.keys.stranger))


@refused("acme", "a bundle by a stranger that names a trusted key", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(bench.keys.stranger, hint=bench.keys.release.hint))


@refused("acme", "a bundle by the key of another attestor", "SIGNER_NOT_TRUSTED")
def _(bench: Bench) -> None:
    bench.bundle(bench.signed_bundle(bench.keys.builder))


@refused("acme", "a bundle whose messageDigest disagrees", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bundle = bench.message_bundle()
    bundle["messageSignature"]["messageDigest"]["digest"] = b64(bytes.fromhex(bench.other.hex))
    bench.bundle(bundle)


@refused("acme", "a message signature over another image", "SUBJECT_MISMATCH")
def _(bench: Bench) -> None:
    bench.bundle(bench.message_bundle(bench.workshop.bytes_of(bench.repository, bench.other)))


@refused("acme", "a message signature over another image under this one's digest", "SIGNATURE_INVALID")
def _(bench: Bench) -> None:
    bundle = bench.message_bundle(bench.workshop.bytes_of(bench.repository, bench.other))
    bundle["messageSignature"]["messageDigest"]["digest"] = b64(bytes.fromhex(bench.image.hex))
    bench.bundle(bundle)


@refused("acme", "a truncated bundle", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.bundle(encode(bench.signed_bundle())[:-1])


@refused("acme", "a bundle with two envelopes", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    other = encode(bench.signed_bundle(image=bench.other)["dsseEnvelope"])
    mark = b'"dsseEnvelope":'
    bench.bundle(duplicated(encode(bench.signed_bundle()), mark, mark + other + b","))


@refused("acme", "a bundle with both kinds of content", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.bundle({**bench.signed_bundle(), "messageSignature": bench.message_bundle()["messageSignature"]})


@refused("acme", "a bundle with two signatures in its envelope", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    dsse = sign.envelope([bench.keys.release, bench.keys.builder], statement.cosign_sign_statement(bench.image))
    bench.bundle(sign.bundle(sign.dsse_content(dsse), hint=bench.keys.release.hint))


@refused("acme", "a bundle whose signature has trailing bits", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    document = statement.cosign_sign_statement(bench.image)
    dsse = padded_signature(lambda: sign.envelope(bench.keys.release, document))
    dsse["signatures"][0]["sig"] = with_trailing_bits(dsse["signatures"][0]["sig"])
    bench.bundle(sign.bundle(sign.dsse_content(dsse), hint=bench.keys.release.hint))


@refused("acme", "a bundle in URL-safe base64", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    while True:
        bundle = bench.signed_bundle()
        signature = bundle["dsseEnvelope"]["signatures"][0]["sig"]
        if "+" in signature or "/" in signature:
            break
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = signature.replace("+", "-").replace("/", "_")
    bench.bundle(bundle)


@refused("acme", "a bundle with a member that no one knows", "EVIDENCE_UNREADABLE")
def _(bench: Bench) -> None:
    bench.bundle({**bench.signed_bundle(), "verified": True})


@refused("acme", "a bundle of version 0.4", "FORMAT_UNSUPPORTED")
def _(bench: Bench) -> None:
    kind = "application/vnd.dev.sigstore.bundle.v0.4+json"
    bench.bundle(bench.signed_bundle(media_type=kind), media_type=kind)


@refused("acme", "a bundle nested too deeply", "LIMIT_EXCEEDED")
def _(bench: Bench) -> None:
    raw = encode({**bench.signed_bundle(), "x": "DEEP"}).replace(b'"DEEP"', b"[" * 5_000 + b"]" * 5_000)
    bench.bundle(raw)


@refused("acme", "an oversized bundle", "LIMIT_EXCEEDED", was_read=False)
def _(bench: Bench) -> None:
    bench.bundle(encode(bench.signed_bundle()) + b" " * LIMIT)


# Keys of every kind, and where only the kind of signature differs

KINDS = ("p256", "p384", "p521", "ed25519", "rsa2048", "rsa3072", "rsa4096", "rsa2048-pss")


@dataclass
class Hall:
    """The gate and everything behind it."""

    gate: Gate
    workshop: Workshop
    images: dict[str, Descriptor]


def furnish(root: Path, keys: Keys) -> tuple[Workshop, dict[str, Descriptor]]:
    workshop = Workshop(root / "site", keys)
    images = {}
    for case in CASES:
        repository = case.repository
        assert repository not in images, repository
        image = workshop.image(repository, size=50)
        other = workshop.image(repository, "other", size=50)
        workshop.sign(repository, other)
        workshop.attest(repository, other)
        case.attach(Bench(workshop, repository, image, other))
        images[repository] = image
    return workshop, images


def rules() -> list[Json]:
    source = {"repository": "https://github.com/acme/*"}
    return [
        gate.signed_by("release", [f"{REGISTRY}/acme/**"], name="acme-apps"),
        {
            "name": "proven-apps",
            "scopes": [f"{REGISTRY}/proven/**"],
            "require": {"provenance": {"builder": "ci", "source": source}},
        },
    ]


@pytest.fixture(scope="module", params=["layout", "registry"])
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Hall]:
    """All cases behind one gate: in a folder of layouts, and in a registry that has the referrers API."""
    root = tmp_path_factory.mktemp("evidence")
    workshop, images = furnish(root, keys)
    with HostileRegistry(workshop.site) as registry:
        upstream = (
            gate.layout_upstream(REGISTRY, workshop.images)
            if request.param == "layout"
            else gate.registry_upstream(REGISTRY, registry.port)
        )
        with Gate(root / "gate", gate.settings(upstream), workshop.policy(*rules())) as running:
            yield Hall(running, workshop, images)
            assert running.is_alive(), running.said()


@pytest.mark.parametrize("case", [case for case in CASES if not case.reason], ids=lambda case: case.title)
def test_accepted(hall: Hall, case: Case) -> None:
    content = hall.workshop.bytes_of(case.repository, hall.images[case.repository])
    served_manifest(hall.gate.get(f"/v2/{REGISTRY}/{case.repository}/manifests/1.0"), content)


@pytest.mark.parametrize("case", [case for case in CASES if case.reason], ids=lambda case: case.title)
def test_refused(hall: Hall, case: Case) -> None:
    rule = "acme-apps" if case.area == "acme" else "proven-apps"
    for reference in ("1.0", hall.images[case.repository].digest):
        answer = hall.gate.get(f"/v2/{REGISTRY}/{case.repository}/manifests/{reference}")
        if case.was_read:
            denied(answer, case.reason, rule=rule)
        else:
            cannot_judge(answer, case.reason)


def test_the_other_image_of_every_case_is_accepted(hall: Hall) -> None:
    """What the wrong evidence was made from is right: the refusals are about the one thing that was changed."""
    for repository in hall.images:
        assert hall.gate.get(f"/v2/{REGISTRY}/{repository}/manifests/other").status == 200, repository


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_every_kind_signs_in_every_form(kind: str, tmp_path: Path, keys: Keys) -> None:
    key, pss = make_key(kind.removesuffix("-pss")), kind.endswith("-pss")
    workshop = Workshop(tmp_path / "site", Keys(key, keys.builder, keys.stranger))
    forms = {}
    for form in ("tag", "dsse", "message"):
        repository = f"acme/{form}"
        image = forms[repository] = workshop.image(repository, size=50)
        layout = workshop.layout(repository)
        if form == "tag":
            payload = sign.simple_signing_payload(image.digest, f"{REGISTRY}/{repository}")
            sign.attach_by_tag(layout, image, "sig", [sign.simple_signature(key, payload, pss=pss)])
        elif form == "dsse":
            envelope = sign.envelope(key, statement.cosign_sign_statement(image), pss=pss)
            sign.attach_bundle(layout, image, sign.bundle(sign.dsse_content(envelope), hint=key.hint))
        else:
            content = sign.message_signature(key, layout.read(image.digest), pss=pss)
            sign.attach_bundle(layout, image, sign.bundle(content, hint=key.hint))
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    policy = workshop.policy(gate.signed_by("release"))
    if pss:
        # Nothing about an RSA key says which of the two paddings it signs with; PSS has to be asked for.
        policy["attestors"]["release"]["key"]["algorithm"] = "rsa-pss-sha256"
    with Gate(tmp_path / "gate", settings, policy) as running:
        for repository, image in forms.items():
            answer = running.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0")
            served_manifest(answer, workshop.bytes_of(repository, image))


@pytest.mark.parametrize("kind", ["p256", "ed25519", "rsa2048"])
def test_another_key_of_the_same_kind_is_refused(kind: str, tmp_path: Path, keys: Keys) -> None:
    workshop = Workshop(tmp_path / "site", Keys(make_key(kind), keys.builder, make_key(kind)))
    image = workshop.image("acme/app")
    workshop.sign("acme/app", image, workshop.keys.stranger)
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
        denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "SIGNER_NOT_TRUSTED")


def test_a_referrer_whose_subject_is_another_image_does_not_count(tmp_path: Path, keys: Keys) -> None:
    """The registry lists, among this image's referrers, one that was attached to another: even true words from there
    are not what the image's publisher put beside it."""
    workshop = Workshop(tmp_path / "site", keys)
    image, other = workshop.image(), workshop.image(tag="other")
    bench = Bench(workshop, "acme/app", image, other)
    attached = bench.bundle(bench.signed_bundle(), subject=other)
    listed = encode({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                     "manifests": [attached.as_json()]})  # fmt: skip
    with HostileRegistry(workshop.site) as registry:
        settings = gate.settings(gate.registry_upstream(REGISTRY, registry.port))
        with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
            registry.on(
                f"/v2/acme/app/referrers/{image.digest}",
                lambda exchange: exchange.reply(exchange.honest().with_body(listed)),
            )
            denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "SUBJECT_MISMATCH")
            assert registry.asked(f"/v2/acme/app/manifests/{attached.digest}")


def test_evidence_of_a_repository_beside_it_does_not_count(tmp_path: Path, keys: Keys) -> None:
    workshop = Workshop(tmp_path / "site", keys)
    layers: list[Any] = []
    image = workshop.image("acme/app", layers=layers)
    assert workshop.image("acme/twin", layers=layers).digest == image.digest
    workshop.sign("acme/twin", image)
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
        assert running.get(f"/v2/{REGISTRY}/acme/twin/manifests/1.0").status == 200
        denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "NO_EVIDENCE")


def test_a_threshold_counts_attestors_and_not_signatures(tmp_path: Path, keys: Keys) -> None:
    workshop = Workshop(tmp_path / "site", keys)
    both, twice = workshop.image("acme/both"), workshop.image("acme/twice")
    for repository, image, signers in (
        ("acme/both", both, (keys.release, keys.builder)),
        ("acme/twice", twice, (keys.release, keys.release)),
    ):
        payload = sign.simple_signing_payload(image.digest, f"{REGISTRY}/{repository}")
        layers = [sign.simple_signature(key, payload) for key in signers]
        sign.attach_by_tag(workshop.layout(repository), image, "sig", layers)
    threshold = {"atLeast": 2, "of": [{"signature": "release"}, {"signature": "builder"}]}
    rule = {"name": "two-of-us", "scopes": ["**"], "require": {"threshold": threshold}}
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(rule)) as running:
        served_manifest(
            running.get(f"/v2/{REGISTRY}/acme/both/manifests/1.0"), workshop.bytes_of("acme/both", both)
        )
        denied(running.get(f"/v2/{REGISTRY}/acme/twice/manifests/1.0"), "THRESHOLD_NOT_MET", rule="two-of-us")


def test_wrong_evidence_never_hides_behind_the_form_of_its_container(tmp_path: Path, keys: Keys) -> None:
    """An artifact with evidence layers and a subject, but under an artifactType nobody knows, is still looked at, and
    one with the right artifactType but other layers proves nothing."""
    workshop = Workshop(tmp_path / "site", keys)
    image = workshop.image()
    layout = workshop.layout("acme/app")
    text = layout.add(json.dumps({"approved": True}).encode(), "text/plain")
    write_artifact(layout, [text], artifact_type=sign.BUNDLE_V03, subject=image)
    settings = gate.settings(gate.layout_upstream(REGISTRY, workshop.images))
    with Gate(tmp_path / "gate", settings, workshop.policy(gate.signed_by("release"))) as running:
        denied(running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0"), "NO_EVIDENCE")
