"""The same evidence where there is a referrers API, and in a folder: a mirror keeps it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.oci import Site
from support import gate
from support.cosign_bench import SIGNATURES, Bench, mirror
from support.denial import denied
from support.gate import Gate
from support.hostile_registry import HostileRegistry
from support.workshop import REGISTRY


@pytest.fixture(scope="module")
def mirrored(bench: Bench) -> Site:
    """An image for each form, signed in the registry, copied from there into layouts as it is."""
    site = Site(bench.root / "mirror")
    for form in SIGNATURES:
        for signer in ("p256", "stranger"):
            repository = f"p256/mirror/{form}/{signer}"
            image = bench.push(repository)
            bench.sign(form, signer, repository, image)
            mirror(bench, repository, site.repository(repository), image)
    return site


@pytest.mark.parametrize("kind", ["layout", "referrers API"])
def test_evidence_is_found_wherever_a_mirror_keeps_it(bench: Bench, mirrored: Site, kind: str, tmp_path: Path) -> None:
    policy = {
        "version": 1,
        "attestors": {"p256": {"key": {"file": str(bench.public["p256"])}, "transparencyLog": "none"}},
        "defaults": {"mode": "enforce", "noMatch": "deny"},
        "rules": [gate.signed_by("p256")],
    }
    with HostileRegistry(mirrored) as registry:
        upstream = (
            gate.layout_upstream(REGISTRY, mirrored.root)
            if kind == "layout"
            else gate.registry_upstream(REGISTRY, registry.port)
        )
        with Gate(tmp_path / "gate", gate.settings(upstream), policy) as running:
            for form in SIGNATURES:
                repository = f"p256/mirror/{form}"
                good = running.get(f"/v2/{REGISTRY}/{repository}/p256/manifests/1.0")
                assert good.status == 200, f"{form}: {good}"
                denied(running.get(f"/v2/{REGISTRY}/{repository}/stranger/manifests/1.0"), "SIGNER_NOT_TRUSTED")
