#include "verify/public_key.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/verify/data.h"
#include "verify/codec/base64.h"

namespace pullgate::verify {
namespace {

namespace fs = std::filesystem;

TEST(PublicKey, IsOfTheTypeThatItsFileHolds) {
  EXPECT_EQ(key_named("p256").type(), KeyType::kEcdsaP256);
  EXPECT_EQ(key_named("p384").type(), KeyType::kEcdsaP384);
  EXPECT_EQ(key_named("p521").type(), KeyType::kEcdsaP521);
  EXPECT_EQ(key_named("ed25519").type(), KeyType::kEd25519);
  EXPECT_EQ(key_named("rsa2048").type(), KeyType::kRsa2048);
  EXPECT_EQ(key_named("rsa3072").type(), KeyType::kRsa3072);
  EXPECT_EQ(key_named("rsa4096").type(), KeyType::kRsa4096);
}

TEST(PublicKey, IsKnownByItsSubjectPublicKeyInfo) {
  const PublicKey key = key_named("p256");
  EXPECT_EQ(key.fingerprint(), Digest::of(key.spki()));
  EXPECT_EQ(PublicKey::parse_spki(key.spki()).value().fingerprint(), key.fingerprint());
}

TEST(PublicKey, IsTheSameWhateverTheLinesOfItsFile) {
  const PublicKey key = key_named("p256");
  const std::string base64 = codec::encode_base64(key.spki());
  for (const std::string& pem :
       {"-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----",
        "\n\n-----BEGIN PUBLIC KEY-----\r\n" + base64 + "\r\n-----END PUBLIC KEY-----\r\n\n"}) {
    EXPECT_EQ(PublicKey::parse_pem(pem).value().fingerprint(), key.fingerprint());
  }
}

TEST(PublicKey, OfTheOlderRsaFormIsTheSameKey) {
  const PublicKey key = key_named("rsa2048");
  // RFC 8017 A.1.1: the SubjectPublicKeyInfo of a 2048-bit key holds its RSAPublicKey in the last 270 bytes.
  const std::string pkcs1 = codec::encode_base64(std::string_view(key.spki()).substr(key.spki().size() - 270));
  const auto pem = "-----BEGIN RSA PUBLIC KEY-----\n" + pkcs1 + "\n-----END RSA PUBLIC KEY-----\n";
  const Result<PublicKey> read = PublicKey::parse_pem(pem);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->fingerprint(), key.fingerprint());
}

class RefusedKey : public ::testing::TestWithParam<std::string> {};

TEST_P(RefusedKey, IsNotTrusted) {
  const Result<PublicKey> key = PublicKey::parse_pem(bytes_of(kCases / "refused-keys" / (GetParam() + ".pem")));
  ASSERT_FALSE(key);
  EXPECT_TRUE(key.error().code == ErrorCode::kMalformed || key.error().code == ErrorCode::kUnsupported);
}

std::vector<std::string> refused_keys() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kCases / "refused-keys")) names.push_back(entry.path().stem());
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Keys, RefusedKey, ::testing::ValuesIn(refused_keys()), test_name);

TEST(SignatureScheme, HasANameThatCanBeReadBack) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(SignatureScheme::kRsaPssSha256); ++i) {
    const auto scheme = static_cast<SignatureScheme>(i);
    EXPECT_EQ(parse_signature_scheme(to_string(scheme)).value(), scheme);
    names.insert(to_string(scheme));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(SignatureScheme::kRsaPssSha256) + 1);
  EXPECT_FALSE(parse_signature_scheme("ECDSA-SHA256"));
}

TEST(SignatureScheme, ThatAKeyHasByDefaultIsOneThatItCanMake) {
  for (int i = 0; i <= static_cast<int>(KeyType::kRsa4096); ++i) {
    const auto type = static_cast<KeyType>(i);
    EXPECT_FALSE(default_schemes(type).empty());
    for (SignatureScheme scheme : default_schemes(type)) EXPECT_TRUE(is_usable(type, scheme));
  }
  EXPECT_FALSE(is_usable(KeyType::kEcdsaP256, SignatureScheme::kEd25519));
  EXPECT_FALSE(is_usable(KeyType::kEd25519, SignatureScheme::kEcdsaSha256));
  EXPECT_FALSE(is_usable(KeyType::kRsa2048, SignatureScheme::kEcdsaSha256));
}

TEST(TrustRoot, FindsItsKeysByFingerprint) {
  const auto trust = trust_in({"p256", "ed25519", "rsa2048"});
  for (const char* name : {"p256", "ed25519", "rsa2048"}) {
    const TrustedKey* const found = trust->find(key_named(name).fingerprint());
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->key.fingerprint(), key_named(name).fingerprint());
  }
  EXPECT_EQ(trust->find(key_named("other").fingerprint()), nullptr);
  EXPECT_EQ(TrustRoot({}).find(key_named("other").fingerprint()), nullptr);
}

TEST(TrustRoot, HasOneGenerationForEqualTrust) {
  EXPECT_EQ(trust_in({"p256", "ed25519"})->generation(), trust_in({"ed25519", "p256", "p256"})->generation());
  EXPECT_NE(trust_in({"p256"})->generation(), trust_in({"p256", "ed25519"})->generation());
  EXPECT_NE(trust_in({"p256"})->generation(), trust_in({})->generation());
  const PublicKey key = key_named("rsa2048");
  const TrustRoot pss({{key, {SignatureScheme::kRsaPssSha256}}});
  const TrustRoot pkcs1({{key, {SignatureScheme::kRsaPkcs1Sha256}}});
  EXPECT_NE(pss.generation(), pkcs1.generation());
}

TEST(TrustRoot, HoldsAKeyOnceWithAllItsSchemes) {
  const PublicKey key = key_named("rsa2048");
  const TrustRoot trust({{key, {SignatureScheme::kRsaPssSha256}}, {key, {SignatureScheme::kRsaPkcs1Sha256}}});
  ASSERT_EQ(trust.keys().size(), 1U);
  EXPECT_EQ(trust.keys()[0].schemes, (std::vector{SignatureScheme::kRsaPkcs1Sha256, SignatureScheme::kRsaPssSha256}));
}

}  // namespace
}  // namespace pullgate::verify
