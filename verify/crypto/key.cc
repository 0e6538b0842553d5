#include "verify/crypto/key.h"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "verify/crypto/ed25519ph.h"
#include "verify/crypto/openssl.h"

namespace pullgate::verify::crypto {
namespace {

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

Hash hash_for(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kRsaPkcs1Sha384:
      return Hash::kSha384;
    case SignatureScheme::kEcdsaSha512:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kEd25519ph:
      return Hash::kSha512;
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kEd25519:
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPssSha256:
      return Hash::kSha256;
  }
  return Hash::kSha256;
}

const EVP_MD* openssl_hash(Hash hash) {
  switch (hash) {
    case Hash::kSha256:
      return EVP_sha256();
    case Hash::kSha384:
      return EVP_sha384();
    case Hash::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

/// A DER SEQUENCE that fills `text` exactly, as every ECDSA signature is one.
bool is_der_sequence(std::string_view text) {
  if (text.size() < 8 || text[0] != '\x30') return false;
  const auto length = static_cast<unsigned char>(text[1]);
  if (length < 0x80) return text.size() == 2U + length;
  return length == 0x81 && text.size() == 3U + static_cast<unsigned char>(text[2]);
}

/// The bytes of one signature by this type of key; a quick answer before anything is hashed.
bool has_size_for(KeyType type, std::string_view signature) {
  switch (type) {
    case KeyType::kEcdsaP256:
      return is_der_sequence(signature) && signature.size() <= 72;
    case KeyType::kEcdsaP384:
      return is_der_sequence(signature) && signature.size() <= 104;
    case KeyType::kEcdsaP521:
      return is_der_sequence(signature) && signature.size() <= 139;
    case KeyType::kEd25519:
      return signature.size() == 64;
    case KeyType::kRsa2048:
      return signature.size() == 256;
    case KeyType::kRsa3072:
      return signature.size() == 384;
    case KeyType::kRsa4096:
      return signature.size() == 512;
  }
  return false;
}

SignatureOutcome verify_ed25519(evp_pkey_st* key, std::string_view message, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) != 1) {
    throw std::runtime_error("signature verification could not be set up");
  }
  const int outcome =
      EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message), message.size());
  return outcome == 1 ? SignatureOutcome::kValid : SignatureOutcome::kInvalid;
}

SignatureOutcome verify_hash(evp_pkey_st* key, SignatureScheme scheme, std::string_view hash,
                             std::string_view signature) {
  const EVP_MD* const algorithm = openssl_hash(hash_for(scheme));
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(EVP_PKEY_CTX_new(key, nullptr));
  bool ready = context && EVP_PKEY_verify_init(context.get()) == 1;
  if (ready && (scheme == SignatureScheme::kRsaPkcs1Sha256 || scheme == SignatureScheme::kRsaPkcs1Sha384 ||
                scheme == SignatureScheme::kRsaPkcs1Sha512)) {
    ready = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1;
  } else if (ready && scheme == SignatureScheme::kRsaPssSha256) {
    ready = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), algorithm) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  if (!ready || EVP_PKEY_CTX_set_signature_md(context.get(), algorithm) != 1) {
    throw std::runtime_error("signature verification could not be set up");
  }
  const int outcome = EVP_PKEY_verify(context.get(), data_of(signature), signature.size(), data_of(hash), hash.size());
  return outcome == 1 ? SignatureOutcome::kValid : SignatureOutcome::kInvalid;
}

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

SignedMessage::SignedMessage(const Artifact& artifact) : bytes_(artifact.bytes()) {
  const Hash known = artifact.digest().algorithm() == Digest::Algorithm::kSha256 ? Hash::kSha256 : Hash::kSha512;
  hashes_[static_cast<std::size_t>(known)] = artifact.digest().raw();
}

const std::string* SignedMessage::hash(Hash hash) {
  std::string& cached = hashes_[static_cast<std::size_t>(hash)];
  if (cached.empty() && bytes_) cached = hash_of(hash, *bytes_);
  return cached.empty() ? nullptr : &cached;
}

SignatureOutcome verify_signature(const PublicKey& key, SignatureScheme scheme, SignedMessage& message,
                                  std::string_view signature) {
  const PublicKey::State& state = key.state();
  if (!is_usable(state.type, scheme) || !has_size_for(state.type, signature)) return SignatureOutcome::kInvalid;
  const ErrorQueueGuard guard;
  if (scheme == SignatureScheme::kEd25519) {
    const std::optional<std::string_view> bytes = message.bytes();
    if (!bytes) return SignatureOutcome::kInvalid;  // it hashes twice, so no digest stands for the bytes
    return verify_ed25519(state.handle.get(), *bytes, signature);
  }
  const std::string* const known_hash = message.hash(hash_for(scheme));
  if (known_hash == nullptr) return SignatureOutcome::kInvalid;
  const std::string& hash = *known_hash;
  if (scheme == SignatureScheme::kEd25519ph) {
    // RFC 8410 section 4: the key is the last 32 bytes of its SubjectPublicKeyInfo.
    return verify_ed25519ph(std::string_view(state.spki).substr(state.spki.size() - 32), hash, signature);
  }
  return verify_hash(state.handle.get(), scheme, hash, signature);
}

SignatureShape shape_of_signature(std::string_view signature) {
  for (KeyType type :
       {KeyType::kEcdsaP521, KeyType::kEd25519, KeyType::kRsa2048, KeyType::kRsa3072, KeyType::kRsa4096}) {
    if (has_size_for(type, signature)) return SignatureShape::kPlausible;
  }
  return SignatureShape::kUnknown;
}

}  // namespace pullgate::verify::crypto
