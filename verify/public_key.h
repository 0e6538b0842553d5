#pragma once
/// Managed public keys, formats "Managed keys and algorithms": PEM SubjectPublicKeyInfo; RSA of 2048, 3072 or 4096
/// bits with a public exponent of at least 65537, ECDSA on P-256, P-384, P-521, and Ed25519. Everything else is
/// refused when it is read, not when it is used.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "verify/digest.h"
#include "verify/result.h"

namespace pullgate::verify {

enum class KeyType { kEcdsaP256, kEcdsaP384, kEcdsaP521, kEd25519, kRsa2048, kRsa3072, kRsa4096 };

/// How a signature by a key is made. The key's configuration decides it, never the envelope (algorithm confusion).
enum class SignatureScheme {
  kEcdsaSha256,
  kEcdsaSha384,
  kEcdsaSha512,
  kEd25519,    ///< RFC 8032, pure
  kEd25519ph,  ///< RFC 8032, over the SHA-512 of the message
  kRsaPkcs1Sha256,
  kRsaPkcs1Sha384,  ///< not in Sigstore's registry; certificates and timestamps of other authorities use it
  kRsaPkcs1Sha512,  ///< likewise
  kRsaPssSha256,
};

std::string_view to_string(KeyType type);
/// "ecdsa-sha256", "ed25519", "ed25519ph", "rsa-pkcs1-sha256", "rsa-pss-sha256", ...
std::string_view to_string(SignatureScheme scheme);
Result<SignatureScheme> parse_signature_scheme(std::string_view text);

/// Immutable; copies share the decoded key. Safe to use from several threads at once.
class PublicKey {
 public:
  /// Exactly one PEM block "PUBLIC KEY" (or PKCS#1 "RSA PUBLIC KEY"), surrounded by white space at most.
  static Result<PublicKey> parse_pem(std::string_view pem);
  /// SubjectPublicKeyInfo DER without trailing bytes.
  static Result<PublicKey> parse_spki(std::string_view der);

  [[nodiscard]] KeyType type() const;
  /// SHA-256 of the SubjectPublicKeyInfo: the identity of a key. Two PEM files with equal SPKI are one key.
  [[nodiscard]] const Digest& fingerprint() const;
  [[nodiscard]] const std::string& spki() const;

  struct State;
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  explicit PublicKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// The schemes that a key of this type verifies when the operator names none: RSA means PKCS#1 v1.5 with SHA-256;
/// P-384 and P-521 mean their own hash and also SHA-256, because cosign signs with SHA-256 whatever the curve; Ed25519
/// means both its forms, because cosign signs in the prehashed one and everybody else in the pure one.
std::vector<SignatureScheme> default_schemes(KeyType type);
/// Can a key of this type make such signatures?
bool is_usable(KeyType type, SignatureScheme scheme);

/// A key that an operator trusts, and the schemes it is trusted for. Never empty.
struct TrustedKey {
  PublicKey key;
  std::vector<SignatureScheme> schemes;
};

}  // namespace pullgate::verify
