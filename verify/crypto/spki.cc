#include "verify/crypto/spki.h"

#include <array>
#include <memory>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "verify/crypto/openssl.h"

namespace pullgate::verify::crypto {
namespace {

struct FreeBignum {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
Error refused(ErrorCode code, std::string_view why) {
  return {code, "public key: " + std::string(why)};
}

Result<std::string> encoded_spki(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return refused(ErrorCode::kMalformed, "cannot be encoded");
  std::string spki(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return spki;
}

Result<KeyType> rsa_type(EVP_PKEY* key) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &raw) != 1)
    return refused(ErrorCode::kMalformed, "no exponent");
  const std::unique_ptr<BIGNUM, FreeBignum> exponent(raw);
  // Small exponents make forgery easy where padding is checked loosely; huge ones make verification slow.
  if (!BN_is_odd(exponent.get()) || BN_num_bits(exponent.get()) < 17 || BN_num_bits(exponent.get()) > 64) {
    return refused(ErrorCode::kUnsupported, "the RSA exponent must be odd and from 65537 to 2^64");
  }
  switch (EVP_PKEY_get_bits(key)) {
    case 2048:
      return KeyType::kRsa2048;
    case 3072:
      return KeyType::kRsa3072;
    case 4096:
      return KeyType::kRsa4096;
    default:
      return refused(ErrorCode::kUnsupported,
                     "RSA keys have 2048, 3072 or 4096 bits here, not " + std::to_string(EVP_PKEY_get_bits(key)));
  }
}

Result<KeyType> ecdsa_type(EVP_PKEY* key, std::string_view spki) {
  struct Curve {
    std::string_view name;
    KeyType type;
    std::size_t spki_size;  // with an uncompressed point at its end
    std::size_t point_size;
  };
  constexpr std::array kCurves = {Curve{"prime256v1", KeyType::kEcdsaP256, 91, 65},
                                  Curve{"secp384r1", KeyType::kEcdsaP384, 120, 97},
                                  Curve{"secp521r1", KeyType::kEcdsaP521, 158, 133}};
  std::array<char, 64> name{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) {
    return refused(ErrorCode::kUnsupported, "an elliptic curve without a name");
  }
  for (const Curve& curve : kCurves) {
    if (curve.name != std::string_view(name.data(), length)) continue;
    // A compressed or hybrid point (SEC 1, 2.3.3) would be a second fingerprint for the same key.
    if (spki.size() != curve.spki_size || spki[spki.size() - curve.point_size] != '\x04')
      return refused(ErrorCode::kUnsupported, "the point is not in uncompressed form");
    return curve.type;
  }
  return refused(ErrorCode::kUnsupported, "the curve is none of P-256, P-384 and P-521");
}

Result<KeyType> type_of(EVP_PKEY* key, std::string_view spki) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return rsa_type(key);
    case EVP_PKEY_EC:
      return ecdsa_type(key, spki);
    case EVP_PKEY_ED25519:
      return KeyType::kEd25519;
    default:
      return refused(ErrorCode::kUnsupported, "neither RSA nor ECDSA nor Ed25519");
  }
}

}  // namespace

Result<DecodedKey> decode_spki(std::string_view der) {
  const ErrorQueueGuard guard;
  const unsigned char* position = data_of(der);
  KeyHandle handle(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
  if (!handle) return refused(ErrorCode::kMalformed, "not a SubjectPublicKeyInfo that can be read");
  const Result<std::string> written = encoded_spki(handle.get());
  if (!written) return written.error();
  // Also catches trailing bytes, of which d2i_ functions say nothing: one key must have one fingerprint.
  if (*written != der) return refused(ErrorCode::kMalformed, "not in the one DER form of its key");
  const Result<KeyType> type = type_of(handle.get(), der);
  if (!type) return type.error();
  return DecodedKey{std::move(handle), *type};
}

Result<std::string> spki_of_rsa_public_key(std::string_view der) {
  const ErrorQueueGuard guard;
  const unsigned char* position = data_of(der);
  const KeyHandle handle(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &position, static_cast<long>(der.size())));
  if (!handle || position != data_of(der) + der.size()) {
    return refused(ErrorCode::kMalformed, "not an RSAPublicKey that can be read");
  }
  return encoded_spki(handle.get());
}

}  // namespace pullgate::verify::crypto
