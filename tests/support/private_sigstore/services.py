"""The private Sigstore's services over HTTP, for signers: Fulcio, Rekor of both generations and the timestamp authority.

They believe what they are told: identity tokens without a signature, and entries without a look at theirs. Whoever
verifies what was signed has to be the one who looks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key

from . import PrivateSigstore
from .authorities import ISSUER, SUBJECT, Leaf, now, utf8
from .logs import Json, canonical, dsse, dsse2, hashedrekord2

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


class Services:
    """What each path answers to the bytes that were posted there."""

    def __init__(self, sigstore: PrivateSigstore) -> None:
        self.sigstore = sigstore
        self._lock = threading.Lock()
        self.answers = {
            "/api/v2/signingCert": self._certificate,
            "/api/v1/log/entries": self._rekor1,
            "/api/v2/log/entries": self._rekor2,
            "/api/v1/timestamp": self._timestamp,
        }

    def answer(self, path: str, content: bytes, token: str) -> tuple[int, str, bytes]:
        """Status, media type and content."""
        if path not in self.answers:
            return 404, "text/plain", b"no such service"
        with self._lock:
            made = self.answers[path](content, token)
        if isinstance(made, bytes):
            return 201, "application/timestamp-reply", made
        return 200 if path.endswith("signingCert") else 201, "application/json", json.dumps(made).encode()

    def _certificate(self, content: bytes, token: str) -> Json:
        request = json.loads(content)
        if "certificateSigningRequest" in request:
            key = x509.load_pem_x509_csr(base64.b64decode(request["certificateSigningRequest"])).public_key()
        else:
            key = load_pem_public_key(request["publicKeyRequest"]["publicKey"]["content"].encode())
        claims = _claims(token)
        name = (
            x509.RFC822Name(claims["email"])
            if "email" in claims
            else x509.UniformResourceIdentifier(GITHUB + claims["job_workflow_ref"])
        )
        issuer = claims["iss"]
        leaf = Leaf(public_key=key, names=[name], claims={1: issuer.encode(), 8: utf8(issuer)})
        certificates = [self.sigstore.certificate(leaf), *self.sigstore.fulcio.chain]
        pem = [x509.load_der_x509_certificate(each).public_bytes(Encoding.PEM).decode() for each in certificates]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": pem}}}

    def _rekor1(self, content: bytes, _: str) -> Json:
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
        return {hashlib.sha256(b"\0" + base64.b64decode(entry["canonicalizedBody"])).hexdigest(): answer}

    def _rekor2(self, content: bytes, _: str) -> Json:
        request = json.loads(content)
        if "dsseRequestV002" in request:  # of the time before envelopes were logged as what their signature is over
            asked = request["dsseRequestV002"]
            [signature], [verifier] = asked["envelope"]["signatures"], asked["verifiers"]
            payload, signed = base64.b64decode(asked["envelope"]["payload"]), base64.b64decode(signature["sig"])
            return self.sigstore.rekor2.entry(dsse2(payload, signed, _certificate_of(verifier)), now())
        asked = request["hashedRekordRequestV002"]
        digest, signed = base64.b64decode(asked["digest"]), base64.b64decode(asked["signature"]["content"])
        certificate = _certificate_of(asked["signature"]["verifier"])
        return self.sigstore.rekor2.entry(hashedrekord2(digest, signed, certificate), now())

    def _timestamp(self, content: bytes, _: str) -> bytes:
        return self.sigstore.timestamps.answer(content)


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
            if media_type == "application/json" and self.path == "/api/v1/log/entries":
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
