#include "verify/public_key.h"

#include <algorithm>
#include <array>

#include "verify/bytes.h"
#include "verify/codec/pem.h"
#include "verify/crypto/key.h"
#include "verify/crypto/spki.h"

namespace pullgate::verify {
namespace {

constexpr std::array kAllSchemes = {
    SignatureScheme::kEcdsaSha256,    SignatureScheme::kEcdsaSha384,    SignatureScheme::kEcdsaSha512,
    SignatureScheme::kEd25519,        SignatureScheme::kEd25519ph,      SignatureScheme::kRsaPkcs1Sha256,
    SignatureScheme::kRsaPkcs1Sha384, SignatureScheme::kRsaPkcs1Sha512, SignatureScheme::kRsaPssSha256};

}  // namespace

std::string_view to_string(KeyType type) {
  switch (type) {
    case KeyType::kEcdsaP256:
      return "ecdsa-p256";
    case KeyType::kEcdsaP384:
      return "ecdsa-p384";
    case KeyType::kEcdsaP521:
      return "ecdsa-p521";
    case KeyType::kEd25519:
      return "ed25519";
    case KeyType::kRsa2048:
      return "rsa-2048";
    case KeyType::kRsa3072:
      return "rsa-3072";
    case KeyType::kRsa4096:
      return "rsa-4096";
  }
  return "unknown";
}

std::string_view to_string(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
      return "ecdsa-sha256";
    case SignatureScheme::kEcdsaSha384:
      return "ecdsa-sha384";
    case SignatureScheme::kEcdsaSha512:
      return "ecdsa-sha512";
    case SignatureScheme::kEd25519:
      return "ed25519";
    case SignatureScheme::kEd25519ph:
      return "ed25519ph";
    case SignatureScheme::kRsaPkcs1Sha256:
      return "rsa-pkcs1-sha256";
    case SignatureScheme::kRsaPkcs1Sha384:
      return "rsa-pkcs1-sha384";
    case SignatureScheme::kRsaPkcs1Sha512:
      return "rsa-pkcs1-sha512";
    case SignatureScheme::kRsaPssSha256:
      return "rsa-pss-sha256";
  }
  return "unknown";
}

Result<SignatureScheme> parse_signature_scheme(std::string_view text) {
  std::string known;
  for (SignatureScheme scheme : kAllSchemes) {
    if (to_string(scheme) == text) return scheme;
    known += (known.empty() ? "" : ", ") + std::string(to_string(scheme));
  }
  return {ErrorCode::kMalformed, "not a signature scheme: '" + printable(text, 40) + "'; known are " + known};
}

Result<PublicKey> PublicKey::parse_pem(std::string_view pem) {
  const Result<codec::PemBlock> block = codec::parse_pem_block(pem);
  if (!block) return block.error();
  if (block->label == "PUBLIC KEY") return parse_spki(block->der);
  if (block->label == "RSA PUBLIC KEY") {
    const Result<std::string> spki = crypto::spki_of_rsa_public_key(block->der);
    if (!spki) return spki.error();
    return parse_spki(*spki);
  }
  return {ErrorCode::kUnsupported, "PEM: a public key expected, not '" + printable(block->label, 40) + "'"};
}

Result<PublicKey> PublicKey::parse_spki(std::string_view der) {
  Result<crypto::DecodedKey> decoded = crypto::decode_spki(der);
  if (!decoded) return decoded.error();
  return PublicKey(std::make_shared<const State>(
      State{std::move(decoded->handle), decoded->type, std::string(der), Digest::of(der)}));
}

KeyType PublicKey::type() const {
  return state_->type;
}
const Digest& PublicKey::fingerprint() const {
  return state_->fingerprint;
}
const std::string& PublicKey::spki() const {
  return state_->spki;
}

std::vector<SignatureScheme> default_schemes(KeyType type) {
  switch (type) {
    case KeyType::kEcdsaP256:
      return {SignatureScheme::kEcdsaSha256};
    case KeyType::kEcdsaP384:
      return {SignatureScheme::kEcdsaSha384, SignatureScheme::kEcdsaSha256};
    case KeyType::kEcdsaP521:
      return {SignatureScheme::kEcdsaSha512, SignatureScheme::kEcdsaSha256};
    case KeyType::kEd25519:
      return {SignatureScheme::kEd25519, SignatureScheme::kEd25519ph};
    case KeyType::kRsa2048:
    case KeyType::kRsa3072:
    case KeyType::kRsa4096:
      return {SignatureScheme::kRsaPkcs1Sha256};
  }
  return {};
}

bool is_usable(KeyType type, SignatureScheme scheme) {
  switch (type) {
    case KeyType::kEcdsaP256:
    case KeyType::kEcdsaP384:
    case KeyType::kEcdsaP521:
      return scheme == SignatureScheme::kEcdsaSha256 || scheme == SignatureScheme::kEcdsaSha384 ||
             scheme == SignatureScheme::kEcdsaSha512;
    case KeyType::kEd25519:
      return scheme == SignatureScheme::kEd25519 || scheme == SignatureScheme::kEd25519ph;
    case KeyType::kRsa2048:
    case KeyType::kRsa3072:
    case KeyType::kRsa4096:
      return scheme == SignatureScheme::kRsaPkcs1Sha256 || scheme == SignatureScheme::kRsaPkcs1Sha384 ||
             scheme == SignatureScheme::kRsaPkcs1Sha512 || scheme == SignatureScheme::kRsaPssSha256;
  }
  return false;
}

}  // namespace pullgate::verify
