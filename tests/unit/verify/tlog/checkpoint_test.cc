#include "verify/tlog/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/support/virtual_sigstore.h"

namespace pullgate::verify::tlog {
namespace {

const std::string kText = "log.test\n7\n" + sandbox::base64(std::string(32, 'r')) + "\n";
const std::string kDash = "\xE2\x80\x94 ";

std::string signature(const std::string& name, const std::string& bytes) {
  return kDash + name + " " + sandbox::base64(bytes) + "\n";
}

PublicKey key_of(const sandbox::SigningKey& key) {
  return PublicKey::parse_spki(key.spki()).value();
}

TEST(Checkpoint, IsTextAndSignatures) {
  const std::string note = kText + "more\n\n" + signature("a", "1234x") + signature("b", "5678yz");
  const Result<Checkpoint> checkpoint = parse_checkpoint(note);
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  EXPECT_EQ(checkpoint->text, kText + "more\n");
  EXPECT_EQ(checkpoint->origin, "log.test");
  EXPECT_EQ(checkpoint->size, 7U);
  EXPECT_EQ(checkpoint->root_hash, std::string(32, 'r'));
  ASSERT_EQ(checkpoint->signatures.size(), 2U);
  EXPECT_EQ(checkpoint->signatures[1].name, "b");
  EXPECT_EQ(checkpoint->signatures[1].key_id, "5678");
  EXPECT_EQ(checkpoint->signatures[1].signature, "yz");
}

TEST(Checkpoint, MayBeOfATreeOfAnySizeInItsShortestForm) {
  const auto sized = [](const std::string& size) {
    std::string text = kText;
    return text.replace(text.find("\n7\n") + 1, 1, size) + "\n" + signature("a", "1234x");
  };
  for (const char* size : {"0", "1", "9223372036854775807"}) EXPECT_TRUE(parse_checkpoint(sized(size))) << size;
  for (const char* size :
       {"", "00", "01", "-1", "+1", "1.0", "1e3", "0x1", " 1", "9223372036854775808", "18446744073709551616"}) {
    EXPECT_FALSE(parse_checkpoint(sized(size))) << size;
  }
}

TEST(Checkpoint, IsRefusedInEveryOtherForm) {
  const std::string good = signature("a", "1234x");
  const std::vector<std::string> wrong = {
      "",
      "\n\n",
      kText,
      kText + "\n",
      kText + good,
      kText + "\n" + good + "text\n",
      kText + "\n" + kDash + "a\n",
      kText + "\n" + kDash + " " + sandbox::base64("1234x") + "\n",
      kText + "\n" + kDash + "a " + sandbox::base64("1234") + "\n",
      kText + "\n" + kDash + "a !!!!\n",
      kText + "\n\n" + good,
      kText + "a\n\nb\n",
      kText + "\xC0\x80\n\n" + good,
      kText + std::string("\0\n\n", 3) + good,
      kText + "\x7F\n\n" + good,
      "\n7\n" + sandbox::base64(std::string(32, 'r')) + "\n\n" + good,
      "log.test\n7\n" + sandbox::base64(std::string(31, 'r')) + "\n\n" + good,
      "log.test\n7\n\n" + good,
  };
  for (const std::string& note : wrong) EXPECT_FALSE(parse_checkpoint(note)) << note;
}

TEST(Checkpoint, IsSignedOnceByAKeyThatCounts) {
  const std::string note = kText + "\n" + signature("log", "1234x") + signature("witness", "5678y") +
                           signature("witness", "5678z") + signature("log", "9999x");
  const Checkpoint checkpoint = parse_checkpoint(note).value();
  EXPECT_EQ(find_signature(checkpoint, "log", "1234").value()->signature, "x");
  EXPECT_EQ(find_signature(checkpoint, "log", "5678").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(find_signature(checkpoint, "lo", "1234").error().code, ErrorCode::kNotFound);
  // Which of the two is it?
  EXPECT_EQ(find_signature(checkpoint, "witness", "5678").error().code, ErrorCode::kMalformed);
}

TEST(Checkpoint, HasLimits) {
  std::string note = kText + "\n";
  for (int i = 0; i < 32; ++i) note += signature("w" + std::to_string(i), "1234x");
  EXPECT_TRUE(parse_checkpoint(note));
  EXPECT_EQ(parse_checkpoint(note + signature("one more", "1234x")).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(parse_checkpoint(note + signature("w32", "1234x")).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(parse_checkpoint(std::string(200'000, 'x')).error().code, ErrorCode::kLimitExceeded);
}

TEST(NoteKeyHash, DependsOnNameAndKindOfKey) {
  const auto ed25519 = sandbox::SigningKey::make(sandbox::SigningKey::Kind::kEd25519);
  EXPECT_EQ(note_key_hash("log.test", key_of(ed25519)), sandbox::sha256("log.test\n\x01" + ed25519.raw()));
  const auto ecdsa = sandbox::SigningKey::make();
  EXPECT_EQ(note_key_hash("log.test", key_of(ecdsa)), ecdsa.fingerprint());
  const auto rsa = sandbox::SigningKey::make(sandbox::SigningKey::Kind::kRsa2048);
  EXPECT_EQ(note_key_hash("log.test", key_of(rsa)), sandbox::sha256("log.test\n\xFFPKIX-RSA-PKCS#1v1.5" + rsa.spki()));
}

TEST(Cosignature, SaysWhenAWitnessSawTheCheckpoint) {
  const auto key = sandbox::SigningKey::make(sandbox::SigningKey::Kind::kEd25519);
  const Witness witness{.name = "witness.test/w1", .key = key_of(key)};
  const std::string line = sandbox::cosignature(key, witness.name, sandbox::kNow, kText);
  const std::string note = kText + "\n" + signature("log.test", "1234x") + line;
  const Result<Checkpoint> checkpoint = parse_checkpoint(note);
  ASSERT_TRUE(checkpoint);
  const Result<Time> time = cosigned_by(*checkpoint, witness);
  ASSERT_TRUE(time) << time.error().message;
  EXPECT_EQ(*time, Time(std::chrono::seconds(sandbox::kNow)));

  const auto other = sandbox::SigningKey::make(sandbox::SigningKey::Kind::kEd25519);
  EXPECT_EQ(cosigned_by(*checkpoint, {.name = witness.name, .key = key_of(other)}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(cosigned_by(*checkpoint, {.name = "w2", .key = witness.key}).error().code, ErrorCode::kNotFound);

  const std::string of_another = sandbox::cosignature(key, witness.name, sandbox::kNow, "another text\n");
  const std::string copied = kText + "\n" + of_another;
  EXPECT_EQ(cosigned_by(*parse_checkpoint(copied), witness).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace pullgate::verify::tlog
