#include "verify/crypto/ed25519ph.h"

#include <gtest/gtest.h>

#include "verify/bytes.h"
#include "verify/crypto/key.h"

namespace pullgate::verify::crypto {
namespace {

// RFC 8032 section 7.3.
const std::string kKey = hex_decode("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf").value();
const std::string kSignature = hex_decode(
                                   "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
                                   "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406")
                                   .value();
const std::string kHash = hash_of(Hash::kSha512, "abc");

SignatureOutcome outcome(const std::string& key, const std::string& hash, const std::string& signature) {
  return verify_ed25519ph(key, hash, signature);
}

TEST(Ed25519ph, AgreesWithTheVectorOfRfc8032) {
  EXPECT_EQ(outcome(kKey, kHash, kSignature), SignatureOutcome::kValid);
}

TEST(Ed25519ph, RefusesEveryChangedBit) {
  for (std::size_t byte = 0; byte < 64; byte += 3) {
    std::string changed = kSignature;
    changed[byte] = static_cast<char>(changed[byte] ^ (1 << (byte % 8)));
    EXPECT_EQ(outcome(kKey, kHash, changed), SignatureOutcome::kInvalid) << byte;
  }
  EXPECT_EQ(outcome(kKey, hash_of(Hash::kSha512, "abd"), kSignature), SignatureOutcome::kInvalid);
  std::string other_key = kKey;
  other_key[3] = static_cast<char>(other_key[3] ^ 1);
  EXPECT_EQ(outcome(other_key, kHash, kSignature), SignatureOutcome::kInvalid);
}

TEST(Ed25519ph, RefusesAnScalarThatIsNotReduced) {
  // S plus the order of the group: the same point, so without the check a second signature.
  const std::string order = hex_decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  std::string changed = kSignature;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = static_cast<unsigned char>(changed[32 + i]) + static_cast<unsigned char>(order[i]) + carry;
    changed[32 + i] = static_cast<char>(sum & 0xFFU);
    carry = sum >> 8U;
  }
  ASSERT_EQ(carry, 0U);
  EXPECT_EQ(outcome(kKey, kHash, changed), SignatureOutcome::kInvalid);
}

TEST(Ed25519ph, RefusesKeysThatAreNoPoints) {
  std::string beyond(32, '\xff');
  beyond[31] = '\x7f';
  EXPECT_EQ(outcome(beyond, kHash, kSignature), SignatureOutcome::kInvalid);
  EXPECT_EQ(outcome(std::string(32, '\2'), kHash, kSignature), SignatureOutcome::kInvalid);
  EXPECT_EQ(outcome(kKey.substr(1), kHash, kSignature), SignatureOutcome::kInvalid);
  EXPECT_EQ(outcome(kKey, kHash, kSignature + "x"), SignatureOutcome::kInvalid);
  EXPECT_EQ(outcome(kKey, kHash, ""), SignatureOutcome::kInvalid);
}

}  // namespace
}  // namespace pullgate::verify::crypto
