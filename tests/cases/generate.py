#!/usr/bin/python3
"""Writes the cases that python3-cryptography signs: every form that we verify, and mutations named by what is wrong.

    /usr/bin/python3 tests/cases/generate.py

The private keys are made anew and forgotten, so running it replaces the public keys and every signature with them; what
the reports must say stays as it is. Cases that cosign writes come from generate_cosign.py.
"""

from __future__ import annotations

import shutil

from making import IMAGE, KEYS
from writing import CASES

from bundles import bundle_cases
from envelopes import dsse_cases
from simple_signing import simple_signing_cases


def main() -> None:
    for kind in ("simple-signing", "dsse", "bundle"):
        shutil.rmtree(CASES / kind, ignore_errors=True)
    (CASES / "keys").mkdir(exist_ok=True)
    (CASES / "images").mkdir(exist_ok=True)
    (CASES / "images" / "app.json").write_bytes(IMAGE)
    for name, key in KEYS.items():
        (CASES / "keys" / f"{name}.pub").write_bytes(key.public_pem())
    simple_signing_cases()
    dsse_cases()
    bundle_cases()


if __name__ == "__main__":
    main()
