#include "verify/dsse/statement.h"

#include <algorithm>
#include <cctype>

#include <gtest/gtest.h>

#include "tests/support/signing_key.h"

namespace pullgate::verify::dsse {
namespace {

constexpr std::string_view kImageBytes = R"({"schemaVersion":2})";

std::string digest_in(const std::string& algorithm, std::string_view bytes = kImageBytes) {
  return sandbox::hex(sandbox::hash(bytes, algorithm));
}

StatementSubject subject_of(std::map<std::string, std::string> digests) {
  StatementSubject subject;
  subject.digest = std::move(digests);
  return subject;
}

bool is_about(std::map<std::string, std::string> digests,
              const Artifact& image = Content::of(std::string(kImageBytes))) {
  Statement statement;
  statement.subjects = {subject_of({{"sha256", digest_in("sha256", "another")}}), subject_of(std::move(digests))};
  const StatementSubject* const found = find_subject(statement, image);
  EXPECT_TRUE(found == nullptr || found == &statement.subjects[1]);
  return found != nullptr;
}

TEST(Subject, IsFoundByEveryDigestThatCounts) {
  for (const char* algorithm : {"sha256", "sha384", "sha512"}) {
    EXPECT_TRUE(is_about({{algorithm, digest_in(algorithm)}})) << algorithm;
    EXPECT_FALSE(is_about({{algorithm, digest_in(algorithm, "another")}})) << algorithm;
  }
  EXPECT_TRUE(is_about({{"sha256", digest_in("sha256")}, {"sha512", digest_in("sha512")}, {"gitCommit", "abc"}}));
}

// Two readers who each look at another of its digests would take it for two images.
TEST(Subject, ThatContradictsItselfIsNothing) {
  EXPECT_FALSE(is_about({{"sha256", digest_in("sha256")}, {"sha512", digest_in("sha512", "another")}}));
  EXPECT_FALSE(is_about({{"sha256", digest_in("sha256", "another")}, {"sha512", digest_in("sha512")}}));
}

TEST(Subject, IsNotFoundByWeakDigestsOrOtherSpellings) {
  EXPECT_FALSE(is_about({}));
  EXPECT_FALSE(is_about({{"sha1", digest_in("sha1")}}));
  std::string upper = digest_in("sha256");
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  EXPECT_FALSE(is_about({{"sha256", upper}}));
  EXPECT_FALSE(is_about({{"SHA256", digest_in("sha256")}}));
  EXPECT_FALSE(is_about({{"sha256", digest_in("sha256").substr(0, 63)}}));
}

TEST(Subject, OfAnArtifactKnownByItsDigestIsFoundByThatDigestAlone) {
  const Artifact known = Artifact::known_by(Digest::of(kImageBytes));
  EXPECT_TRUE(is_about({{"sha256", digest_in("sha256")}}, known));
  EXPECT_FALSE(is_about({{"sha512", digest_in("sha512")}}, known));
}

TEST(Subject, OfAnImageAddressedBySha512IsFoundByItsSha256) {
  const Artifact image = Content::of(std::string(kImageBytes), Digest::Algorithm::kSha512);
  EXPECT_TRUE(is_about({{"sha512", digest_in("sha512")}}, image));
  EXPECT_TRUE(is_about({{"sha256", digest_in("sha256")}}, image));
}

}  // namespace
}  // namespace pullgate::verify::dsse
