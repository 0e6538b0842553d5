"""Rows about how evidence is written: bundles, envelopes and statements."""

from __future__ import annotations

from demo.keys import make_key
from demo.sign import BUNDLE_V02, b64
from keyless_parts import chain, material
from keyless_table import COSIGN_2, PYTHON, accepted, both_cosigns, everyone_else, refused
from support.private_sigstore import Json
from support.private_sigstore.authorities import Leaf
from support.private_sigstore.drafts import Draft, statement


@accepted(
    "the bundle does not say which artifact",
    both_cosigns("compares the log's digest with the bundle's, and cannot do without"),
)
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: bundle["messageSignature"].pop("messageDigest")


@refused(
    "the bundle names another artifact",
    "message-digest",
    {COSIGN_2: "compares this digest with nothing; version 3 compares it with the log's"},
)
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: bundle["messageSignature"]["messageDigest"].update(digest=b64(bytes(32)))


@refused("the bundle is of a version that nobody knows", "form")
def _(draft: Draft) -> None:
    draft.media_type = "application/vnd.dev.sigstore.bundle.v0.4+json"
    draft.change_bundle = lambda bundle: material(bundle).update(
        certificate=material(bundle).pop("x509CertificateChain")["certificates"][0]
    )


@refused("the bundle does not say its version", "form")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: bundle.pop("mediaType")


@refused("the bundle has a member that nobody knows", "form")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: bundle.update(comment="nothing")


@refused("the bundle has a member twice", "form", {PYTHON: "its parser of JSON takes the last of two"})
def _(draft: Draft) -> None:
    draft.change_text = lambda text: text.replace(b'{"mediaType"', b'{"messageSignature":{},"mediaType"', 1)


@refused("the bundle has both a certificate and a key", "form")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: material(bundle).update(publicKey={"hint": make_key().hint})


@refused("the bundle has both a signature and an envelope", "form")
def _(draft: Draft) -> None:
    other = Draft(draft.sigstore, is_statement=True, leaf=draft.leaf).envelope
    draft.change_bundle = lambda bundle: bundle.update(dsseEnvelope=other)


@refused("the bundle has neither a signature nor an envelope", "form")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: bundle.pop("messageSignature")


@refused("the bundle has a key's name instead of a certificate", "key-hint")
def _(draft: Draft) -> None:
    def replace(bundle: Json) -> None:
        del material(bundle)["certificate"]
        material(bundle)["publicKey"] = {"hint": draft.leaf.key.hint}

    draft.change_bundle = replace


@refused("the bundle of version 0.3 has a chain", "form")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: material(bundle).update(
        x509CertificateChain={"certificates": [material(bundle).pop("certificate")]}
    )


@accepted("the chain has the intermediate")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V02
    draft.change_bundle = lambda bundle: chain(bundle).append({"rawBytes": b64(draft.sigstore.fulcio.chain[0])})


@refused(
    "the chain has the root",
    "certificate",
    everyone_else("ignores all of the chain but its first; sigstore-python warns"),
)
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V02
    draft.change_bundle = lambda bundle: chain(bundle).extend(
        {"rawBytes": b64(each)} for each in draft.sigstore.fulcio.chain
    )


@refused("the chain is empty", "form")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V02
    draft.change_bundle = lambda bundle: chain(bundle).clear()


@refused("another certificate is the first of the chain", "signature")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V02
    other = draft.sigstore.certificate(Leaf())
    draft.change_bundle = lambda bundle: chain(bundle).insert(0, {"rawBytes": b64(other)})


@refused("the certificate goes on after its end", "certificate")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: material(bundle).update(
        certificate={"rawBytes": b64(draft.certificate + b"\0")}
    )


@refused("the signature is not base64", "form")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: bundle["messageSignature"].update(signature="!" + b64(draft.signature)[1:])


@refused("the signature is empty", "form")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: bundle["messageSignature"].update(signature="")


@accepted("the envelope names a key", both_cosigns("wants this to be the name of its key, and that has none"))
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_bundle = lambda bundle: bundle["dsseEnvelope"]["signatures"][0].update(keyid="release")


@refused("the envelope has two signatures", "form")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_bundle = lambda bundle: bundle["dsseEnvelope"]["signatures"].append({"sig": b64(draft.signature)})


@refused("the envelope has no signature", "form")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_bundle = lambda bundle: bundle["dsseEnvelope"]["signatures"].clear()


@refused("the envelope's payload is another one", "signature")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_bundle = lambda bundle: bundle["dsseEnvelope"].update(payload=b64(b"{}"))


@refused("the envelope is said to be something else", "payload-type")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_bundle = lambda bundle: bundle["dsseEnvelope"].update(payloadType="text/plain")


@refused("the envelope is something else", "payload-type")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.payload_type = "text/plain"


@accepted("the statement is of version 0.1", {PYTHON: "knows version 1 alone"})
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_statement = lambda document: document.update(_type="https://in-toto.io/Statement/v0.1")


@accepted("the artifact is the second subject")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_statement = lambda document: document["subject"].insert(0, statement(b"another\n")["subject"][0])


@refused(
    "the statement is of a version that nobody knows",
    "payload",
    both_cosigns("does not look at a statement's version"),
)
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_statement = lambda document: document.update(_type="https://in-toto.io/Statement/v9")


@refused("the statement has no subjects", "payload")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_statement = lambda document: document["subject"].clear()


@refused("the statement's subject has no digest", "payload")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_statement = lambda document: document["subject"][0].pop("digest")


@refused("the statement's subject is in capitals", "subject", both_cosigns("compares digests after decoding them"))
def _(draft: Draft) -> None:
    draft.is_statement = True

    def capitals(document: Json) -> None:
        digest = document["subject"][0]["digest"]
        digest["sha256"] = digest["sha256"].upper()

    draft.change_statement = capitals


@refused("the statement's digest is called something else", "subject")
def _(draft: Draft) -> None:
    draft.is_statement = True

    def rename(document: Json) -> None:
        digest = document["subject"][0]["digest"]
        digest["sha512"] = digest.pop("sha256")

    draft.change_statement = rename


@refused("the statement has its subjects twice", "payload")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_payload = lambda text: text[:-1] + b',"subject":[]}'
