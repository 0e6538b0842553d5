#pragma once
/// Public keys as OpenSSL holds them, and the one function that verifies a signature.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "verify/artifact.h"
#include "verify/crypto/hash.h"
#include "verify/public_key.h"

struct evp_pkey_st;

namespace pullgate::verify {

namespace crypto {

struct FreeKey {
  void operator()(evp_pkey_st* key) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, FreeKey>;

/// What was signed. Hashed at most once for each hash, however many keys and schemes are tried; not for several
/// threads. The bytes, or the artifact, must outlive it.
class SignedMessage {
 public:
  explicit SignedMessage(std::string_view bytes) : bytes_(bytes) {}
  explicit SignedMessage(const Artifact& artifact);

  /// Nothing when only a digest is known.
  [[nodiscard]] const std::optional<std::string_view>& bytes() const { return bytes_; }
  /// Null when only the digest of another algorithm is known.
  const std::string* hash(Hash hash);

 private:
  std::optional<std::string_view> bytes_;
  std::array<std::string, 3> hashes_;
};

enum class SignatureOutcome { kInvalid, kValid };

/// ECDSA signatures are ASN.1 DER in its one form (SEC 1, C.8), Ed25519 is pure or prehashed (RFC 8032), RSA-PSS uses
/// MGF1 with the same hash and a salt of the hash's length (RFC 8017, 8.1).
SignatureOutcome verify_signature(const PublicKey& key, SignatureScheme scheme, SignedMessage& message,
                                  std::string_view signature);

/// Could these bytes be a signature by any key that we accept? No means that they were damaged, or never were one.
enum class SignatureShape { kUnknown, kPlausible };
SignatureShape shape_of_signature(std::string_view signature);

}  // namespace crypto

struct PublicKey::State {
  crypto::KeyHandle handle;
  KeyType type;
  std::string spki;
  Digest fingerprint;
};

}  // namespace pullgate::verify
