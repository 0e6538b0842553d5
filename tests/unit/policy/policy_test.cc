#include "policy/policy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Conflict = PolicySet::Conflict;
using Kind = Conflict::Kind;

Builder ci() {
  return {"ci", "builder", TextPattern::exactly(kBuilderId), 3};
}

/// Conflicts of one rule, with the attestors and the builder that tests name.
std::vector<Conflict> conflicts_of(std::vector<Rule> rules) {
  std::vector<Conflict> relevant;
  const auto made = contents({attestor("release"), attestor("second"), attestor("builder")}, {ci()}, std::move(rules));
  for (Conflict& conflict : PolicySet::conflicts(made)) {
    if (conflict.kind != Kind::kUnused) relevant.push_back(std::move(conflict));
  }
  return relevant;
}
std::vector<Conflict> conflicts_of(Requirement require) {
  return conflicts_of({rule("apps", {"ghcr.io/acme/**"}, std::move(require))});
}

std::vector<std::string> messages(const std::vector<Conflict>& conflicts) {
  std::vector<std::string> texts;
  for (const Conflict& conflict : conflicts) texts.push_back(conflict.message);
  return texts;
}

TEST(PolicySet, WithoutContradictionsIsMade) {
  auto made = contents({attestor("release"), attestor("builder")}, {ci()},
                       {rule("apps", {"ghcr.io/acme/**"}, all_of({signature("release"), provenance("ci")}))});
  EXPECT_THAT(PolicySet::conflicts(made), IsEmpty());
  EXPECT_TRUE(PolicySet::make(std::move(made)));
}

TEST(PolicySet, WithContradictionsDoesNotExist) {
  EXPECT_FALSE(PolicySet::make(contents({}, {}, {rule("apps", {"ghcr.io/acme/**"}, signature("nobody"))})));
}

TEST(PolicySet, RefusesAnAttestorOrBuilderThatNothingUses) {
  const auto made = contents({attestor("release"), attestor("spare"), attestor("builder")}, {ci()},
                             {rule("apps", {"ghcr.io/acme/**"}, signature("release"))});
  const std::vector<Conflict> found = PolicySet::conflicts(made);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, Kind::kUnused);
  EXPECT_EQ(found[0].entry, Conflict::Entry::kAttestor);
  EXPECT_EQ(found[0].index, 1U);
  EXPECT_THAT(found[0].message, HasSubstr("'spare'"));
  EXPECT_EQ(found[1].entry, Conflict::Entry::kBuilder);
  EXPECT_THAT(found[1].message, HasSubstr("'ci'"));
}

TEST(PolicySet, RefusesNamesUsedTwice) {
  const auto made = contents(
      {attestor("release"), attestor("release")}, {},
      {rule("apps", {"ghcr.io/a/**"}, signature("release")), rule("apps", {"ghcr.io/b/**"}, signature("release"))});
  EXPECT_THAT(messages(PolicySet::conflicts(made)),
              ElementsAre(HasSubstr("second attestor named 'release'"), HasSubstr("also the key of attestor"),
                          HasSubstr("second rule named 'apps'")));
}

TEST(PolicySet, RefusesNamesThatDoNotExistAndSaysTheNearest) {
  const std::vector<Conflict> found = conflicts_of(all_of({signature("relaese"), provenance("cl")}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, Kind::kUnknownName);
  EXPECT_EQ(found[0].requirement, "apps/allOf[0]/signature");
  EXPECT_THAT(found[0].message, HasSubstr("did you mean 'release'"));
  EXPECT_EQ(found[1].requirement, "apps/allOf[1]/provenance");
}

TEST(PolicySet, RefusesABuilderOfAnUnknownAttestor) {
  const auto made = contents({attestor("release")}, {ci()},
                             {rule("apps", {"ghcr.io/acme/**"}, all_of({signature("release"), provenance("ci")}))});
  EXPECT_THAT(messages(PolicySet::conflicts(made)), ElementsAre(HasSubstr("no attestor is named 'builder'")));
}

TEST(PolicySet, RefusesOneKeyUnderTwoAttestors) {
  Attestor twin = attestor("twin");
  std::get<KeyHolder>(twin.identity).push_back(key("release"));
  const auto made = contents({attestor("release"), twin}, {},
                             {rule("apps", {"ghcr.io/acme/**"}, all_of({signature("release"), signature("twin")}))});
  EXPECT_THAT(messages(PolicySet::conflicts(made)), ElementsAre(HasSubstr("also the key of attestor 'release'")));
}

TEST(PolicySet, RefusesAnAttestorWithoutAKey) {
  const auto made = contents({{.name = "release", .identity = KeyHolder{}}}, {},
                             {rule("apps", {"ghcr.io/acme/**"}, signature("release"))});
  EXPECT_THAT(messages(PolicySet::conflicts(made)), ElementsAre(HasSubstr("attestor 'release': no key")));
}

TEST(PolicySet, RefusesTreesThatCanNeverBeMet) {
  EXPECT_THAT(messages(conflicts_of(all_of({}))), ElementsAre(HasSubstr("'allOf' is empty")));
  EXPECT_THAT(messages(conflicts_of(any_of({}))), ElementsAre(HasSubstr("'anyOf' is empty")));
  EXPECT_THAT(messages(conflicts_of(threshold(1, {}))), ElementsAre(HasSubstr("'threshold' is empty")));
  EXPECT_THAT(messages(conflicts_of(all_of({signature("release"), any_of({})}))),
              ElementsAre(HasSubstr("'anyOf' is empty")));
  EXPECT_THAT(messages(conflicts_of(threshold(3, {signature("release"), signature("second")}))),
              ElementsAre(HasSubstr("only 2 different attestors are named")));
}

TEST(PolicySet, CountsAnAttestorOnceInAThreshold) {
  EXPECT_THAT(messages(conflicts_of(threshold(2, {signature("release"), signature("release")}))),
              ElementsAre(HasSubstr("only 1 different attestor is named")));
  // A signature and provenance by the same key are one voice.
  EXPECT_THAT(messages(conflicts_of(threshold(2, {signature("builder"), provenance("ci")}))),
              ElementsAre(HasSubstr("only 1 different attestor is named")));
}

TEST(PolicySet, RefusesAThresholdOfZeroCve202623992) {
  EXPECT_THAT(messages(conflicts_of(threshold(0, {signature("release")}))), ElementsAre(HasSubstr("atLeast: 0")));
}

TEST(PolicySet, RefusesWhatAThresholdCannotCount) {
  EXPECT_THAT(messages(conflicts_of(threshold(1, {signature("release"), accept()}))),
              ElementsAre(HasSubstr("a threshold counts attestors")));
  EXPECT_THAT(messages(conflicts_of(threshold(1, {any_of({signature("release")})}))),
              ElementsAre(HasSubstr("a threshold counts attestors")));
}

TEST(PolicySet, RefusesABaseImageThatNobodyCouldProve) {
  EXPECT_THAT(messages(conflicts_of(base_image({BaseProof::kAnnotation}, {"ghcr.io/base/**"}))),
              ElementsAre(HasSubstr("whose word on the base counts")));
  EXPECT_THAT(messages(conflicts_of(all_of({signature("release"), base_image({}, {"ghcr.io/base/**"})}))),
              ElementsAre(HasSubstr("lists no kind of proof")));
  EXPECT_THAT(messages(conflicts_of(all_of({signature("release"), base_image({BaseProof::kAnnotation}, {})}))),
              ElementsAre(HasSubstr("neither 'from' nor 'digests'")));
}

TEST(PolicySet, RefusesToOpenAScopeByRejectingAlone) {
  const Requirement listed = reject({Digest::of("bad")});
  EXPECT_THAT(messages(conflicts_of(listed)), ElementsAre(HasSubstr("without any evidence")));
  EXPECT_THAT(messages(conflicts_of(any_of({signature("release"), listed}))),
              ElementsAre(HasSubstr("without any evidence")));
  EXPECT_THAT(messages(conflicts_of(all_of({listed, listed}))), ElementsAre(HasSubstr("without any evidence")));
  EXPECT_THAT(conflicts_of(all_of({listed, accept()})), IsEmpty());
  EXPECT_THAT(conflicts_of(all_of({listed, signature("release")})), IsEmpty());
  EXPECT_THAT(conflicts_of(reject()), IsEmpty());
}

TEST(PolicySet, RefusesTwoRulesOfEqualScope) {
  const std::vector<Conflict> found = conflicts_of(
      {rule("one", {"ghcr.io/acme/**"}, accept()), rule("two", {"ghcr.io/else/*", "ghcr.io/acme/**"}, accept())});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].index, 1U);
  EXPECT_EQ(found[0].scope, 1U);
  EXPECT_THAT(found[0].message, HasSubstr("already belongs to rule 'one'"));
}

TEST(PolicySet, RefusesOverlappingScopesThatAreEquallySpecific) {
  EXPECT_THAT(
      messages(conflicts_of({rule("one", {"ghcr.io/a*/app"}, accept()), rule("two", {"ghcr.io/*e/app"}, accept())})),
      ElementsAre(HasSubstr("as specific as 'ghcr.io/a*/app' of rule 'one'")));
  EXPECT_THAT(conflicts_of({rule("one", {"ghcr.io/a*/app"}, accept()), rule("two", {"ghcr.io/b*/app"}, accept())}),
              IsEmpty());
}

TEST(PolicySet, RefusesARuleThatCanNeverApply) {
  const std::vector<Conflict> found =
      conflicts_of({rule("all", {"*/**"}, accept()), rule("hidden", {"**/app", "**/web"}, accept())});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, Kind::kUnreachable);
  EXPECT_EQ(found[0].index, 1U);
  EXPECT_THAT(found[0].message, HasSubstr("'*/**' of rule 'all'"));
  EXPECT_THAT(conflicts_of({rule("all", {"ghcr.io/**"}, accept()), rule("some", {"ghcr.io/acme/**"}, accept())}),
              IsEmpty());
}

TEST(PolicySet, RefusesARuleWithoutScopes) {
  EXPECT_THAT(messages(conflicts_of({rule("none", {}, accept())})), ElementsAre(HasSubstr("without scopes")));
}

TEST(PolicySet, ReportsEverythingAtOnce) {
  EXPECT_THAT(messages(conflicts_of({rule("one", {"ghcr.io/a/**"}, any_of({})),
                                     rule("two", {"ghcr.io/a/**"}, signature("nobody")),
                                     rule("three", {}, threshold(0, {accept()}))})),
              ElementsAre(HasSubstr("rule 'one': can never be met: 'anyOf'"),
                          HasSubstr("rule 'two': no attestor is named 'nobody'"), HasSubstr("already belongs"),
                          HasSubstr("rule 'three': a rule without scopes"), HasSubstr("atLeast: 0"),
                          HasSubstr("a threshold counts attestors")));
}

const Rule* rule_for(const PolicySet& policy, std::string_view name) {
  return policy.rule_for(repository(name));
}

TEST(PolicySet, ChoosesTheRuleOfTheMostSpecificScope) {
  const PolicySet policy = *PolicySet::make(
      contents({}, {},
               {rule("all", {"**"}, accept()), rule("acme", {"ghcr.io/acme/**"}, accept()),
                rule("app", {"ghcr.io/acme/app"}, accept()), rule("apps", {"ghcr.io/acme/a*"}, accept()),
                rule("deep", {"**/deep"}, accept()), rule("two", {"quay.io/x/**", "ghcr.io/other/*"}, accept())}));
  EXPECT_EQ(rule_for(policy, "ghcr.io/acme/app")->name, "app");
  EXPECT_EQ(rule_for(policy, "ghcr.io/acme/apple")->name, "apps");
  EXPECT_EQ(rule_for(policy, "ghcr.io/acme/web")->name, "acme");
  EXPECT_EQ(rule_for(policy, "ghcr.io/acme/deep")->name, "acme");
  EXPECT_EQ(rule_for(policy, "ghcr.io/other/deep")->name, "two");
  EXPECT_EQ(rule_for(policy, "ghcr.io/third/deep")->name, "deep");
  EXPECT_EQ(rule_for(policy, "docker.io/library/alpine")->name, "all");
}

TEST(PolicySet, HasNoRuleForWhatNoScopeMatches) {
  const PolicySet policy = *PolicySet::make(contents({}, {}, {rule("acme", {"ghcr.io/acme/**"}, accept())}));
  EXPECT_EQ(rule_for(policy, "ghcr.io/acme-evil/app"), nullptr);
  EXPECT_EQ(rule_for(policy, "ghcr.io/evil/acme"), nullptr);
  EXPECT_EQ(PolicySet::make(contents({}, {}, {}))->rule_for(repository("ghcr.io/acme/app")), nullptr);
}

TEST(PolicySet, FindsTheSameRuleAsTryingAllOfThem) {
  std::vector<Rule> rules;
  for (const std::string_view text :
       {"ghcr.io/a/b", "ghcr.io/a/*", "ghcr.io/a*/b", "ghcr.io/*/b", "ghcr.io/**/b", "ghcr.io/**", "*/a/b", "**/b/a",
        "**", "ghcr.io/a/**/b", "ghcr.io/a/b/**", "ghcr.io/a", "*/*/a/**", "ghcr.io/b/a*"}) {
    rules.push_back(rule(std::string(text), {std::string(text)}, accept()));
  }
  const PolicySet policy = *PolicySet::make(contents({}, {}, rules));
  for (const std::string registry : {"ghcr.io", "quay.io"}) {
    for (const std::string path :
         {"a", "b", "a/b", "b/a", "ab/b", "a/a/b", "a/b/b", "a/b/a", "b/b/b", "c/ab", "b/ab"}) {
      const Repository name = repository(registry + "/" + path);
      const Rule* best = nullptr;
      for (const Rule& each : policy.rules()) {
        if (!each.scopes[0].matches(name)) continue;
        if (best == nullptr || std::is_gt(each.scopes[0].specificity(best->scopes[0]))) best = &each;
      }
      EXPECT_EQ(policy.rule_for(name), best) << name.text();
    }
  }
}

TEST(PolicySet, CopiesFindTheirOwnRules) {
  const PolicySet original = *PolicySet::make(contents({}, {}, {rule("acme", {"ghcr.io/acme/**"}, accept())}));
  const PolicySet copy = original;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(rule_for(copy, "ghcr.io/acme/app"), &copy.rules()[0]);
}

TEST(PolicySet, KnowsWhoseKeyItIs) {
  const PolicySet policy =
      *PolicySet::make(contents({attestor("release")}, {}, {rule("acme", {"ghcr.io/acme/**"}, signature("release"))}));
  const ImageReference asked = reference("ghcr.io/acme/app:1");
  EXPECT_THAT(policy.attestors_of(key("release"), asked), ElementsAre(&policy.attestor("release")));
  EXPECT_THAT(policy.attestors_of(key("stranger"), asked), IsEmpty());
  EXPECT_TRUE(policy.attestor("release").is(key("release"), asked));
  EXPECT_FALSE(policy.attestor("release").is(key("stranger"), asked));
}

TEST(PolicySet, LoadsTenThousandRules) {
  std::vector<Rule> rules;
  for (int i = 0; i < 10'000; ++i) {
    rules.push_back(rule(fmt::format("r{}", i), {fmt::format("ghcr.io/team{}/app{}/**", i / 100, i)}, accept()));
  }
  const PolicySet policy = *PolicySet::make(contents({}, {}, std::move(rules)));
  EXPECT_EQ(rule_for(policy, "ghcr.io/team73/app7342/x")->name, "r7342");
  EXPECT_EQ(rule_for(policy, "ghcr.io/team73/app1"), nullptr);
}

TEST(Requirement, IsNamedByItsPlace) {
  EXPECT_EQ(root_name("apps", "signature"), "apps/signature");
  EXPECT_EQ(child_name(child_name(root_name("apps", "allOf"), 1, "anyOf"), 0, "reject"),
            "apps/allOf[1]/anyOf[0]/reject");
}

}  // namespace
}  // namespace pullgate::policy
