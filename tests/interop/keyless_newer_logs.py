"""Rows about the newer generation of transparency logs, which promise nothing and say nothing about time."""

from __future__ import annotations

from demo.keys import make_key
from demo.sign import b64
from keyless_parts import checkpoint, entry, in_rekor2, proof, signed_again
from keyless_table import COSIGN_3, PYTHON, accepted, refused
from support.private_sigstore import Json
from support.private_sigstore.authorities import Leaf, now
from support.private_sigstore.drafts import Draft
from support.private_sigstore.logs import Rekor2, cosignature


@accepted("the newer log has an artifact")
def _(draft: Draft) -> None:
    in_rekor2(draft)


@accepted("the newer log has a statement")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.is_statement = True


@accepted(
    "the newer log has a statement as its older kind",
    {COSIGN_3: "no longer knows that kind", PYTHON: "no longer knows that kind"},
)
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.is_statement = True
    draft.logged_as_older_kind = True


@accepted("witnesses signed the newer log's checkpoint first")
def _(draft: Draft) -> None:
    in_rekor2(draft)

    def witness(note: str) -> str:
        text, lines = note.split("\n\n")
        return f"{text}\n\n{cosignature('witness.example', now(), text + chr(10))}{lines}"

    draft.change_bundle = checkpoint(witness)


@accepted("another key of the newer log's name signed the checkpoint as well")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    other = Rekor2()
    draft.change_bundle = checkpoint(lambda note: note.replace("\n\n", f"\n\n{other.signature_line(note)}"))


@refused("the newer log's entry has no timestamp beside it", "time")
def _(draft: Draft) -> None:
    draft.logs = [draft.sigstore.rekor2]


@refused("the newer log's entry says when it was made", "transparency")
def _(draft: Draft) -> None:
    draft.logs = [draft.sigstore.rekor2]
    draft.change_bundle = lambda bundle: entry(bundle).update(integratedTime=str(draft.logged_at))


@refused("the newer log's entry has no proof", "transparency")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_bundle = lambda bundle: entry(bundle).pop("inclusionProof")


@refused("the newer log recorded another artifact", "transparency")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.in_log = Draft(draft.sigstore, artifact=b"another\n", leaf=draft.leaf)


@refused("the newer log recorded another signature", "transparency")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.in_log = Draft(draft.sigstore, leaf=draft.leaf)


@refused("the newer log recorded another certificate", "transparency")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    other = {"rawBytes": b64(draft.sigstore.certificate(Leaf(key=draft.leaf.key)))}

    def replace(body: Json) -> None:
        body["spec"]["hashedRekordV002"]["signature"]["verifier"]["x509Certificate"] = other

    draft.change_body = replace


@refused("the newer log's checkpoint is another key's", "log-proof")
def _(draft: Draft) -> None:
    in_rekor2(draft).checkpoint_key = make_key("ed25519")


@refused(
    "the newer log's checkpoint is of another log",
    "log-proof",
    {PYTHON: "does not compare the checkpoint's first line with the log's name"},
)
def _(draft: Draft) -> None:
    log = in_rekor2(draft)
    draft.change_bundle = signed_again(log, lambda text: text.replace(log.origin, "log2020-1.rekor.sigstore.test"))


@refused("the newer log's key signed the checkpoint of another log", "log-proof")
def _(draft: Draft) -> None:
    log = in_rekor2(draft)
    other = Rekor2()
    other.key, other.origin = log.key, "log2020-1.rekor.sigstore.test"
    draft.change_bundle = signed_again(other, lambda text: text.replace(log.origin, other.origin))


@refused(
    "the newer log's entry and its proof have different indexes",
    "log-proof",
    {PYTHON: "looks at the index of the proof alone"},
)
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_bundle = lambda bundle: entry(bundle).update(logIndex="4")


@refused("the newer log's proof lacks a step", "log-proof")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_bundle = lambda bundle: proof(bundle)["hashes"].pop()
