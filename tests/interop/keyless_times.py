"""Rows about time: what timestamp authorities say, and for how long anybody is trusted."""

from __future__ import annotations

import base64
from typing import Callable

from demo.sign import b64
from keyless_parts import in_rekor2, tokens
from keyless_table import PYTHON, TRUST_ROOT, accepted, both_cosigns, everyone_else, refused
from support.private_sigstore import Json, valid
from support.private_sigstore.authorities import DAY, now
from support.private_sigstore.drafts import Draft
from support.private_sigstore.timestamps import TimestampAuthority


def trusted(part: str, start: int, end: int | None = None, number: int = 0) -> Callable[[Json], None]:
    """Changes for how long the trust root trusts somebody."""

    def change(root: Json) -> None:
        somebody = root[part][number]
        somebody.get("publicKey", somebody)["validFor"] = valid(start, end)

    return change


def trust_another(draft: Draft) -> None:
    """The trust root names another timestamp authority than the one that is used."""
    chain = [{"rawBytes": b64(each)} for each in TimestampAuthority(draft.sigstore.folder / "stranger").chain]
    draft.change_trusted_root = lambda root: root["timestampAuthorities"][0]["certChain"].update(certificates=chain)


@accepted("there is a timestamp besides")
def _(draft: Draft) -> None:
    draft.stamps = 1


@accepted("there are two timestamps of one authority")
def _(draft: Draft) -> None:
    draft.stamps = 2


@accepted("the timestamp brings its certificate")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.sigstore.timestamps.sends_certificate = True


@accepted("a timestamp of another authority is there as well")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    stranger = TimestampAuthority(draft.sigstore.folder / "stranger")
    draft.change_bundle = lambda bundle: tokens(bundle).insert(
        0, {"signedTimestamp": b64(stranger.stamp(draft.signature))}
    )


@accepted(
    "beside a promise there is a timestamp of an authority that nobody knows",
    both_cosigns("wants a timestamp that holds as soon as it is to look at timestamps"),
)
def _(draft: Draft) -> None:
    draft.stamps = 1
    trust_another(draft)


@refused("the timestamp is of other bytes", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.stamped = b"another signature"


@refused("the timestamp is of the artifact", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.stamped = draft.artifact


@refused(
    "the timestamp is of other bytes beside a promise",
    "timestamp",
    {PYTHON: "passes over timestamps that do not hold where there is another time"},
)
def _(draft: Draft) -> None:
    draft.stamps = 1
    draft.stamped = b"another signature"


@refused("the timestamp is of an authority that nobody knows", "time")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    trust_another(draft)


@refused("the trust root has no timestamp authority", "time")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_trusted_root = lambda root: root.update(timestampAuthorities=[])


@refused("the timestamp's certificate had ended", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.sigstore.timestamps = TimestampAuthority(draft.sigstore.folder / "old", (now() - 2 * DAY, now() - DAY))


@refused("the timestamp's certificate had not begun", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.sigstore.timestamps = TimestampAuthority(draft.sigstore.folder / "new", (now() + DAY, now() + 2 * DAY))


@refused("the timestamp is later than the certificate", "time")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.leaf.window = (now() - 1200, now() - 600)


@refused("the timestamp is earlier than the certificate", "time")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.leaf.window = (now() + 600, now() + 1200)


@refused("the log is in time and the timestamp is not", "time")
def _(draft: Draft) -> None:
    draft.leaf.window = (now() - 1200, now() - 600)
    draft.logged_at = now() - 900
    draft.stamps = 1


@refused("the timestamp is in time and the log is not", "time")
def _(draft: Draft) -> None:
    draft.logged_at = now() - 900
    draft.stamps = 1


@refused(
    "the same timestamp is there twice",
    "timestamp",
    both_cosigns("counts an authority once, so that it need not mind"),
)
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_bundle = lambda bundle: tokens(bundle).append(tokens(bundle)[0])


@refused("the timestamp's last byte is changed", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)

    def change(bundle: Json) -> None:
        token = base64.b64decode(tokens(bundle)[0]["signedTimestamp"])
        tokens(bundle)[0]["signedTimestamp"] = b64(token[:-1] + bytes([token[-1] ^ 1]))

    draft.change_bundle = change


@refused("the timestamp goes on after its end", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)

    def change(bundle: Json) -> None:
        tokens(bundle)[0]["signedTimestamp"] = b64(base64.b64decode(tokens(bundle)[0]["signedTimestamp"]) + b"\0")

    draft.change_bundle = change


@refused("the timestamp is no timestamp", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_bundle = lambda bundle: tokens(bundle)[0].update(signedTimestamp=b64(b"no timestamp"))


@refused("the timestamp authority was no longer trusted", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_trusted_root = trusted("timestampAuthorities", now() - 9 * DAY, now() - DAY)


@refused("the timestamp authority was not yet trusted", "timestamp")
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_trusted_root = trusted("timestampAuthorities", now() + DAY)


@refused(
    "the certificate authority was no longer trusted",
    "time",
    {PYTHON: "does not ask until when an authority was trusted"},
)
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("certificateAuthorities", now() - 9 * DAY, now() - DAY)


@refused("the certificate authority was not yet trusted", "time")
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("certificateAuthorities", now() + DAY)


@accepted("the certificate authority is trusted until that very second")
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("certificateAuthorities", now() - 9 * DAY, draft.logged_at)


@refused(
    "the log of certificates was no longer trusted",
    "enough-certificate-logs",
    {PYTHON: "does not ask until when a log was trusted"},
)
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("ctlogs", now() - 9 * DAY, now() - DAY)


@refused("the log of certificates was not yet trusted", "enough-certificate-logs")
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("ctlogs", now() + DAY)


@accepted("the log is trusted until that very second")
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("tlogs", now() - 9 * DAY, draft.logged_at)


@refused("the log was no longer trusted", "log-promise", {PYTHON: "does not ask until when a log was trusted"})
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("tlogs", now() - 9 * DAY, draft.logged_at - 1)


@refused("the log was not yet trusted", "log-promise")
def _(draft: Draft) -> None:
    draft.change_trusted_root = trusted("tlogs", now() + DAY)


@refused(
    "the newer log was no longer trusted",
    "log-proof",
    everyone_else("does not ask until when a log without promises was trusted"),
)
def _(draft: Draft) -> None:
    in_rekor2(draft)
    draft.change_trusted_root = trusted("tlogs", now() - 9 * DAY, now() - DAY, number=1)


@refused("the trust root does not say since when the log is trusted", TRUST_ROOT)
def _(draft: Draft) -> None:
    draft.change_trusted_root = lambda root: root["tlogs"][0]["publicKey"].update(validFor={})
