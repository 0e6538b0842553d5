"""Key pairs and raw signatures, with python3-cryptography."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

_CURVES: dict[str, type[ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1]] = {
    "p256": ec.SECP256R1,
    "p384": ec.SECP384R1,
    "p521": ec.SECP521R1,
}
_RSA_BITS = {"rsa2048": 2048, "rsa3072": 3072, "rsa4096": 4096}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
KINDS = (*_CURVES, "ed25519", *_RSA_BITS)


@dataclass(frozen=True)
class Key:
    private: PrivateKey

    @property
    def default_hash(self) -> str:
        """What Sigstore's algorithm registry gives this kind of key; for Ed25519 the hash of the message digest."""
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return {256: "sha256", 384: "sha384"}.get(self.private.curve.key_size, "sha512")
        return "sha256"

    def sign(self, message: bytes, *, hash_name: str = "", pss: bool = False) -> bytes:
        """ECDSA in DER, RSA as PKCS#1 v1.5 or as PSS with the salt as long as the hash, Ed25519 pure."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        algorithm = _HASHES[hash_name or self.default_hash]()
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(message, ec.ECDSA(algorithm))
        scheme = (
            padding.PSS(mgf=padding.MGF1(algorithm), salt_length=algorithm.digest_size)
            if pss
            else padding.PKCS1v15()
        )
        return self.private.sign(message, scheme, algorithm)

    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def public_der(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def private_pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def hint(self) -> str:
        """What cosign writes into `publicKey.hint`: base64 of the SHA-256 of the public key's DER."""
        return base64.b64encode(hashlib.sha256(self.public_der()).digest()).decode()

    def save(self, folder: Path, name: str) -> Path:
        """Writes `<name>.key`, readable by its owner only, and `<name>.pub`; the answer is the public file."""
        folder.mkdir(parents=True, exist_ok=True)
        private = folder / f"{name}.key"
        private.touch(mode=0o600)
        private.write_bytes(self.private_pem())
        public = folder / f"{name}.pub"
        public.write_bytes(self.public_pem())
        return public


def make_key(kind: str = "p256") -> Key:
    """A new key; `kind` is one of KINDS."""
    if kind in _CURVES:
        return Key(ec.generate_private_key(_CURVES[kind]()))
    if kind in _RSA_BITS:
        return Key(rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS[kind]))
    if kind == "ed25519":
        return Key(ed25519.Ed25519PrivateKey.generate())
    raise ValueError(f"unknown kind of key {kind!r}; known are {', '.join(KINDS)}")


def load_key(pem: bytes) -> Key:
    return Key(serialization.load_pem_private_key(pem, password=None))  # type: ignore[arg-type]
