"""Cases of evidence: an image, what is attached to it, and the reason why that does not count, if it does not.

A wrong piece differs from a right one in a single point. What attaches it is noted with `accepted` or `refused`; every
case becomes an image of its own.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Callable

from demo import sign, statement
from demo.keys import Key
from demo.oci import Descriptor
from demo.statement import PROVENANCE_V1

from .workshop import REGISTRY, Keys, Workshop

Json = dict[str, Any]
Attach = Callable[["Bench"], None]


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
