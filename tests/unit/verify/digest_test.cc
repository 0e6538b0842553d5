#include "verify/digest.h"

#include <string>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

namespace pullgate {
namespace {

// FIPS 180-4 examples, as NIST publishes them.
constexpr std::string_view kAbc256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kAbc512 =
    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
    "454d4423643ce80e2a9ac94fa54ca49f";

TEST(Digest, IsTheHashOfTheBytes) {
  EXPECT_EQ(Digest::of("abc").text(), kAbc256);
  EXPECT_EQ(Digest::of("abc", Digest::Algorithm::kSha512).text(), kAbc512);
}

TEST(Digest, ReadsWhatItWrites) {
  for (std::string_view text : {kAbc256, kAbc512}) {
    const Digest digest = Digest::parse(text).value();
    EXPECT_EQ(digest.text(), text);
    EXPECT_EQ(Digest::from_raw(digest.algorithm(), digest.raw()).value(), digest);
    EXPECT_EQ(Digest::parse_hex(digest.algorithm(), digest.hex()).value(), digest);
  }
}

TEST(Digest, RefusesEverySpellingButOneCve20243727) {
  const std::string good(kAbc256);
  std::string upper = good;
  upper.back() = 'D';
  for (const std::string& text : std::vector<std::string>{
           std::string(), std::string("sha256:"), std::string("sha256"), good.substr(7), good.substr(0, 70), good + "0",
           upper, "SHA256:" + good.substr(7), "sha384:" + good.substr(7), "sha512:" + good.substr(7), " " + good,
           good + "\n", "sha256:../../../../../../../../../../../../../../../../../../../etc/passwd",
           "md5:d41d8cd98f00b204e9800998ecf8427e", std::string(kAbc512).replace(0, 6, "sha256")}) {
    EXPECT_FALSE(Digest::parse(text)) << text;
  }
}

TEST(Digest, OfDifferentAlgorithmsAreNeverEqual) {
  const std::string raw(32, '\0');
  const Digest short_one = Digest::from_raw(Digest::Algorithm::kSha256, raw).value();
  const Digest long_one = Digest::from_raw(Digest::Algorithm::kSha512, raw + raw).value();
  EXPECT_NE(short_one, long_one);
}

TEST(Digest, NeedsExactlyItsLength) {
  EXPECT_FALSE(Digest::from_raw(Digest::Algorithm::kSha256, std::string(31, 'x')));
  EXPECT_FALSE(Digest::from_raw(Digest::Algorithm::kSha512, std::string(32, 'x')));
}

TEST(Digest, IsShownShortInMessages) {
  EXPECT_EQ(Digest::of("abc").short_text(), "sha256:ba7816bf8f01");
}

TEST(Digest, CanBeAKey) {
  const std::unordered_set<Digest> seen{Digest::of("a"), Digest::of("b"), Digest::of("a")};
  EXPECT_EQ(seen.size(), 2U);
}

TEST(Hasher, GivesTheSameForEveryDivisionOfTheBytes) {
  const std::string text = "the quick brown fox";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Hasher hasher;
    hasher.update(std::string_view(text).substr(0, cut));
    hasher.update(std::string_view(text).substr(cut));
    EXPECT_EQ(hasher.finish(), Digest::of(text));
  }
}

}  // namespace
}  // namespace pullgate
