"""Where things are below /v2/ when the registry is a prefix of the path."""

from __future__ import annotations

from demo.oci import Descriptor

from .workshop import REGISTRY


def manifest(repository: str, reference: str | Descriptor) -> str:
    return f"/v2/{REGISTRY}/{repository}/manifests/{reference if isinstance(reference, str) else reference.digest}"


def blob(repository: str, digest: str) -> str:
    return f"/v2/{REGISTRY}/{repository}/blobs/{digest}"
