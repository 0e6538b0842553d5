#include "policy/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/requirement/tree.h"
#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using State = RequirementOutcome::State;
using verify::EvidenceKind;

const std::string& found(const Decision& decision) {
  return decision.objections().at(0).found;
}

TEST(Evaluation, AllowsWhatTheNamedAttestorSigned) {
  const Decision decision = Scene(signature("release")).signed_by("release").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kAllow);
  EXPECT_EQ(decision.rule(), "apps");
  EXPECT_THAT(decision.objections(), IsEmpty());
  ASSERT_EQ(decision.outcomes().size(), 1U);
  EXPECT_EQ(decision.outcomes()[0].requirement, "apps/signature");
  EXPECT_THAT(decision.outcomes()[0].detail, HasSubstr("place 0"));
}

TEST(Evaluation, DeniesWithoutEvidenceAndSaysWhereItLooked) {
  const Decision decision = Scene(signature("release")).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(decision), Reason::kNoEvidence);
  EXPECT_THAT(found(decision), HasSubstr("referrers API, tag sha256-0123.sig"));
}

TEST(Evaluation, DeniesWhatNoRuleIsAbout) {
  Scene scene(accept());
  scene.requested = reference("quay.io/acme/app:v1.0");
  const Decision decision = scene.decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(decision), Reason::kNoRule);
  EXPECT_EQ(decision.rule(), "");
}

TEST(Evaluation, DoesNotCountAnotherAttestorOfThePolicy) {
  const Decision decision = Scene(signature("release")).signed_by("elsewhere").decide();
  EXPECT_EQ(lead(decision), Reason::kSignerNotTrusted);
  EXPECT_THAT(found(decision), HasSubstr("attestor 'elsewhere'"));
  EXPECT_THAT(decision.objections()[0].remedy, HasSubstr("'release'"));
}

TEST(Evaluation, DoesNotCountAKeyOfNobody) {
  const Decision decision = Scene(signature("release")).signed_by("stranger").decide();
  EXPECT_EQ(lead(decision), Reason::kSignerNotTrusted);
  EXPECT_THAT(found(decision), HasSubstr("no attestor of the policy"));
}

TEST(Evaluation, DoesNotCountEvidenceAboutAnotherImage) {
  const Decision decision = Scene(signature("release")).signed_for("release", Digest::of("another image")).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(decision), Reason::kSubjectMismatch);
}

TEST(Evaluation, DoesNotTakeAnAttestationForASignature) {
  const Decision decision = Scene(signature("builder")).attested_by("builder").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(decision), Reason::kNoEvidence);
}

TEST(Evaluation, DoesNotCountWhatDidNotVerify) {
  const Decision decision = Scene(signature("release"))
                                .add_failed(EvidenceKind::kSimpleSigning, Reason::kSignatureInvalid, "does not hold")
                                .decide();
  EXPECT_EQ(lead(decision), Reason::kSignatureInvalid);
  EXPECT_THAT(found(decision), HasSubstr("does not hold"));
}

TEST(Evaluation, CountsEverySignerOfAnEnvelope) {
  Scene scene(threshold(2, {signature("release"), signature("second")}));
  scene.add({key("stranger"), key("release"), key("second")}, verify::ImageSignature{}, scene.image);
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
}

TEST(AllOf, NeedsEveryOne) {
  Scene scene(all_of({signature("release"), signature("second")}));
  EXPECT_EQ(scene.signed_by("release").decide().verdict(), Verdict::kDeny);
  EXPECT_EQ(scene.signed_by("second").decide().verdict(), Verdict::kAllow);
}

TEST(AnyOf, NeedsOne) {
  EXPECT_EQ(Scene(any_of({signature("release"), signature("second")})).signed_by("second").decide().verdict(),
            Verdict::kAllow);
  const Decision decision = Scene(any_of({signature("release"), signature("second")})).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(decision.objections().size(), 2U);
}

TEST(Tree, KeepsTheOutcomeOfEveryNodeParentsFirst) {
  const Decision decision =
      Scene(any_of({all_of({signature("release"), accept()}), signature("second")})).signed_by("second").decide();
  std::vector<std::pair<std::string, State>> outcomes;
  for (const RequirementOutcome& outcome : decision.outcomes())
    outcomes.emplace_back(outcome.requirement, outcome.state);
  EXPECT_THAT(outcomes, ::testing::ElementsAre(std::pair("apps/anyOf", State::kMet),
                                               std::pair("apps/anyOf[0]/allOf", State::kNotMet),
                                               std::pair("apps/anyOf[0]/allOf[0]/signature", State::kNotMet),
                                               std::pair("apps/anyOf[0]/allOf[1]/accept", State::kMet),
                                               std::pair("apps/anyOf[1]/signature", State::kMet)));
}

/// Trees that PolicySet refuses, before the evaluator itself.
class RefusedTree : public ::testing::TestWithParam<Requirement> {};

TEST_P(RefusedTree, IsNeverMet) {
  const Scene scene(accept());
  const PolicySet policy = scene.policy();
  const Decision::About about = scene.about();
  const Rule bad = rule("bad", {"ghcr.io/**"}, GetParam());
  const Testimony testimony(policy, about, scene.document, scene.gathered);
  const Case judged(testimony, bad);
  std::vector<RequirementOutcome> outcomes;
  const Judgement judgement = judge_requirement(judged, bad.require, "bad", outcomes);
  EXPECT_FALSE(judgement.is_met());
  EXPECT_FALSE(judgement.objections.empty());
}

INSTANTIATE_TEST_SUITE_P(Empty, RefusedTree,
                         ::testing::Values(all_of({}), any_of({}), threshold(1, {}), threshold(0, {}),
                                           threshold(0, {accept()}), threshold(1, {accept()}),
                                           threshold(1, {any_of({accept()})}), base_image({}, {"**"})));

TEST(Threshold, CountsDistinctAttestors) {
  const Requirement two = threshold(2, {signature("release"), signature("second"), provenance("ci")});
  EXPECT_EQ(Scene(two).signed_by("release").signed_by("second").decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(Scene(two).signed_by("release").attested_by("builder").decide().verdict(), Verdict::kAllow);
  const Decision decision = Scene(two).signed_by("release").signed_by("release").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(decision), Reason::kThresholdNotMet);
  EXPECT_THAT(found(decision), HasSubstr("1 of 2 attestors"));
}

TEST(Threshold, CountsOneAttestorOnceWhateverItSigned) {
  const Requirement two = threshold(2, {signature("builder"), provenance("ci"), signature("second")});
  EXPECT_EQ(Scene(two).signed_by("builder").attested_by("builder").decide().verdict(), Verdict::kDeny);
}

TEST(Reject, DeniesTheListedDigestWhateverIsSigned) {
  Scene scene(all_of({signature("release"), reject({Digest::of("an image")})}));
  const Decision decision = scene.signed_by("release").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(decision), Reason::kRejectedByRule);
}

TEST(Reject, LetsOtherDigestsPass) {
  EXPECT_EQ(Scene(all_of({signature("release"), reject({Digest::of("bad")})})).signed_by("release").decide().verdict(),
            Verdict::kAllow);
}

TEST(Reject, WithoutDigestsDeniesEverything) {
  EXPECT_EQ(lead(Scene(reject()).decide()), Reason::kRejectedByRule);
}

TEST(Accept, NeedsNoEvidence) {
  EXPECT_EQ(Scene(accept()).decide().verdict(), Verdict::kAllow);
}

TEST(Mode, ServesWhatIsNotMetInWarnAndAudit) {
  for (const Mode mode : {Mode::kWarn, Mode::kAudit}) {
    const Decision decision = Scene(signature("release"), mode).decide();
    EXPECT_EQ(decision.verdict(), Verdict::kWarn);
    EXPECT_EQ(decision.mode(), mode);
    EXPECT_TRUE(decision.serves());
    EXPECT_EQ(lead(decision), Reason::kNoEvidence);
  }
}

TEST(Gaps, TurnADenialIntoCannotJudge) {
  const Decision decision =
      Scene(signature("release")).missing(Reason::kUpstreamUnreachable, std::chrono::seconds(7)).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kCannotJudge);
  EXPECT_FALSE(decision.serves());
  EXPECT_EQ(lead(decision), Reason::kUpstreamUnreachable);
  EXPECT_THAT(found(decision), HasSubstr("connection refused"));
  EXPECT_EQ(decision.retry_after(), std::chrono::seconds(7));
}

TEST(Gaps, WaitForTheSlowest) {
  EXPECT_EQ(Scene(signature("release"))
                .missing(Reason::kUpstreamRateLimited, std::chrono::seconds(60))
                .missing()
                .missing(Reason::kUpstreamRateLimited, std::chrono::seconds(5))
                .decide()
                .retry_after(),
            std::chrono::seconds(60));
}

TEST(Gaps, DoNotMatterWhereTheRuleIsMet) {
  EXPECT_EQ(Scene(signature("release")).signed_by("release").missing().decide().verdict(), Verdict::kAllow);
}

TEST(Gaps, DoNotMatterWhereNoEvidenceCouldHelp) {
  EXPECT_EQ(Scene(reject()).missing().decide().verdict(), Verdict::kDeny);
  EXPECT_EQ(Scene(all_of({signature("release"), reject({Digest::of("an image")})})).missing().decide().verdict(),
            Verdict::kDeny);
  EXPECT_EQ(Scene(any_of({reject(), signature("release")})).missing().decide().verdict(), Verdict::kCannotJudge);
  Scene elsewhere(signature("release"));
  elsewhere.requested = reference("quay.io/acme/app");
  EXPECT_EQ(elsewhere.missing().decide().verdict(), Verdict::kDeny);
}

TEST(Gaps, AreShownWhereTheRuleServesAnyway) {
  const Decision decision = Scene(signature("release"), Mode::kWarn).missing().decide();
  EXPECT_EQ(decision.verdict(), Verdict::kWarn);
  EXPECT_EQ(decision.objections().back().reason, Reason::kUpstreamUnreachable);
}

TEST(Evaluation, DoesNotDependOnTheOrderOfEvidence) {
  Scene scene(all_of({signature("release"), provenance("ci"), signature("second")}));
  scene.signed_by("release").signed_by("elsewhere").attested_by("builder").attested_by("elsewhere");
  scene.add_failed(EvidenceKind::kSigstoreBundle, Reason::kSubjectMismatch, "is about another image");
  scene.missing().missing(Reason::kUpstreamRateLimited);
  const Decision first = scene.decide();
  std::ranges::reverse(scene.gathered.reports);
  std::ranges::reverse(scene.gathered.gaps);
  const Decision second = scene.decide();
  EXPECT_EQ(first.verdict(), second.verdict());
  ASSERT_EQ(first.objections().size(), second.objections().size());
  for (std::size_t i = 0; i < first.objections().size(); ++i) {
    EXPECT_EQ(first.objections()[i].found, second.objections()[i].found);
  }
  ASSERT_EQ(first.outcomes().size(), second.outcomes().size());
  for (std::size_t i = 0; i < first.outcomes().size(); ++i) {
    EXPECT_EQ(first.outcomes()[i].detail, second.outcomes()[i].detail);
  }
}

TEST(LeadingObjection, IsTheMostTelling) {
  // Forged evidence before missing evidence.
  EXPECT_EQ(lead(Scene(all_of({provenance("ci"), signature("release")}))
                     .add_failed(EvidenceKind::kSimpleSigning, Reason::kSubjectMismatch, "is about another image")
                     .decide()),
            Reason::kSubjectMismatch);
  // What trusted evidence proves before forged evidence.
  verify::Provenance other = Scene::built();
  other.builder_id = "https://laptop.acme.example/make";
  EXPECT_EQ(lead(Scene(all_of({signature("release"), provenance("ci")}))
                     .add_failed(EvidenceKind::kSimpleSigning, Reason::kSubjectMismatch, "is about another image")
                     .attested_by("builder", other)
                     .decide()),
            Reason::kBuilderNotAllowed);
  // A base that nobody proved is the least telling.
  EXPECT_EQ(lead(Scene(all_of({base_image({BaseProof::kAnnotation}, {"ghcr.io/base/**"}), signature("release")}))
                     .annotated("ghcr.io/base/os:1")
                     .decide()),
            Reason::kNoEvidence);
}

TEST(Static, NeedsNoEvidence) {
  const auto needs_evidence = [](Requirement require) {
    const Scene scene(std::move(require));
    return policy::needs_evidence(scene.policy(), scene.requested.repository);
  };
  EXPECT_FALSE(needs_evidence(accept()));
  EXPECT_FALSE(needs_evidence(reject()));
  EXPECT_FALSE(needs_evidence(all_of({reject({Digest::of("bad")}), accept()})));
  EXPECT_TRUE(needs_evidence(all_of({accept(), signature("release")})));
}

// Asked of what an index covers, for which nothing else of the rule is evaluated again.
TEST(Rejected, IsWhatNoEvidenceCouldMakeUpFor) {
  const Digest bad = Digest::of("bad");
  const Digest good = Digest::of("good");
  const auto is_rejected = [](Requirement require, const Digest& digest) {
    const Scene scene(std::move(require));
    return policy::is_rejected(scene.policy(), scene.requested.repository, digest, Time::max());
  };
  EXPECT_TRUE(is_rejected(reject(), good));
  EXPECT_TRUE(is_rejected(all_of({signature("release"), reject({bad})}), bad));
  EXPECT_FALSE(is_rejected(all_of({signature("release"), reject({bad})}), good));
  EXPECT_FALSE(is_rejected(any_of({signature("release"), all_of({accept(), reject({bad})})}), bad));
  EXPECT_TRUE(is_rejected(any_of({all_of({accept(), reject({bad})}), all_of({accept(), reject({bad, good})})}), bad));
  EXPECT_FALSE(is_rejected(signature("release"), bad));
}

}  // namespace
}  // namespace pullgate::policy
