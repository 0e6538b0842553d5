"""The attacks on a gate that speaks HTTP, numbered, and a note on a test about which of them it is.

The numbers are stable: what is not in the list is not about a gate, or cannot be tried from outside.
"""

from __future__ import annotations

from typing import Any, Callable, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])

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
    34: "redirects as a way to other hosts",
    35: "links to other hosts and paths",
    36: "a flood of referrers",
    37: "request smuggling",
    38: "paths that decode to other paths",
    39: "line breaks in headers",
    41: "oversized requests",
    46: "credentials of a client",
    47: "credentials along a redirect",
}

COVERED: set[int] = set()


def vector(number: int) -> Callable[[Test], Test]:
    """Notes on a test which attack it is about."""

    def note(test: Test) -> Test:
        test.__doc__ = f"Vector {number}, {VECTORS[number]}. {test.__doc__ or ''}".strip()
        COVERED.add(number)
        return test

    return note
