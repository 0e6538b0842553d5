#include "tests/support/signing_key.h"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/support/der.h"

namespace pullgate::sandbox {
namespace {

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("OpenSSL failed");
}

EVP_PKEY* generate(SigningKey::Kind kind) {
  switch (kind) {
    case SigningKey::Kind::kP256:
      return EVP_EC_gen("P-256");
    case SigningKey::Kind::kP384:
      return EVP_EC_gen("P-384");
    case SigningKey::Kind::kP521:
      return EVP_EC_gen("P-521");
    case SigningKey::Kind::kEd25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case SigningKey::Kind::kRsa2048:
      return EVP_RSA_gen(2048);
  }
  return nullptr;
}

}  // namespace

std::string hash(std::string_view bytes, std::string_view algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned length = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), value.data(), &length,
                     EVP_get_digestbyname(std::string(algorithm).c_str()), nullptr) == 1);
  return {value.begin(), value.begin() + length};
}

std::string sha256(std::string_view bytes) {
  return hash(bytes, "sha256");
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += "0123456789abcdef"[byte / 16];
    text += "0123456789abcdef"[byte % 16];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string unbase64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), data_of(text), static_cast<int>(text.size()));
  require(length >= 0);
  // The padding has been decoded as zeros.
  const auto padding = text.ends_with("==") ? 2U : text.ends_with("=") ? 1U : 0U;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

std::string pem(std::string_view label, std::string_view der) {
  const std::string text = base64(der);
  std::string out = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t i = 0; i < text.size(); i += 64) out += text.substr(i, 64) + "\n";
  return out + "-----END " + std::string(label) + "-----\n";
}

SigningKey SigningKey::make(Kind kind) {
  return {kind, std::shared_ptr<evp_pkey_st>(generate(kind), EVP_PKEY_free)};
}

SigningKey::SigningKey(Kind kind, std::shared_ptr<evp_pkey_st> key) : kind_(kind), key_(std::move(key)) {
  require(key_ != nullptr);
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key_.get(), &der);
  require(length > 0);
  spki_.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
}

std::string SigningKey::sign(std::string_view message, std::string_view algorithm) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const EVP_MD* const digest = kind_ == Kind::kEd25519 ? nullptr : EVP_get_digestbyname(std::string(algorithm).c_str());
  require(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1);
  std::string signature(1024, '\0');
  std::size_t length = signature.size();
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, data_of(message),
                         message.size()) == 1);
  signature.resize(length);
  return signature;
}

std::string SigningKey::algorithm(std::string_view hash_algorithm) const {
  const int number = hash_algorithm == "sha256" ? 0 : hash_algorithm == "sha384" ? 1 : 2;
  switch (kind_) {
    case Kind::kEd25519:
      return der::sequence(der::oid("1.3.101.112"));
    case Kind::kRsa2048:
      return der::sequence(der::oid("1.2.840.113549.1.1." + std::to_string(11 + number)), der::null());
    case Kind::kP256:
    case Kind::kP384:
    case Kind::kP521:
      break;
  }
  return der::sequence(der::oid("1.2.840.10045.4.3." + std::to_string(2 + number)));
}

std::string SigningKey::details() const {
  switch (kind_) {
    case Kind::kP256:
      return "PKIX_ECDSA_P256_SHA_256";
    case Kind::kP384:
      return "PKIX_ECDSA_P384_SHA_384";
    case Kind::kP521:
      return "PKIX_ECDSA_P521_SHA_512";
    case Kind::kEd25519:
      return "PKIX_ED25519";
    case Kind::kRsa2048:
      return "PKIX_RSA_PKCS1V15_2048_SHA256";
  }
  return {};
}

}  // namespace pullgate::sandbox
