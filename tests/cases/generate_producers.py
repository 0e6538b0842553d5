#!/usr/bin/python3
"""Writes `provenance/<producer>/`: an envelope that python3-cryptography signs, and what `producers/` says of it.

    /usr/bin/python3 tests/cases/generate_producers.py

The private key is made anew and forgotten, so running it replaces `provenance/key.pub` and every signature with it.
"""

from __future__ import annotations

import json
import shutil

from making import DIGEST, REPOSITORY
from producers import V1, expected, producers
from writing import CASES

from demo import sign, statement
from demo.keys import make_key
from demo.oci import encode


def main() -> None:
    root = CASES / "provenance"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    key = make_key("p256")
    (root / "key.pub").write_bytes(key.public_pem())
    for producer in producers():
        folder = root / producer.name
        folder.mkdir()
        document = statement.statement(
            [statement.subject(REPOSITORY, DIGEST)],
            producer.predicate_type,
            producer.predicate,
            statement_type=statement.STATEMENT_V1 if producer.predicate_type == V1 else statement.STATEMENT_V01,
        )
        (folder / "evidence").write_bytes(encode(sign.envelope(key, document)))
        text = json.dumps(expected(producer), indent=2, ensure_ascii=True)
        (folder / "provenance.json").write_text(text + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
