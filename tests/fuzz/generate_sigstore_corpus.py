#!/usr/bin/python3
"""Writes the part of corpus/ that a Sigstore's own parts are: certificates with embedded timestamps by
python3-cryptography, timestamp tokens by `openssl ts`, checkpoints and proofs from their definitions. New keys each time,
so new bytes; commit them only when a shape is added.

    /usr/bin/python3 tests/fuzz/generate_sigstore_corpus.py
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from generate_corpus import FUZZ, write

TRUST = FUZZ.parents[1] / "config" / "trust"
NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc).replace(tzinfo=None)
SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
FULCIO = "1.3.6.1.4.1.57264.1."


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sigstore.test"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


def sct(extensions: bytes = b"", version: int = 0) -> bytes:
    signature = ec.generate_private_key(ec.SECP256R1()).sign(b"x", ec.ECDSA(hashes.SHA256()))
    milliseconds = int(NOW.timestamp() * 1000).to_bytes(8, "big")
    body = bytes([version]) + hashlib.sha256(b"log").digest() + milliseconds
    body += len(extensions).to_bytes(2, "big") + extensions + b"\x04\x03" + len(signature).to_bytes(2, "big") + signature
    return len(body).to_bytes(2, "big") + body


def sct_list(*entries: bytes) -> x509.UnrecognizedExtension:
    entries_bytes = b"".join(entries)
    content = len(entries_bytes).to_bytes(2, "big") + entries_bytes
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return x509.UnrecognizedExtension(SCT_LIST, b"\x04" + length + content)


def certificate(curve: ec.EllipticCurve, *extensions: tuple[x509.ExtensionType, bool]) -> bytes:
    key = ec.generate_private_key(curve)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("leaf"))
        .issuer_name(name("intermediate"))
        .public_key(key.public_key())
        .serial_number(0x1122334455667788)
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(minutes=10))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signer = ec.generate_private_key(ec.SECP384R1())
    return builder.sign(signer, hashes.SHA384()).public_bytes(serialization.Encoding.DER)


def write_certificates() -> None:
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    uri = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main"
    issuer = b"https://token.actions.githubusercontent.com"
    leaf: list[tuple[x509.ExtensionType, bool]] = [
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), True),
        (x509.UnrecognizedExtension(ObjectIdentifier(FULCIO + "1"), issuer), False),
        (x509.UnrecognizedExtension(ObjectIdentifier(FULCIO + "8"), b"\x0c" + bytes([len(issuer)]) + issuer), False),
    ]
    authority = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    shapes: dict[str, list[tuple[x509.ExtensionType, bool]]] = {
        "plain": [],
        "leaf": leaf,
        "leaf-with-sct": [*leaf, (sct_list(sct()), False)],
        "leaf-with-two-scts": [*leaf, (sct_list(sct(), sct(b"\x00\x01")), False)],
        "sct-of-version-2": [(sct_list(sct(version=1)), False)],
        "empty-sct-list": [(sct_list(), False)],
        "email": [(x509.SubjectAlternativeName([x509.RFC822Name("release@acme.example")]), True)],
        "authority": [(x509.BasicConstraints(True, 0), True), (authority, True)],
        "unknown-critical": [(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)],
    }
    for title, extensions in shapes.items():
        write("certificate", title, certificate(ec.SECP256R1(), *extensions))
    write("certificate", "p384", certificate(ec.SECP384R1(), *leaf))
    root = json.loads((TRUST / "public-good.json").read_bytes())
    for number, entry in enumerate(root["certificateAuthorities"][-1]["certChain"]["certificates"]):
        write("certificate", f"public-good-{number}", base64.b64decode(entry["rawBytes"]))


def write_timestamps() -> None:
    with tempfile.TemporaryDirectory() as folder:

        def openssl(*arguments: str) -> None:
            subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

        Path(folder, "tsa.cnf").write_text(
            "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nO=sigstore.test\nCN=tsa\n"
            "[ext]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
            "[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_digest=sha256\ndigests=sha256,sha384,sha512\n"
            "default_policy=1.2.3\naccuracy=secs:1\ness_cert_id_alg=sha256\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n",
            encoding="ascii",
        )
        Path(folder, "serial").write_text("01\n", encoding="ascii")
        Path(folder, "data").write_bytes(b"a signature")
        openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "tsa.key")
        openssl("req", "-config", "tsa.cnf", "-new", "-x509", "-days", "3650", "-key", "tsa.key", "-out", "tsa.pem")
        for title, options in {
            "sha256": ["-sha256"],
            "sha512": ["-sha512"],
            "with-certificate": ["-sha256", "-cert"],
            "without-nonce": ["-sha256", "-no_nonce"],
        }.items():
            openssl("ts", "-query", "-data", "data", *options, "-out", "query")
            openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
            write("timestamp", title, Path(folder, "reply").read_bytes())
            openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-token_out", "-out", "token")
            write("timestamp", f"token-{title}", Path(folder, "token").read_bytes())


def write_checkpoints() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    dash = b"\xe2\x80\x94 "
    root = base64.b64encode(hashlib.sha256(b"root").digest())

    def note(text: bytes, *names: bytes) -> bytes:
        lines = [dash + each + b" " + base64.b64encode(b"\x01\x02\x03" + each[:1] + key.sign(text)) for each in names]
        return text + b"\n" + b"\n".join(lines) + b"\n"

    text = b"log.sigstore.test\n7\n" + root + b"\n"
    write("checkpoint", "one", note(text, b"log.sigstore.test"))
    write("checkpoint", "with-witness", note(text, b"log.sigstore.test", b"witness.example"))
    write("checkpoint", "with-extension", note(text + b"Timestamp: 1772366400000000000\n", b"log.sigstore.test"))
    write("checkpoint", "rekor1", note(b"rekor.sigstore.test - 1193050959916656506\n7\n" + root + b"\n", b"rekor.sigstore.test"))
    write("checkpoint", "size-with-zero", note(b"log\n07\n" + root + b"\n", b"log"))
    write("checkpoint", "same-signer-twice", note(text, b"log", b"log"))


def write_proofs() -> None:
    for title, content in {
        "right": b"\x06\x04\x00",
        "one-leaf": b"\x00\x00\x00",
        "full-tree": b"\x3f\x11\x00",
        "other-index": b"\x06\x04\x01",
        "other-size": b"\x06\x04\x10",
        "longer": b"\x06\x04\x00\x00\x07",
        "shorter": b"\x06\x04\x00\x03\x00",
        "swapped": b"\x06\x04\x00\x02\x00",
        "spoilt": b"\x06\x04\x00\x01\x01",
    }.items():
        write("inclusion_proof", title, content)


def write_promises() -> None:
    signature = ec.generate_private_key(ec.SECP256R1()).sign(b"promise", ec.ECDSA(hashes.SHA256()))
    body = json.dumps({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {}}).encode()
    write("promise", "by-another", signature.replace(b"\n", b"\r") + b"\n" + body)
    write("promise", "empty", b"")
    write("promise", "no-der", b"signature\n" + body)


def write_trusted_roots() -> None:
    for path in sorted(TRUST.glob("*.json")):
        write("trusted_root", path.stem, path.read_bytes())
    root = json.loads((TRUST / "public-good.json").read_bytes())
    for title, change in {
        "no-logs": {"tlogs": []},
        "other-media-type": {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.9"},
        "version-0.2": {"mediaType": "application/vnd.dev.sigstore.trustedroot.v0.2+json"},
        "unknown-member": {"unknown": {}},
    }.items():
        write("trusted_root", title, json.dumps({**root, **change}).encode())
    root["tlogs"][0]["publicKey"]["keyDetails"] = "PKIX_RSA_PKCS1V5"
    write("trusted_root", "unsupported-key", json.dumps(root).encode())


def main() -> None:
    write_certificates()
    write_timestamps()
    write_checkpoints()
    write_proofs()
    write_promises()
    write_trusted_roots()


if __name__ == "__main__":
    main()
