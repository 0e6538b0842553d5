"""A Sigstore of one's own for other people's tools: authorities, logs, and the trust root and bundles made with them.

Certificates and signatures are python3-cryptography's and timestamps are openssl's; nothing here is the verifier's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.keys import Key
from demo.sign import b64

from .authorities import DAY, CertificateAuthority, CertificateLog, Leaf, der, fulcio, now
from .logs import Rekor1, Rekor2
from .timestamps import TimestampAuthority

Json = dict[str, Any]

TRUSTED_ROOT = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"


def iso(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def valid(start: int | None, end: int | None = None) -> Json:
    return {name: iso(seconds) for name, seconds in (("start", start), ("end", end)) if seconds is not None}


@dataclass
class PrivateSigstore:
    """Its services, all right. Whatever is exchanged before something is made with it goes into that."""

    folder: Path
    fulcio: CertificateAuthority = field(default_factory=fulcio)
    certificate_log: CertificateLog = field(default_factory=CertificateLog)
    rekor1: Rekor1 = field(default_factory=Rekor1)
    rekor2: Rekor2 = field(default_factory=Rekor2)
    timestamps: TimestampAuthority = None  # type: ignore[assignment]  # made below

    def __post_init__(self) -> None:
        if self.timestamps is None:
            self.timestamps = TimestampAuthority(self.folder / "tsa")

    def certificate(self, leaf: Leaf) -> bytes:
        return der(leaf.certificate(self.fulcio, self.certificate_log))

    def trusted_root(self) -> Json:
        """Trusts all of it, from a year ago on and without end."""
        return {
            "mediaType": TRUSTED_ROOT,
            "tlogs": [_log(each.url, each.key, each.id) for each in (self.rekor1, self.rekor2)],
            "certificateAuthorities": [_authority("https://fulcio.sigstore.test", self.fulcio.chain)],
            "ctlogs": [_log(self.certificate_log.url, self.certificate_log.key, self.certificate_log.id)],
            "timestampAuthorities": [_authority(self.timestamps.url, self.timestamps.chain)],
        }


_KEY_DETAILS = {"p256": "PKIX_ECDSA_P256_SHA_256", "ed25519": "PKIX_ED25519"}


def _log(url: str, key: Key, identifier: bytes) -> Json:
    kind = "p256" if hasattr(key.private, "curve") else "ed25519"
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": b64(key.public_der()),
            "keyDetails": _KEY_DETAILS[kind],
            "validFor": valid(now() - 365 * DAY),
        },
        "logId": {"keyId": b64(identifier)},
    }


def _authority(uri: str, chain: list[bytes]) -> Json:
    return {
        "subject": {"organization": "sigstore.test", "commonName": "test"},
        "uri": uri,
        "certChain": {"certificates": [{"rawBytes": b64(each)} for each in chain]},
        "validFor": valid(now() - 365 * DAY),
    }


def signing_config(url: str, rekor: int = 1, *, timestamped: bool = False) -> Json:
    """Where signers go: all services are at one address, and each path belongs to one of them."""

    def service(path: str, version: int = 1) -> list[Json]:
        return [
            {"url": url + path, "majorApiVersion": version, "validFor": valid(now() - DAY), "operator": "sigstore.test"}
        ]

    return {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": service(""),
        "oidcUrls": service(""),
        "rekorTlogUrls": service("", rekor),
        "rekorTlogConfig": {"selector": "ANY"},
        "tsaUrls": service("/api/v1/timestamp") if timestamped else [],
        "tsaConfig": {"selector": "ANY"},
    }
