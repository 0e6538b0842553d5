"""Rows about the transparency logs: what they recorded, promised, proved and signed."""

from __future__ import annotations

import base64
import hashlib
import ssl

from demo.keys import make_key
from demo.sign import BUNDLE_V01, BUNDLE_V02, BUNDLE_V03_OLD, b64
from keyless_parts import checkpoint, entries, entry, proof, signed_again
from keyless_table import COSIGN_2, PYTHON, accepted, both_cosigns, everyone_else, refused
from support.private_sigstore import Json
from support.private_sigstore.authorities import Leaf, now
from support.private_sigstore.drafts import Draft
from support.private_sigstore.logs import Rekor1, cosignature


@accepted("the statement is logged as its older kind", {PYTHON: "does not know that kind of entry"})
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.logged_as_older_kind = True


@accepted("the bundle is of version 0.1")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V01


@accepted("the bundle is of version 0.1 and has only a promise", {PYTHON: "wants a proof of bundles of every version"})
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V01
    draft.change_bundle = lambda bundle: entry(bundle).pop("inclusionProof")


@accepted("the bundle is of version 0.2")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V02


@accepted("the bundle of version 0.3 has the older name")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V03_OLD


@refused("nothing is logged", "time")
def _(draft: Draft) -> None:
    draft.is_logged = False


@refused("nothing is logged but it is timestamped", "enough-logs")
def _(draft: Draft) -> None:
    draft.is_logged = False
    draft.stamps = 1


@refused("there is neither promise nor proof", "transparency")
def _(draft: Draft) -> None:
    def remove(bundle: Json) -> None:
        del entry(bundle)["inclusionPromise"], entry(bundle)["inclusionProof"]

    draft.change_bundle = remove


@refused("the bundle of version 0.3 has no proof", "transparency")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: entry(bundle).pop("inclusionProof")


@refused("the bundle of version 0.2 has no proof", "transparency")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V02
    draft.change_bundle = lambda bundle: entry(bundle).pop("inclusionProof")


@refused("the bundle of version 0.1 has no promise", "transparency")
def _(draft: Draft) -> None:
    draft.media_type = BUNDLE_V01
    draft.change_bundle = lambda bundle: entry(bundle).pop("inclusionPromise")


@refused("without a promise the entry's time is nobody's", "time")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: entry(bundle).pop("inclusionPromise")


@accepted("a timestamp stands in for the promise")
def _(draft: Draft) -> None:
    draft.stamps = 1
    draft.change_bundle = lambda bundle: entry(bundle).pop("inclusionPromise")


@refused("the promise is another key's", "log-promise")
def _(draft: Draft) -> None:
    draft.sigstore.rekor1.promise_key = make_key()


@refused("the promise is of another second", "log-promise")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: entry(bundle).update(integratedTime=str(draft.logged_at - 1))


@refused("the promise is of another index", "log-promise")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: entry(bundle).update(logIndex="4163430")


@refused("the promise is of another entry", "log-promise")
def _(draft: Draft) -> None:
    other = Draft(draft.sigstore, leaf=draft.leaf, logged_at=draft.logged_at)
    promise = draft.sigstore.rekor1.entry(other.body(draft.sigstore.rekor1), draft.logged_at)["inclusionPromise"]
    draft.change_bundle = lambda bundle: entry(bundle).update(inclusionPromise=promise)


@refused("the log is one that nobody knows", "time")
def _(draft: Draft) -> None:
    draft.logs = [Rekor1()]


@accepted("a log that nobody knows has it as well", {PYTHON: "wants exactly one entry"})
def _(draft: Draft) -> None:
    draft.logs = [Rekor1(), draft.sigstore.rekor1]


@accepted("both generations of logs have it", {PYTHON: "wants exactly one entry"})
def _(draft: Draft) -> None:
    draft.logs = [draft.sigstore.rekor1, draft.sigstore.rekor2]
    draft.stamps = 1


@refused("the same entry is there twice", "transparency")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: entries(bundle).append(entry(bundle))


@refused("the proof has another index", "log-proof")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle).update(logIndex="4")


@refused("the proof has an index beyond the tree", "transparency")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle).update(logIndex="7")


@refused(
    "the proof has another size",
    "log-proof",
    everyone_else("compares the checkpoint's root with the proof's, but not its size"),
)
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle).update(treeSize="8")


@refused("the proof lacks a step", "log-proof")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle)["hashes"].pop()


@refused("the proof has a step too many", "log-proof")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle)["hashes"].append(b64(bytes(32)))


@refused("the proof's steps are in another order", "log-proof")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle)["hashes"].reverse()


@refused("the proof ends in another root", "log-proof")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle).update(rootHash=b64(bytes(32)))


@refused("the proof is of a tree that nobody signed", "log-proof")
def _(draft: Draft) -> None:
    """A whole proof of a tree of one's own, beside the checkpoint of the real one."""

    def replace(bundle: Json) -> None:
        body = base64.b64decode(entry(bundle)["canonicalizedBody"])
        real = proof(bundle)["checkpoint"]
        own = Rekor1()
        own.leaves = [hashlib.sha256(bytes([number])).digest() for number in range(5)]
        entry(bundle)["inclusionProof"] = {**own.proof(body), "checkpoint": real}

    draft.change_bundle = replace


@refused("the checkpoint is missing", "transparency")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: proof(bundle).pop("checkpoint")


@refused("the checkpoint is another key's", "log-proof")
def _(draft: Draft) -> None:
    draft.sigstore.rekor1.checkpoint_key = make_key()


@refused("the checkpoint is of another root", "log-proof")
def _(draft: Draft) -> None:
    log = draft.sigstore.rekor1
    draft.change_bundle = checkpoint(lambda _: log.checkpoint(7, bytes(32)))


@refused(
    "the checkpoint is of another size",
    "log-proof",
    everyone_else("compares the checkpoint's root with the proof's, but not its size"),
)
def _(draft: Draft) -> None:
    draft.change_bundle = signed_again(draft.sigstore.rekor1, lambda text: text.replace("\n7\n", "\n8\n"))


@refused("the checkpoint has no signature", "log-proof")
def _(draft: Draft) -> None:
    draft.change_bundle = checkpoint(lambda note: note.split("\u2014")[0])


@refused("the checkpoint's signature has another key's name", "log-proof")
def _(draft: Draft) -> None:
    def rename(note: str) -> str:
        text, _, line = note.rpartition(" ")
        return f"{text} {b64(b'abcd' + base64.b64decode(line)[4:])}\n"

    draft.change_bundle = checkpoint(rename)


@refused("the checkpoint's text was changed after it was signed", "log-proof")
def _(draft: Draft) -> None:
    draft.change_bundle = checkpoint(lambda note: note.replace("\n\n", "\nmore\n\n"))


@accepted("the checkpoint says when it was signed")
def _(draft: Draft) -> None:
    text = f"Timestamp: {now()}000000000\n"
    draft.change_bundle = signed_again(draft.sigstore.rekor1, lambda before: before + text)


@accepted(
    "a witness signed the checkpoint as well",
    both_cosigns("of the older log, wants every line to be the log's own"),
)
def _(draft: Draft) -> None:
    def witness(note: str) -> str:
        return note + cosignature("witness.example", now(), note.split("\n\n")[0] + "\n")

    draft.change_bundle = checkpoint(witness)


@refused("the log recorded another artifact", "transparency")
def _(draft: Draft) -> None:
    draft.in_log = Draft(draft.sigstore, artifact=b"another\n", leaf=draft.leaf)


@refused("the log recorded another signature of the same artifact", "transparency")
def _(draft: Draft) -> None:
    draft.in_log = Draft(draft.sigstore, leaf=draft.leaf)


@refused("the log recorded another signer", "transparency")
def _(draft: Draft) -> None:
    draft.in_log = Draft(draft.sigstore)


@refused("the log recorded another certificate of the same key", "transparency")
def _(draft: Draft) -> None:
    other = draft.sigstore.certificate(Leaf(key=draft.leaf.key))
    text = b64(ssl.DER_cert_to_PEM_cert(other).encode())
    draft.change_body = lambda body: body["spec"]["signature"]["publicKey"].update(content=text)


@refused("the log recorded another digest for the signature", "transparency")
def _(draft: Draft) -> None:
    digest = hashlib.sha256(b"another\n").hexdigest()
    draft.change_body = lambda body: body["spec"]["data"]["hash"].update(value=digest)


@refused("the log recorded the digest as one of another algorithm", "transparency")
def _(draft: Draft) -> None:
    draft.change_body = lambda body: body["spec"]["data"]["hash"].update(algorithm="sha512")


@refused("the log recorded another statement", "transparency")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.in_log = Draft(draft.sigstore, artifact=b"another\n", is_statement=True, leaf=draft.leaf)


@refused(
    "the log recorded another payload for the statement's signature",
    "transparency",
    {COSIGN_2: "compares signature and certificate alone; version 3 compares the payload"},
)
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.change_body = lambda body: body["spec"]["payloadHash"].update(value="0" * 64)


@refused("the log recorded an artifact where there is a statement", "transparency")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.in_log = Draft(draft.sigstore, leaf=draft.leaf)


@refused(
    "the entry is said to be of another kind",
    "transparency",
    both_cosigns("does not compare the kind with what was recorded"),
)
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: entry(bundle)["kindVersion"].update(kind="dsse")


@refused("the entry was recorded as a kind that nobody knows", "transparency")
def _(draft: Draft) -> None:
    draft.change_body = lambda body: body.update(kind="rekord")


@refused("the entry's index is negative", "transparency")
def _(draft: Draft) -> None:
    draft.change_bundle = lambda bundle: entry(bundle).update(logIndex="-1")
