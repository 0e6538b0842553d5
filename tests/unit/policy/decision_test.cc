#include "policy/decision.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

Decision::About about() {
  return {reference("ghcr.io/acme/app:v1"), Digest::of("image"), Digest::of("policy"), Digest::of("trust")};
}

Objection objection() {
  return {Reason::kNoEvidence, "apps/signature", "nothing was found", "sign it"};
}

TEST(Decision, CannotDenyWithoutAReason) {
  EXPECT_THROW((void)Decision::object(about(), {.rule = "apps"}), std::logic_error);
  EXPECT_THROW((void)Decision::object(about(), {.rule = "apps", .mode = Mode::kWarn}), std::logic_error);
  EXPECT_THROW((void)Decision::cannot_judge(about(), {.rule = "apps"}), std::logic_error);
}

TEST(Decision, CannotAllowWithoutARule) {
  EXPECT_THROW((void)Decision::allow(about(), {}), std::logic_error);
}

TEST(Decision, ServesOnlyWhatIsAllowedOrWarnedAbout) {
  EXPECT_TRUE(Decision::allow(about(), {.rule = "apps"}).serves());
  EXPECT_TRUE(Decision::object(about(), {.rule = "apps", .mode = Mode::kWarn, .objections = {objection()}}).serves());
  EXPECT_TRUE(Decision::object(about(), {.rule = "apps", .mode = Mode::kAudit, .objections = {objection()}}).serves());
  EXPECT_FALSE(
      Decision::object(about(), {.rule = "apps", .mode = Mode::kEnforce, .objections = {objection()}}).serves());
  EXPECT_FALSE(Decision::cannot_judge(about(), {.rule = "apps", .objections = {objection()}}).serves());
}

TEST(Decision, HasTheSameIdWheneverItIsMade) {
  const std::string id = Decision::allow(about(), {.rule = "apps"}).id();
  EXPECT_EQ(id.size(), 12U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  Decision::About later = about();
  later.at = moment("2026-06-01T00:00:00Z");
  EXPECT_EQ(Decision::allow(later, {.rule = "apps"}).id(), id);
}

// Whoever has an id from a ticket looks for the line of the log with that very answer.
TEST(Decision, HasAnotherIdForAnotherAnswer) {
  const std::string id = Decision::allow(about(), {.rule = "apps"}).id();
  const std::string denied = Decision::object(about(), {.rule = "apps", .objections = {objection()}}).id();
  EXPECT_NE(denied, id);
  EXPECT_NE(Decision::cannot_judge(about(), {.rule = "apps", .objections = {objection()}}).id(), denied);
  EXPECT_NE(Decision::object(about(), {.rule = "other", .objections = {objection()}}).id(), denied);
  Objection other = objection();
  other.reason = Reason::kBaseTooOld;
  EXPECT_NE(Decision::object(about(), {.rule = "apps", .objections = {other}}).id(), denied);
}

TEST(Decision, HasAnotherIdForEveryOtherQuestion) {
  const std::string id = Decision::allow(about(), {.rule = "apps"}).id();
  Decision::About other = about();
  other.requested = reference("ghcr.io/acme/app:v2");
  EXPECT_NE(Decision::allow(other, {.rule = "apps"}).id(), id);
  other = about();
  other.digest = Digest::of("another image");
  EXPECT_NE(Decision::allow(other, {.rule = "apps"}).id(), id);
  other = about();
  other.policy_generation = Digest::of("another policy");
  EXPECT_NE(Decision::allow(other, {.rule = "apps"}).id(), id);
  other = about();
  other.trust_generation = Digest::of("another trust root");
  EXPECT_NE(Decision::allow(other, {.rule = "apps"}).id(), id);
}

TEST(Decision, VerdictsHaveNames) {
  EXPECT_EQ(to_string(Verdict::kAllow), "allow");
  EXPECT_EQ(to_string(Verdict::kWarn), "warn");
  EXPECT_EQ(to_string(Verdict::kDeny), "deny");
  EXPECT_EQ(to_string(Verdict::kCannotJudge), "cannot-judge");
}

}  // namespace
}  // namespace pullgate::policy
