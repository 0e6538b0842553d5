/// What applies beside the one rule of an image, and from when on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/explain.h"
#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Scene with_baseline(Rule entry) {
  Scene scene(signature("release"));
  scene.baseline.push_back(std::move(entry));
  return scene;
}

std::vector<std::string> baseline_conflicts(Rule baseline) {
  auto made = contents({attestor("release")}, {}, {rule("apps", {"ghcr.io/**"}, signature("release"))});
  made.baseline.push_back(std::move(baseline));
  std::vector<std::string> messages;
  for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) messages.push_back(conflict.message);
  return messages;
}

TEST(Baseline, HasToBeMetBesideTheRule) {
  Scene scene = with_baseline(rule("two-eyes", {"**"}, signature("second")));
  const Decision denied = scene.signed_by("release").decide();
  EXPECT_EQ(denied.verdict(), Verdict::kDeny);
  EXPECT_EQ(denied.rule(), "two-eyes");
  EXPECT_THAT(one_line(denied), HasSubstr("pullgate: two-eyes: "));
  EXPECT_EQ(scene.signed_by("second").decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(scene.decide().rule(), "apps");
}

TEST(Baseline, EveryEntryThatMatchesApplies) {
  Scene scene(signature("release"));
  scene.baseline = {rule("one", {"ghcr.io/**"}, signature("second")),
                    rule("elsewhere-only", {"elsewhere.example/**"}, reject()),
                    rule("known-bad", {"**"}, reject({Digest::of("an image")}))};
  const Decision decision = scene.signed_by("release").signed_by("second").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(decision.rule(), "known-bad");
  std::vector<std::string> judged;
  for (const RequirementOutcome& outcome : decision.outcomes()) judged.push_back(outcome.requirement);
  EXPECT_THAT(judged, ElementsAre("one/signature", "known-bad/reject", "apps/signature"));
}

TEST(Baseline, AllowsNothingByItself) {
  Scene scene = with_baseline(rule("open", {"**"}, accept()));
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny);
  scene.requested = reference("quay.io/nobody/app:1");
  EXPECT_EQ(scene.decide().objections().front().reason, Reason::kNoRule);
}

TEST(Baseline, RejectsChildrenOfAdmittedIndexesToo) {
  const Scene scene = with_baseline(rule("known-bad", {"**"}, reject({Digest::of("child")})));
  const PolicySet policy = scene.policy();
  EXPECT_TRUE(is_rejected(policy, scene.requested.repository, Digest::of("child"), scene.at));
  EXPECT_FALSE(is_rejected(policy, scene.requested.repository, Digest::of("sibling"), scene.at));
}

// Otherwise a child would have to be signed by itself, because of an entry that should only record.
TEST(Baseline, UncoversNoChildrenWhereItOnlyRecords) {
  const Digest child = Digest::of("child");
  for (const Mode mode : {Mode::kWarn, Mode::kAudit}) {
    const Scene scene = with_baseline(rule("watched", {"**"}, reject({child}), mode));
    EXPECT_FALSE(is_rejected(scene.policy(), scene.requested.repository, child, scene.at));
  }
  Scene later = with_baseline(rule("later", {"**"}, reject({child})));
  later.baseline[0].effective_from = later.at + std::chrono::hours(1);
  EXPECT_FALSE(is_rejected(later.policy(), later.requested.repository, child, later.at));
  EXPECT_TRUE(is_rejected(later.policy(), later.requested.repository, child, later.at + std::chrono::hours(1)));
}

TEST(Baseline, NeedsEvidenceForAnOpenRuleToo) {
  Scene scene(accept());
  EXPECT_FALSE(needs_evidence(scene.policy(), scene.requested.repository));
  scene.baseline = {rule("two-eyes", {"**"}, signature("second"))};
  EXPECT_TRUE(needs_evidence(scene.policy(), scene.requested.repository));
}

// What denies whatever else may be found comes before what cannot be judged now, and that before a warning.
TEST(Baseline, TheStrictestAnswerCounts) {
  Scene scene = with_baseline(rule("watched", {"**"}, signature("second"), Mode::kWarn));
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny);
  EXPECT_EQ(scene.decide().rule(), "apps");
  scene.missing();
  EXPECT_EQ(scene.decide().verdict(), Verdict::kCannotJudge);
  scene.signed_by("release");
  EXPECT_EQ(scene.decide().verdict(), Verdict::kWarn);
  EXPECT_EQ(scene.decide().rule(), "watched");
  scene.baseline.push_back(rule("known-bad", {"**"}, reject({scene.image})));
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny) << "no evidence could change this";
  EXPECT_EQ(scene.decide().rule(), "known-bad");
}

TEST(Baseline, AWarningIsLouderThanARecord) {
  Scene scene(signature("release"), Mode::kAudit);
  scene.baseline = {rule("watched", {"**"}, signature("second"), Mode::kWarn)};
  EXPECT_EQ(scene.decide().mode(), Mode::kWarn);
  EXPECT_EQ(scene.decide().objections().size(), 2U);
  EXPECT_EQ(scene.signed_by("second").decide().mode(), Mode::kAudit);
}

TEST(Baseline, SharesItsNamesWithTheRules) {
  EXPECT_THAT(baseline_conflicts(rule("apps", {"**"}, signature("release"))), Contains(HasSubstr("named 'apps'")));
  EXPECT_THAT(baseline_conflicts(rule("known-bad", {}, signature("release"))),
              ElementsAre(HasSubstr("baseline entry 'known-bad': a baseline entry without scopes")));
  EXPECT_THAT(baseline_conflicts(rule("known-bad", {"**"}, signature("nobody"))),
              ElementsAre(HasSubstr("no attestor is named 'nobody'")));
}

TEST(EffectiveFrom, WarnsUntilThenAndSaysFromWhen) {
  Scene scene(signature("release"));
  scene.effective_from = moment("2026-07-01T00:00:00Z");
  const Decision early = scene.decide();
  EXPECT_EQ(early.verdict(), Verdict::kWarn);
  EXPECT_EQ(early.mode(), Mode::kWarn);
  EXPECT_THAT(one_line(early), HasSubstr("; denied from 2026-07-01T00:00:00Z; decision"));
  EXPECT_EQ(early.account().stands_until, scene.effective_from);
  scene.at = *scene.effective_from;
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny);
  scene.at = Time::max();
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny) << "where nobody says what time it is";
}

TEST(EffectiveFrom, ChangesNothingForWhatMeetsTheRule) {
  Scene scene(signature("release"));
  scene.effective_from = moment("2026-07-01T00:00:00Z");
  EXPECT_EQ(scene.signed_by("release").decide().account().stands_until, std::nullopt);
}

TEST(EffectiveFrom, IsOfRulesThatAreEnforced) {
  auto made = contents({attestor("release")}, {}, {rule("apps", {"ghcr.io/**"}, signature("release"), Mode::kAudit)});
  made.rules[0].effective_from = moment("2026-07-01T00:00:00Z");
  ASSERT_EQ(PolicySet::conflicts(made).size(), 1U);
  EXPECT_THAT(PolicySet::conflicts(made)[0].message, HasSubstr("but its mode is audit"));
}

}  // namespace
}  // namespace pullgate::policy
