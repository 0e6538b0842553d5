#pragma once
/// Keys that tests sign with, by OpenSSL alone.

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace pullgate::sandbox {

std::string sha256(std::string_view bytes);
std::string hash(std::string_view bytes, std::string_view algorithm);  // "sha256", "sha384", "sha512", "sha1"
std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);
std::string unbase64(std::string_view text);
/// A PEM block with lines of 64 characters.
std::string pem(std::string_view label, std::string_view der);

class SigningKey {
 public:
  enum class Kind { kP256, kP384, kP521, kEd25519, kRsa2048 };
  /// A new key each time.
  static SigningKey make(Kind kind = Kind::kP256);

  [[nodiscard]] Kind kind() const { return kind_; }
  /// ECDSA as DER, RSA as PKCS#1 v1.5; the hash counts for neither of Ed25519.
  [[nodiscard]] std::string sign(std::string_view message, std::string_view algorithm = "sha256") const;
  [[nodiscard]] const std::string& spki() const { return spki_; }
  [[nodiscard]] std::string fingerprint() const { return sha256(spki_); }
  /// The last 32 bytes of an Ed25519 key's SubjectPublicKeyInfo.
  [[nodiscard]] std::string raw() const { return spki_.substr(spki_.size() - 32); }
  [[nodiscard]] std::string public_pem() const { return pem("PUBLIC KEY", spki_); }
  /// DER of the AlgorithmIdentifier of its signatures.
  [[nodiscard]] std::string algorithm(std::string_view hash_algorithm = "sha256") const;
  /// protobuf-specs "PublicKeyDetails".
  [[nodiscard]] std::string details() const;

 private:
  SigningKey(Kind kind, std::shared_ptr<evp_pkey_st> key);

  Kind kind_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string spki_;
};

}  // namespace pullgate::sandbox
