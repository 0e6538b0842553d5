#include "policy/exemption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/explain.h"
#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Time kExpiry = moment("2026-07-01T00:00:00Z");

Exemption exemption(std::vector<std::string> waives) {
  return {.id = "EX-1",
          .digests = {Digest::of("an image")},
          .waives = std::move(waives),
          .reason = "vendor rebuild is late",
          .approved_by = {"alice@acme.example"},
          .expires = kExpiry};
}

/// Signed, and without the provenance that is required too.
Scene signed_only(Exemption granted) {
  Scene scene(all_of({signature("release"), provenance("ci")}));
  scene.signed_by("release");
  scene.exemptions.push_back(std::move(granted));
  return scene;
}

std::vector<std::string> waiver_conflicts(Exemption granted,
                                          Requirement require = all_of({signature("release"), signature("second")})) {
  auto made =
      contents({attestor("release"), attestor("second")}, {}, {rule("apps", {"ghcr.io/**"}, std::move(require))});
  made.exemptions.push_back(std::move(granted));
  std::vector<std::string> messages;
  for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) messages.push_back(conflict.message);
  return messages;
}

TEST(Exemption, WaivesWhatItNamesAndSaysSo) {
  const Decision decision = signed_only(exemption({"apps/provenance"})).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kAllow);
  const RequirementOutcome& waived = decision.outcomes()[2];
  EXPECT_EQ(waived.requirement, "apps/allOf[1]/provenance");
  EXPECT_EQ(waived.state, RequirementOutcome::State::kWaived);
  EXPECT_EQ(waived.exemption, "EX-1");
  EXPECT_THAT(waived.detail, HasSubstr("until 2026-07-01T00:00:00Z: vendor rebuild is late"));
  EXPECT_THAT(waived.detail, HasSubstr("alice@acme.example"));
  EXPECT_THAT(waived.detail, HasSubstr("no provenance was found"));
  EXPECT_THAT(one_line(decision), HasSubstr("met or waived by an exception"));
}

TEST(Exemption, WaivesByTheFullName) {
  EXPECT_EQ(signed_only(exemption({"apps/allOf[1]/provenance"})).decide().verdict(), Verdict::kAllow);
}

TEST(Exemption, WaivesNothingElse) {
  EXPECT_EQ(signed_only(exemption({"apps/signature"})).decide().verdict(), Verdict::kDeny);
}

TEST(Exemption, EndsTheDecisionThatNeedsIt) {
  Scene scene = signed_only(exemption({"apps/provenance"}));
  EXPECT_EQ(scene.decide().account().stands_until, kExpiry);
  EXPECT_TRUE(scene.decide().stands_at(kExpiry - std::chrono::milliseconds(1)));
  EXPECT_FALSE(scene.decide().stands_at(kExpiry));
  scene.attested_by("builder");
  EXPECT_EQ(scene.decide().account().stands_until, std::nullopt) << "it is not needed";
}

TEST(Exemption, WaivesNothingFromItsExpiryOn) {
  Scene scene = signed_only(exemption({"apps/provenance"}));
  scene.at = kExpiry - std::chrono::milliseconds(1);
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
  scene.at = kExpiry;
  const Decision decision = scene.decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_THAT(decision.objections().front().found, HasSubstr("exception 'EX-1', which waived this, expired at"));
}

TEST(Exemption, HasExpiredWhereNobodySaysWhatTimeItIs) {
  Scene scene = signed_only(exemption({"apps/provenance"}));
  scene.at = Decision::About{scene.requested, scene.image, scene.image, scene.image}.at;
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny);
}

TEST(Exemption, TheLongestOfSeveralCounts) {
  Scene scene = signed_only(exemption({"apps/provenance"}));
  scene.exemptions.push_back(exemption({"apps/provenance"}));
  scene.exemptions.back().id = "EX-2";
  scene.exemptions.back().expires = kExpiry + std::chrono::hours(1);
  scene.at = kExpiry;
  EXPECT_EQ(scene.decide().outcomes()[2].exemption, "EX-2");
}

TEST(Exemption, IsBoundToItsImages) {
  const Repository here = repository("ghcr.io/acme/app");
  const Digest image = Digest::of("an image");
  Exemption granted = exemption({"apps/provenance"});
  EXPECT_TRUE(granted.covers(here, image));
  EXPECT_FALSE(granted.covers(here, Digest::of("another")));
  granted.scopes = {scope("ghcr.io/acme/*")};
  EXPECT_TRUE(granted.covers(here, image));
  EXPECT_FALSE(granted.covers(repository("ghcr.io/other/app"), image)) << "both have to fit";
  granted.digests.clear();
  EXPECT_TRUE(granted.covers(here, Digest::of("another")));
  granted.scopes.clear();
  EXPECT_FALSE(granted.covers(here, image)) << "bound to nothing is about nothing";
}

TEST(Exemption, TakesARejectionBackOnlyForWhatItNames) {
  Scene scene(signature("release"));
  scene.baseline = {rule("known-bad", {"**"}, reject({scene.image}))};
  scene.signed_by("release");
  const auto is_rejected_at = [&](Time at) {
    return is_rejected(scene.policy(), scene.requested.repository, scene.image, at);
  };
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny);
  EXPECT_TRUE(is_rejected_at(scene.at));
  scene.exemptions.push_back(exemption({"known-bad/reject"}));
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
  EXPECT_FALSE(is_rejected_at(scene.at));
  EXPECT_TRUE(is_rejected_at(kExpiry));
}

TEST(Exemption, MustNameOneRequirement) {
  EXPECT_THAT(waiver_conflicts(exemption({"apps/allOf[0]/signature"})), IsEmpty());
  EXPECT_THAT(waiver_conflicts(exemption({"apps/allOf"})), IsEmpty());
  EXPECT_THAT(waiver_conflicts(exemption({"apps/signature"})),
              ElementsAre(HasSubstr("could be any of apps/allOf[0]/signature, apps/allOf[1]/signature")));
  EXPECT_THAT(waiver_conflicts(exemption({"apps/signatur"})), ElementsAre(HasSubstr("did you mean 'apps/signature'?")));
  EXPECT_THAT(waiver_conflicts(exemption({})), ElementsAre(HasSubstr("exception 'EX-1': waives nothing")));
}

TEST(Exemption, OfNothingIsToldWhatThereIsToWaive) {
  const std::string unknown = "exception 'EX-1': no requirement is called ";
  EXPECT_THAT(waiver_conflicts(exemption({"apps"})),
              ElementsAre(unknown + "'apps'; there are apps/allOf, apps/allOf[0]/signature, apps/allOf[1]/signature"));
  EXPECT_THAT(
      waiver_conflicts(exemption({"apps/proof"}), all_of({signature("release"), signature("second"), reject()})),
      ElementsAre(unknown + "'apps/proof'; there are apps/allOf, apps/allOf[0]/signature, "
                            "apps/allOf[1]/signature, apps/reject"));
  EXPECT_THAT(waiver_conflicts(exemption({"somewhere/base"})),
              ElementsAre(unknown + "'somewhere/base'; a waiver is rule/kind; there is apps"));
  EXPECT_THAT(waiver_conflicts(exemption({"apps/nothing"}), threshold(1, {signature("release"), signature("second")})),
              ElementsAre(unknown + "'apps/nothing'; there is apps/threshold"));
}

// A threshold counts who signed: a waived signature would count as somebody.
TEST(Exemption, CannotWaiveWhatAThresholdCounts) {
  const Requirement two = threshold(2, {signature("release"), signature("second")});
  EXPECT_THAT(waiver_conflicts(exemption({"apps/threshold[0]/signature"}), two),
              ElementsAre(HasSubstr("stands under a threshold")));
  EXPECT_THAT(waiver_conflicts(exemption({"apps/threshold"}), two), IsEmpty());
}

TEST(Exemption, NeedsAnImageAndAnIdOfItsOwn) {
  Exemption unbound = exemption({"apps/allOf"});
  unbound.digests.clear();
  EXPECT_THAT(waiver_conflicts(unbound), ElementsAre(HasSubstr("is about no image")));
  auto made = contents({attestor("release")}, {}, {rule("apps", {"ghcr.io/**"}, signature("release"))});
  made.exemptions = {exemption({"apps/signature"}), exemption({"apps/signature"})};
  ASSERT_EQ(PolicySet::conflicts(made).size(), 1U);
  EXPECT_THAT(PolicySet::conflicts(made)[0].message, HasSubstr("a second exception named 'EX-1'"));
}

}  // namespace
}  // namespace pullgate::policy
