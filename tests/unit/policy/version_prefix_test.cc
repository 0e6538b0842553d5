#include "policy/version_prefix.h"

#include <gtest/gtest.h>

namespace pullgate::policy {
namespace {

void expect_matches(std::string_view wanted, std::initializer_list<std::string_view> versions) {
  const VersionPrefix prefix = VersionPrefix::parse(wanted).value();
  for (std::string_view version : versions) EXPECT_TRUE(prefix.matches(version)) << wanted << " " << version;
}

void expect_other(std::string_view wanted, std::initializer_list<std::string_view> versions) {
  const VersionPrefix prefix = VersionPrefix::parse(wanted).value();
  for (std::string_view version : versions) EXPECT_FALSE(prefix.matches(version)) << wanted << " " << version;
}

TEST(VersionPrefix, IsAsMuchOfAVersionAsWasWritten) {
  expect_matches("v1", {"v1.2.3", "v1.0.0", "v1.2", "v1", "v1.2.3-rc1", "v1.2.3+build"});
  expect_other("v1", {"v2.0.0", "v10.0.0", "v11.2.3", "v0.1.0"});
  expect_matches("v1.2", {"v1.2.3", "v1.2.0", "v1.2", "v1.2.3-rc1"});
  expect_other("v1.2", {"v1.20.0", "v1.3.0", "v2.2.3", "v1", "v1.1.2"});
  expect_matches("v1.0", {"v1"});
  expect_matches("v1.2.3", {"v1.2.3", "v1.2.3+build"});
  expect_other("v1.2.3", {"v1.2.30", "v1.2.4", "v1.2.3-rc1", "v1.2", "v1"});
  expect_matches("v1.2.0", {"v1.2"});
  expect_matches("v1.2.3-rc1", {"v1.2.3-rc1"});
  expect_other("v1.2.3-rc1", {"v1.2.3", "v1.2.3-rc2", "v1.2.3-rc1.1"});
}

TEST(VersionPrefix, MatchesNothingThatIsNoVersion) {
  for (std::string_view odd :
       {"",         "v",        "1.2.3",   "V1.2.3",  "v1.",       "v1.2.",        "v1.2.3.",
        "v1.2.3.4", "v01.2.3",  "v1.02.3", "v1.2.3-", "v1.2.3-01", "v1.2.3-a..b",  "v1.2.3+",
        "v1-rc1",   "v1.2-rc1", "v1.2.3 ", " v1.2.3", "v1.2.x",    "v1.2.3/../v9", "release-v1.2.3",
        "v-1.2.3"}) {
    expect_other("v1", {odd});
    EXPECT_FALSE(VersionPrefix::parse(odd)) << odd;
  }
}

}  // namespace
}  // namespace pullgate::policy
