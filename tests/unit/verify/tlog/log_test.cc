#include "verify/tlog/log.h"

#include <gtest/gtest.h>

#include "tests/support/signing_key.h"

namespace pullgate::verify::tlog {
namespace {

Log log() {
  return {.url = "https://log.example",
          .host = "log.example",
          .id = std::string(32, 'i'),
          .checkpoint_key_id = {},
          .key = PublicKey::parse_spki(sandbox::SigningKey::make().spki()).value(),
          .scheme = SignatureScheme::kEcdsaSha256,
          .windows = {}};
}

Entry bare_entry() {
  Entry entry;
  entry.log_id = log().id;
  entry.kind = "hashedrekord";
  entry.version = "0.0.1";
  entry.integrated_time = 1'772'366'400;
  entry.body = "{}";
  return entry;
}

TEST(Log, HasPromisedNothingInAnEntryWithoutAPromise) {
  const Result<Time> time = verify_promise(bare_entry(), log());
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().message, "an entry without a signed timestamp");
}

TEST(Log, HoldsNoEntryThatComesWithoutAProof) {
  const Status included = verify_inclusion(bare_entry(), log());
  ASSERT_FALSE(included);
  EXPECT_EQ(included.error().message, "an entry without an inclusion proof");
}

}  // namespace
}  // namespace pullgate::verify::tlog
