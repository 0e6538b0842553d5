#!/usr/bin/python3
"""Writes reasons/: for each reason code an image that is refused with it, as an evidence pack with policy and moment.

    /usr/bin/python3 tests/cases/generate_reasons.py            what is signed with keys: the same bytes in every run
    /usr/bin/python3 tests/cases/generate_reasons.py --keyless  and what is signed with certificates, which are new each time

What pullgate must say about each is beside it (`expected.txt`, `expected.json`), and is compared and renewed by
tests/integration/test_reason_codes.py. Codes that come from an upstream have no pack of their own but an `upstream.yaml`,
written by hand: what goes wrong between the gate and the image in `shared/images`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from reason_case import APP_LAYERS, KEYS, REPOSITORY, SECURITY, SHARED, SIGNED_AT, TABLE, write_pack

import reasons_built  # noqa: E402, F401  # these fill the table
import reasons_image  # noqa: E402
import reasons_keyless  # noqa: E402
import reasons_signed  # noqa: E402, F401

from demo.oci import encode  # noqa: E402
from support.private_sigstore import PrivateSigstore  # noqa: E402
from support.workshop import Workshop  # noqa: E402


def write_keys() -> None:
    (SHARED / "keys").mkdir(parents=True, exist_ok=True)
    keys = {"release": KEYS.release, "builder": KEYS.builder, "security": SECURITY}
    for name, key in keys.items():
        (SHARED / "keys" / f"{name}.pub").write_bytes(key.public_pem())


def write_shared_images(scratch: Path) -> str:
    """The base, and an image with nothing wrong, whose digest is also that of the one that was called back."""
    for name in ("base", "images"):
        shutil.rmtree(SHARED / name, ignore_errors=True)
    reasons_image.base_cases(reasons_image.write_base(scratch / "base"))
    workshop = Workshop(scratch / "site", KEYS)
    image = workshop.image(REPOSITORY, layers=APP_LAYERS)
    workshop.sign(REPOSITORY, image)
    write_pack(workshop.layout(REPOSITORY), SHARED / "images" / REPOSITORY)
    return image.digest


def write_trusted_roots(document: dict[str, Any]) -> None:
    """As it is, and as it was for whoever last looked in April: the authority was to end in May."""
    (SHARED / "trusted_root.json").write_bytes(encode(document))
    for authority in document["certificateAuthorities"]:
        authority["validFor"]["end"] = "2026-05-01T00:00:00Z"
    (SHARED / "trusted_root_of_april.json").write_bytes(encode(document))


def main() -> None:
    is_keyless = "--keyless" in sys.argv[1:]
    write_keys()
    with tempfile.TemporaryDirectory() as scratch, mock.patch("time.time", return_value=SIGNED_AT):
        reasons_image.called_back(write_shared_images(Path(scratch)))
        if is_keyless:
            sigstore = PrivateSigstore(Path(scratch) / "sigstore")
            write_trusted_roots(sigstore.trusted_root())
            reasons_keyless.keyless_cases(sigstore)
        for case in TABLE:
            case.write()


if __name__ == "__main__":
    main()
