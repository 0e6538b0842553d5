#include "verify/crypto/spki.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include "tests/support/signing_key.h"

namespace pullgate::verify::crypto {
namespace {

using sandbox::SigningKey;

/// What OpenSSL's own decoder makes of the bytes, written again; empty when it takes none of them.
std::string written_again(const std::string& der) {
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  const KeyHandle key(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
  unsigned char* bytes = nullptr;
  const int length = key ? i2d_PUBKEY(key.get(), &bytes) : 0;
  if (length <= 0) return {};
  std::string written(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
  OPENSSL_free(bytes);
  return written;
}

// Keys on curves are not read by OpenSSL's decoder: nothing may be a key for us that is none for it.
TEST(Spki, IsAKeyOnlyWhereOpenSslReadsAndWritesTheSame) {
  for (const auto kind :
       {SigningKey::Kind::kP256, SigningKey::Kind::kP384, SigningKey::Kind::kP521, SigningKey::Kind::kEd25519}) {
    const std::string good = SigningKey::make(kind).spki();
    ASSERT_TRUE(decode_spki(good));
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string changed = good;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      const bool is_key = decode_spki(changed).has_value();
      if (is_key) EXPECT_EQ(written_again(changed), changed) << bit;
      refused += is_key ? 0 : 1;
    }
    // A point with one bit changed is hardly ever on the curve; Ed25519's 32 bytes are not looked at until they are
    // used.
    EXPECT_GT(refused, kind == SigningKey::Kind::kEd25519 ? 12U * 8U - 1U : good.size() * 4);
    EXPECT_FALSE(decode_spki(good + '\0'));
    EXPECT_FALSE(decode_spki(good.substr(0, good.size() - 1)));
    EXPECT_FALSE(decode_spki(good.substr(0, good.size() - 1) + std::string(2, '\1')));
  }
}

TEST(Spki, OfAnyKindOfKeyIsOpenSslsKey) {
  for (const auto kind : {SigningKey::Kind::kP256, SigningKey::Kind::kP384, SigningKey::Kind::kP521,
                          SigningKey::Kind::kEd25519, SigningKey::Kind::kRsa2048}) {
    const std::string spki = SigningKey::make(kind).spki();
    const Result<DecodedKey> key = decode_spki(spki);
    ASSERT_TRUE(key);
    const auto* position = reinterpret_cast<const unsigned char*>(spki.data());
    const KeyHandle same(d2i_PUBKEY(nullptr, &position, static_cast<long>(spki.size())));
    EXPECT_EQ(EVP_PKEY_eq(key->handle.get(), same.get()), 1);
  }
}

}  // namespace
}  // namespace pullgate::verify::crypto
