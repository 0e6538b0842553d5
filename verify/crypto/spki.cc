#include "verify/crypto/spki.h"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
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

/// The one form in which we take keys on curves: these bytes, then the point. A compressed or hybrid point (SEC 1
/// section 2.3.3), explicit parameters or another length's form would be a second fingerprint for the same key.
struct CurveForm {
  KeyType type;
  std::string_view name;  // OpenSSL's, of the group
  std::string_view prefix;
  std::size_t size;
};
using namespace std::string_view_literals;
constexpr std::array kCurveForms = {
    CurveForm{
        KeyType::kEcdsaP256, SN_X9_62_prime256v1,
        "\x30\x59\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07\x03\x42\x00\x04"sv,
        91},
    CurveForm{KeyType::kEcdsaP384, SN_secp384r1,
              "\x30\x76\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x22\x03\x62\x00\x04"sv,
              120},
    CurveForm{
        KeyType::kEcdsaP521, SN_secp521r1,
        "\x30\x81\x9B\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x23\x03\x81\x86\x00\x04"sv,
        158},
    CurveForm{KeyType::kEd25519, SN_ED25519, "\x30\x2A\x30\x05\x06\x03\x2B\x65\x70\x03\x21\x00"sv, 44},
};

/// The key of a point, straight from its bytes: OpenSSL 3.0's decoders take seven times as long. Null for a point that
/// is not on the curve.
KeyHandle key_of_point(const CurveForm& form, std::string_view der) {
  if (form.type == KeyType::kEd25519) {
    const std::string_view raw = der.substr(form.prefix.size());
    return KeyHandle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(raw), raw.size()));
  }
  // With the 04 that says that both coordinates follow.
  std::string point(der.substr(form.prefix.size() - 1));
  std::string group(form.name);
  std::array parameters = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
                           OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                           OSSL_PARAM_construct_end()};
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1) {
    return nullptr;
  }
  return KeyHandle(key);
}

/// Why a key that is not RSA was not taken before its DER was read at all.
Error why_not(EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t length = 0;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
      if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) {
        return refused(ErrorCode::kUnsupported, "an elliptic curve without a name");
      }
      if (std::ranges::find(kCurveForms, std::string_view(name.data(), length), &CurveForm::name) ==
          kCurveForms.end()) {
        return refused(ErrorCode::kUnsupported, "the curve is none of P-256, P-384 and P-521");
      }
      return refused(ErrorCode::kUnsupported, "the point is not in uncompressed form, or something follows it");
    case EVP_PKEY_ED25519:
      return refused(ErrorCode::kMalformed, "not in the one DER form of its key");
    default:
      return refused(ErrorCode::kUnsupported, "neither RSA nor ECDSA nor Ed25519");
  }
}

}  // namespace

Result<DecodedKey> decode_spki(std::string_view der) {
  const ErrorQueueGuard guard;
  for (const CurveForm& form : kCurveForms) {
    if (der.size() != form.size || !der.starts_with(form.prefix)) continue;
    KeyHandle handle = key_of_point(form, der);
    if (!handle) return refused(ErrorCode::kMalformed, "not a point of its curve");
    return DecodedKey{std::move(handle), form.type};
  }
  const unsigned char* position = data_of(der);
  KeyHandle handle(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
  if (!handle) return refused(ErrorCode::kMalformed, "not a SubjectPublicKeyInfo that can be read");
  if (EVP_PKEY_get_base_id(handle.get()) != EVP_PKEY_RSA) return why_not(handle.get());
  const Result<std::string> written = encoded_spki(handle.get());
  if (!written) return written.error();
  // Also catches trailing bytes, of which d2i_ functions say nothing: one key must have one fingerprint.
  if (*written != der) return refused(ErrorCode::kMalformed, "not in the one DER form of its key");
  const Result<KeyType> type = rsa_type(handle.get());
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
