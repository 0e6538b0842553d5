#include "verify/crypto/key.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/err.h>

#include "tests/unit/verify/data.h"
#include "verify/codec/base64.h"

namespace pullgate::verify::crypto {
namespace {

/// The payload and signature of a case of tests/cases/simple-signing.
struct Signed {
  std::string payload;
  std::string signature;
};

Signed signed_in(const std::string& name) {
  const auto folder = kCases / "simple-signing" / name;
  const auto document = nlohmann::json::parse(bytes_of(folder / "case.json"));
  const std::string text = document.at("annotations").at("dev.cosignproject.cosign/signature");
  return {bytes_of(folder / "evidence"), codec::decode_base64(text).value()};
}

SignatureOutcome outcome(const std::string& key, SignatureScheme scheme, const Signed& what) {
  SignedMessage message(what.payload);
  return verify_signature(key_named(key), scheme, message, what.signature);
}

TEST(VerifySignature, HoldsForTheKeyAndSchemeThatMadeItAndForNoOther) {
  const std::vector<std::string> keys = {"p256", "p384", "p521", "ed25519", "rsa2048", "rsa3072", "rsa4096", "other"};
  for (std::size_t signer = 0; signer + 1 < keys.size(); ++signer) {
    const Signed what = signed_in("good-" + keys[signer]);
    for (const std::string& key : keys) {
      for (int scheme = 0; scheme <= static_cast<int>(SignatureScheme::kRsaPssSha256); ++scheme) {
        const auto tried = static_cast<SignatureScheme>(scheme);
        const bool right = key == keys[signer] && tried == default_schemes(key_named(key).type()).front();
        EXPECT_EQ(outcome(key, tried, what) == SignatureOutcome::kValid, right) << key << " " << to_string(tried);
      }
    }
  }
}

TEST(VerifySignature, HoldsForNoOtherBytes) {
  for (const char* key : {"p256", "ed25519", "rsa2048"}) {
    Signed what = signed_in(std::string("good-") + key);
    const SignatureScheme scheme = default_schemes(key_named(key).type()).front();
    ASSERT_EQ(outcome(key, scheme, what), SignatureOutcome::kValid);
    what.payload += " ";
    EXPECT_EQ(outcome(key, scheme, what), SignatureOutcome::kInvalid);
  }
}

// Other bytes that decode to the same numbers would be another signature with the same meaning.
TEST(VerifySignature, TakesEcdsaInOneFormOnly) {
  const Signed good = signed_in("good-p256");
  ASSERT_EQ(outcome("p256", SignatureScheme::kEcdsaSha256, good), SignatureOutcome::kValid);
  Signed padded = good;  // r with a superfluous leading zero
  padded.signature.insert(4, 1, '\0');
  padded.signature[1] = static_cast<char>(padded.signature[1] + 1);
  padded.signature[3] = static_cast<char>(padded.signature[3] + 1);
  Signed long_form = good;
  long_form.signature.insert(1, 1, '\x81');
  Signed trailing = good;
  trailing.signature += '\0';
  Signed trailing_inside = trailing;
  trailing_inside.signature[1] = static_cast<char>(trailing_inside.signature[1] + 1);
  for (const Signed& other : {padded, long_form, trailing, trailing_inside}) {
    EXPECT_EQ(outcome("p256", SignatureScheme::kEcdsaSha256, other), SignatureOutcome::kInvalid);
  }
}

TEST(VerifySignature, RefusesSignaturesOfNothing) {
  for (const std::string& signature :
       {std::string(), std::string("0"), std::string(64, '\0'), std::string(256, '\0'),
        std::string("\x30\x06\x02\x01\x00\x02\x01\x00", 8), std::string("\x30\x06\x02\x01\x01\x02\x01\x01", 8)}) {
    for (const char* key : {"p256", "ed25519", "rsa2048"}) {
      for (SignatureScheme scheme : default_schemes(key_named(key).type())) {
        EXPECT_EQ(outcome(key, scheme, {"payload", signature}), SignatureOutcome::kInvalid);
      }
    }
  }
}

TEST(VerifySignature, NeedsRsaSignaturesInFull) {
  Signed what = signed_in("good-rsa-pss");
  ASSERT_EQ(outcome("rsa2048", SignatureScheme::kRsaPssSha256, what), SignatureOutcome::kValid);
  what.signature.insert(0, 1, '\0');
  EXPECT_EQ(outcome("rsa2048", SignatureScheme::kRsaPssSha256, what), SignatureOutcome::kInvalid);
}

TEST(VerifySignature, LeavesTheErrorQueueOfTheThreadEmpty) {
  Signed what = signed_in("good-p256");
  what.signature[10] = static_cast<char>(what.signature[10] ^ 1);
  ERR_put_error(ERR_LIB_USER, 0, 1, "somewhere", 1);
  EXPECT_EQ(outcome("p256", SignatureScheme::kEcdsaSha256, what), SignatureOutcome::kInvalid);
  EXPECT_EQ(ERR_peek_error(), 0UL);
  EXPECT_FALSE(PublicKey::parse_spki("nonsense"));
  EXPECT_EQ(ERR_peek_error(), 0UL);
}

TEST(SignatureShape, TellsSignaturesFromDamage) {
  EXPECT_EQ(shape_of_signature(signed_in("good-p256").signature), SignatureShape::kPlausible);
  EXPECT_EQ(shape_of_signature(std::string(64, 'x')), SignatureShape::kPlausible);
  EXPECT_EQ(shape_of_signature(std::string(256, 'x')), SignatureShape::kPlausible);
  EXPECT_EQ(shape_of_signature(std::string(63, 'x')), SignatureShape::kUnknown);
  EXPECT_EQ(shape_of_signature(""), SignatureShape::kUnknown);
}

}  // namespace
}  // namespace pullgate::verify::crypto
