"""The private Sigstore's services over HTTP, for signers: Fulcio, Rekor of both generations and the timestamp authority.

They believe what they are told: identity tokens without a signature, and entries without a look at theirs. Whoever
verifies what was signed has to be the one who looks.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from . import PrivateSigstore
from .authorities import ISSUER, SUBJECT, Leaf, PublicKey, now, utf8
from .logs import Json, canonical, dsse, dsse2, hashedrekord2, leaf_hash

GITHUB = "https://github.com/"


def identity_token(subject: str = SUBJECT, issuer: str = ISSUER) -> str:
    """A workflow's, as GitHub writes it, or a person's where the subject is an address."""
    claims: Json = {"iss": issuer, "aud": "sigstore", "iat": now(), "nbf": now() - 5, "exp": now() + 600}
    if "@" in subject and not subject.startswith("https:"):
        claims |= {"sub": "1", "email": subject, "email_verified": True}
    else:
        claims |= {"sub": "repo:acme/app:ref:refs/heads/main", "job_workflow_ref": subject.removeprefix(GITHUB)}
    parts = [canonical({"alg": "RS256", "typ": "JWT"}), canonical(claims), bytes(256)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _claims(token: str) -> Json:
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def _certificate_of(verifier: Json) -> bytes:
    return base64.b64decode(verifier["x509Certificate"]["rawBytes"])


Answer = tuple[int, str, bytes]  # status, media type, content


def _json(status: int, document: Json) -> Answer:
    return status, "application/json", json.dumps(document).encode()


class Services:
    """What each path answers to the bytes that were posted there."""

    def __init__(self, sigstore: PrivateSigstore) -> None:
        self.sigstore = sigstore
        self._lock = threading.Lock()
        self._paths = {
            "/api/v1/signingCert": self._older_certificate,
            "/api/v2/signingCert": self._certificate,
            "/api/v1/log/entries": self._rekor1,
            "/api/v2/log/entries": self._rekor2,
            "/api/v1/timestamp": self._timestamp,
        }

    def answer(self, path: str, content: bytes, token: str) -> Answer:
        if path not in self._paths:
            return 404, "text/plain", b"no such service"
        with self._lock:
            return self._paths[path](content, token)

    def _certificate(self, content: bytes, token: str) -> Answer:
        request = json.loads(content)
        if "certificateSigningRequest" in request:
            key = x509.load_pem_x509_csr(base64.b64decode(request["certificateSigningRequest"])).public_key()
        else:
            key = load_pem_public_key(request["publicKeyRequest"]["publicKey"]["content"].encode())
        return _json(200, {"signedCertificateEmbeddedSct": {"chain": {"certificates": self._chain(key, token)}}})

    def _older_certificate(self, content: bytes, token: str) -> Answer:
        key = load_pem_public_key(base64.b64decode(json.loads(content)["publicKey"]["content"]))
        return 201, "application/pem-certificate-chain", "".join(self._chain(key, token)).encode()

    def _chain(self, key: PublicKey, token: str) -> list[str]:
        """A new certificate for whom the token names, and its issuers."""
        claims = _claims(token)
        name = (
            x509.RFC822Name(claims["email"])
            if "email" in claims
            else x509.UniformResourceIdentifier(GITHUB + claims["job_workflow_ref"])
        )
        issuer = claims["iss"]
        leaf = Leaf(public_key=key, names=[name], claims={1: issuer.encode(), 8: utf8(issuer)})
        return [
            ssl.DER_cert_to_PEM_cert(each) for each in (self.sigstore.certificate(leaf), *self.sigstore.fulcio.chain)
        ]

    def _rekor1(self, content: bytes, _: str) -> Answer:
        body = json.loads(content)
        if body["kind"] == "dsse":
            envelope = body["spec"]["proposedContent"]["envelope"]
            [verifier] = body["spec"]["proposedContent"]["verifiers"]
            document = json.loads(envelope)
            [signature] = document["signatures"]
            payload = base64.b64decode(document["payload"])
            body = dsse(envelope.encode(), payload, base64.b64decode(signature["sig"]), base64.b64decode(verifier))
        entry = self.sigstore.rekor1.entry(body, now())
        proof = entry["inclusionProof"]
        proven = {
            "checkpoint": proof["checkpoint"]["envelope"],
            "hashes": [base64.b64decode(each).hex() for each in proof["hashes"]],
            "logIndex": int(proof["logIndex"]),
            "rootHash": base64.b64decode(proof["rootHash"]).hex(),
            "treeSize": int(proof["treeSize"]),
        }
        promised = entry["inclusionPromise"]["signedEntryTimestamp"]
        answer = {
            "body": entry["canonicalizedBody"],
            "integratedTime": int(entry["integratedTime"]),
            "logID": self.sigstore.rekor1.id.hex(),
            "logIndex": int(entry["logIndex"]),
            "verification": {"inclusionProof": proven, "signedEntryTimestamp": promised},
        }
        return _json(201, {leaf_hash(base64.b64decode(entry["canonicalizedBody"])).hex(): answer})

    def _rekor2(self, content: bytes, _: str) -> Answer:
        request = json.loads(content)
        if "dsseRequestV002" in request:  # of the time before envelopes were logged as what their signature is over
            asked = request["dsseRequestV002"]
            [signature], [verifier] = asked["envelope"]["signatures"], asked["verifiers"]
            payload, signed = base64.b64decode(asked["envelope"]["payload"]), base64.b64decode(signature["sig"])
            body = dsse2(payload, signed, _certificate_of(verifier))
        else:
            asked = request["hashedRekordRequestV002"]
            digest, signed = base64.b64decode(asked["digest"]), base64.b64decode(asked["signature"]["content"])
            body = hashedrekord2(digest, signed, _certificate_of(asked["signature"]["verifier"]))
        return _json(201, self.sigstore.rekor2.entry(body, now()))

    def _timestamp(self, content: bytes, _: str) -> Answer:
        return 201, "application/timestamp-reply", self.sigstore.timestamps.answer(content)


@contextmanager
def serving(sigstore: PrivateSigstore) -> Iterator[str]:
    """The address of the services while the block runs."""
    services = Services(sigstore)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, media_type, answer = services.answer(self.path, content, token)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(answer)))
            if self.path == "/api/v1/log/entries":  # cosign finds the entry in the answer by what the headers call it
                identifier = next(iter(json.loads(answer)))
                self.send_header("ETag", identifier)
                self.send_header("Location", f"/api/v1/log/entries/{identifier}")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
