#include "config/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Lint : public ::testing::Test {
 protected:
  /// "exception-expired warning 7:14", of a policy whose rules need no attestor.
  std::vector<std::string> remarks(const std::string& rest) {
    const std::string head = "version: 1\ndefaults: { noMatch: deny }\n";
    linted_ = lint_policy(folder_.write("policy.yaml", head + rest), parse_rfc3339("2026-06-01T00:00:00Z").value());
    std::vector<std::string> texts;
    for (const Remark& remark : linted_.remarks) {
      texts.push_back(std::string(remark.rule) + (remark.level == Remark::Level::kHint ? " hint " : " warning ") +
                      std::to_string(remark.place.line) + ":" + std::to_string(remark.place.column));
    }
    return texts;
  }
  static std::string exception_until(const std::string& moment) {
    return "rules: [ { name: a, scopes: [ghcr.io/a/*], require: { allOf: [ { image: { tags: [v1] } }, { reject: {} } ] "
           "} } ]\nexceptions:\n"
           "  - { id: E, scopes: [ghcr.io/a/b], waives: [a/image], reason: r, approvedBy: [x], expires: " +
           moment + " }\n";
  }

  Folder folder_;
  Linted linted_;
};

TEST_F(Lint, WarnsOfAnExceptionFromFourteenDaysBeforeItsEndAndBeyondAYear) {
  const auto rule_at = [&](const std::string& moment) {
    const auto found = remarks(exception_until(moment));
    return found.empty() ? std::string() : found.front().substr(0, found.front().find(' '));
  };
  EXPECT_EQ(rule_at("2026-06-01T00:00:00Z"), "exception-expired");
  EXPECT_EQ(rule_at("2026-06-01T00:00:00.001Z"), "exception-expiring");
  EXPECT_EQ(rule_at("2026-06-15T00:00:00Z"), "exception-expiring");
  EXPECT_EQ(rule_at("2026-06-15T00:00:00.001Z"), "");
  EXPECT_EQ(rule_at("2027-06-01T00:00:00Z"), "");
  EXPECT_EQ(rule_at("2027-06-01T00:00:00.001Z"), "exception-distant");
}

TEST_F(Lint, WarnsOfWhatAsksForNothingHoweverItIsWritten) {
  for (const char* require : {"{ accept: {} }", "{ allOf: [ { accept: {} }, { accept: {} } ] }",
                              "{ anyOf: [ { reject: {} }, { accept: {} } ] }"}) {
    EXPECT_THAT(remarks("rules:\n  - { name: a, scopes: [\"**\"], require: " + std::string(require) + " }\n"),
                Contains("accept-everything warning 4:13"))
        << require;
  }
  EXPECT_THAT(remarks("rules:\n  - { name: a, scopes: [\"ghcr.io/**\"], require: { accept: {} } }\n"), IsEmpty());
  EXPECT_THAT(
      remarks("rules:\n  - { name: a, scopes: [\"**\"], require: { allOf: [{ accept: {} }, { reject: {} }] } }\n"),
      IsEmpty());
}

TEST_F(Lint, SaysWhichRulesAreNotEnforcedAndUntilWhen) {
  const auto with = [](const std::string& more) {
    return "rules:\n  - { name: a, scopes: [ghcr.io/a], require: { reject: {} }, " + more + " }\n";
  };
  EXPECT_THAT(remarks(with("mode: audit")), ElementsAre("not-enforced hint 4:13"));
  EXPECT_THAT(remarks(with("effectiveFrom: 2026-06-01T00:00:00Z")), ElementsAre("effective-from hint 4:13"));
  EXPECT_NE(linted_.remarks.at(0).place.message.find("is enforced since"), std::string::npos);
  EXPECT_THAT(remarks(with("effectiveFrom: 2026-06-01T00:00:01Z")), ElementsAre("effective-from hint 4:13"));
  EXPECT_NE(linted_.remarks.at(0).place.message.find("only warns until"), std::string::npos);
}

TEST_F(Lint, StillRemarksOnAFileThatIsRefused) {
  EXPECT_THAT(remarks("rulez: []\nrules:\n  - { name: a, scopes: [\"**\"], require: { accept: {} } }\n"),
              ElementsAre("accept-everything warning 5:13"));
  ASSERT_EQ(linted_.problems.size(), 1U);
  EXPECT_EQ(linted_.problems[0].line, 3);
}

}  // namespace
}  // namespace pullgate::config
