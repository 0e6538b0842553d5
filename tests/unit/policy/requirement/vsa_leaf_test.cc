#include "policy/vsa_leaf.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/conflict/leaf.h"
#include "tests/unit/policy/requirement/dated_scene.h"

namespace pullgate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using verify::VerificationSummary;

constexpr const char* kVerifier = "https://verifier.example/v1";
constexpr const char* kYesterday = "2026-05-31T00:00:00Z";

VerificationSummary passed() {
  VerificationSummary summary;
  summary.verifier_id = kVerifier;
  summary.resource_uri = "ghcr.io/acme/app";
  summary.policy_uri = "https://policies.example/release";
  summary.policy_digest = {{"sha256", std::string(64, 'a')}};
  summary.outcome = VerificationSummary::Outcome::kPassed;
  summary.levels = {"SLSA_BUILD_LEVEL_3"};
  return summary;
}

VsaLeaf vsa(std::vector<std::string> levels = {"SLSA_BUILD_LEVEL_2"}) {
  VsaLeaf leaf;
  leaf.attestor = "release";
  leaf.verifier = kVerifier;
  leaf.levels = std::move(levels);
  return leaf;
}

DatedScene with(const VsaLeaf& leaf, const VerificationSummary& summary, std::string_view who = "release") {
  DatedScene scene({leaf});
  verify::Statement statement = statement_of(std::string(verify::kVerificationSummaryV1), nullptr);
  statement.summary = summary;
  scene.attested(who, std::move(statement), {kYesterday});
  return scene;
}

/// The reason why a summary that was changed is refused; none when it is not.
std::optional<Reason> refusal(const VsaLeaf& leaf, const std::function<void(VerificationSummary&)>& change) {
  VerificationSummary summary = passed();
  change(summary);
  const Decision decision = with(leaf, summary).decide();
  if (decision.verdict() == Verdict::kAllow) return std::nullopt;
  return lead(decision);
}

TEST(VsaLeaf, IsMetByASummaryThatSaysAllOfIt) {
  const Decision decision = with(vsa(), passed()).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kAllow);
  EXPECT_EQ(decision.outcomes().at(0).requirement, "apps/vsa");
  EXPECT_THAT(decision.outcomes().at(0).detail, HasSubstr(kVerifier));
}

/// The mandatory steps of SLSA v1.0 "How to verify", in order.
TEST(VsaLeaf, FollowsTheStepsOfTheSpecification) {
  EXPECT_EQ(lead(DatedScene({vsa()}).decide()), Reason::kNoEvidence);
  EXPECT_EQ(lead(with(vsa(), passed(), "second").decide()), Reason::kSignerNotTrusted);
  EXPECT_EQ(lead(with(vsa(), passed(), "stranger").decide()), Reason::kSignerNotTrusted);
  EXPECT_EQ(refusal(vsa(), [](auto& summary) { summary.verifier_id = "https://other.example/v1"; }),
            Reason::kConditionFalse);
  EXPECT_EQ(refusal(vsa(), [](auto& summary) { summary.resource_uri = "ghcr.io/acme/other"; }), Reason::kNameMismatch);
  EXPECT_EQ(refusal(vsa(), [](auto& summary) { summary.outcome = VerificationSummary::Outcome::kFailed; }),
            Reason::kConditionFalse);
  EXPECT_EQ(refusal(vsa(), [](auto& summary) { summary.levels = {"SLSA_BUILD_LEVEL_1"}; }), Reason::kLevelTooLow);
  EXPECT_EQ(refusal(vsa(), [](auto& summary) { summary.levels.clear(); }), Reason::kLevelTooLow);
}

TEST(VsaLeaf, SaysWhatIsWrong) {
  VerificationSummary other = passed();
  other.verifier_id = "https://other.example/v1";
  const Decision decision = with(vsa(), other).decide();
  EXPECT_THAT(decision.objections().at(0).found,
              HasSubstr("/verifier/id is 'https://other.example/v1', says the summary"));
  EXPECT_THAT(decision.objections().at(0).remedy, HasSubstr(kVerifier));
}

TEST(VsaLeaf, IsAboutAnotherImageNever) {
  DatedScene scene({vsa()});
  verify::Statement statement = statement_of(std::string(verify::kVerificationSummaryV1), nullptr);
  statement.summary = passed();
  scene.evidence.add({key("release")}, statement, Digest::of("another image"), verify::EvidenceKind::kDsseEnvelope);
  EXPECT_EQ(lead(scene.decide()), Reason::kSubjectMismatch);
}

TEST(VsaLeaf, TakesNoStatementWithoutASummary) {
  DatedScene scene({vsa()});
  scene.attested("release",
                 statement_of("https://slsa.dev/verification_summary/v0.2", {{"verificationResult", "PASSED"}}),
                 {kYesterday});
  EXPECT_EQ(lead(scene.decide()), Reason::kNoEvidence);
}

bool names_the_image(const std::string& uri, std::string_view requested,
                     const std::optional<verify::ImageMaterial>& resource = std::nullopt) {
  VerificationSummary summary = passed();
  summary.resource_uri = uri;
  summary.resource = resource;
  DatedScene scene = with(vsa(), summary);
  scene.evidence.requested = ImageReference::parse_as_written(requested).value();
  return scene.verdict() == Verdict::kAllow;
}

TEST(VsaLeaf, IsAboutTheImageThatWasAskedFor) {
  const std::string image = "@" + Digest::of("an image").text();
  const std::string another = "@" + Digest::of("another image").text();
  for (const std::string& requested : {std::string("ghcr.io/acme/app:v1.0"), "ghcr.io/acme/app" + image}) {
    EXPECT_TRUE(names_the_image("ghcr.io/acme/app", requested));
    EXPECT_TRUE(names_the_image("ghcr.io/acme/app:v1.0", requested));
    EXPECT_TRUE(names_the_image("ghcr.io/acme/app" + image, requested));
    EXPECT_FALSE(names_the_image("ghcr.io/acme/app" + another, requested));
    for (const char* other : {"ghcr.io/acme/app2", "ghcr.io/acme", "quay.io/acme/app", "acme/app",
                              "https://ghcr.io/acme/app", "ghcr.io/acme/app/v1.0", "git+https://github.com/acme/app"}) {
      EXPECT_FALSE(names_the_image(other, requested)) << other;
    }
  }
  EXPECT_FALSE(names_the_image("ghcr.io/acme/app:v0.9", "ghcr.io/acme/app:v1.0"));
}

TEST(VsaLeaf, ReadsResourcesThatAreImages) {
  using Image = verify::ImageMaterial;
  const std::string uri = "pkg:docker/acme/app?repository_url=ghcr.io";
  const std::string requested = "ghcr.io/acme/app:v1.0";
  EXPECT_TRUE(names_the_image(uri, requested, Image{"ghcr.io/acme/app", "", std::nullopt}));
  EXPECT_TRUE(names_the_image(uri, requested, Image{"ghcr.io/acme/app", "v1.0", Digest::of("an image")}));
  EXPECT_FALSE(names_the_image(uri, requested, Image{"ghcr.io/acme/app", "v0.9", std::nullopt}));
  EXPECT_FALSE(names_the_image(uri, requested, Image{"ghcr.io/acme/app", "", Digest::of("another image")}));
  EXPECT_FALSE(names_the_image(uri, requested, Image{"ghcr.io/mallory/app", "", std::nullopt}));
}

TEST(VsaLeaf, ComparesTheResourceThatThePolicyNames) {
  VsaLeaf leaf = vsa();
  leaf.resource_uri = text_template("https://releases.example/{repo}/{tag}");
  const auto is_refused = [&](const std::string& uri) {
    return refusal(leaf, [&](VerificationSummary& summary) { summary.resource_uri = uri; });
  };
  EXPECT_EQ(is_refused("https://releases.example/app/v1.0"), std::nullopt);
  EXPECT_EQ(is_refused("https://releases.example/app/v1.1"), Reason::kNameMismatch);
  EXPECT_EQ(is_refused("ghcr.io/acme/app"), Reason::kNameMismatch);
}

bool has(std::vector<std::string> levels, const std::string& wanted) {
  return !refusal(vsa({wanted}), [&](VerificationSummary& summary) { summary.levels = std::move(levels); });
}

TEST(VsaLeaf, TakesAHigherLevelOfATrackForALowerOne) {
  EXPECT_TRUE(has({"SLSA_BUILD_LEVEL_3"}, "SLSA_BUILD_LEVEL_3"));
  EXPECT_TRUE(has({"SLSA_BUILD_LEVEL_3"}, "SLSA_BUILD_LEVEL_1"));
  EXPECT_FALSE(has({"SLSA_BUILD_LEVEL_2"}, "SLSA_BUILD_LEVEL_3"));
  EXPECT_FALSE(has({"SLSA_SOURCE_LEVEL_3"}, "SLSA_BUILD_LEVEL_3"));
  EXPECT_TRUE(has({"SLSA_SOURCE_LEVEL_4", "SLSA_BUILD_LEVEL_1"}, "SLSA_SOURCE_LEVEL_2"));
  for (const char* none : {"SLSA_BUILD_LEVEL_UNEVALUATED", "SLSA_BUILD_LEVEL_0", "SLSA_BUILD_LEVEL_33", "BUILD_LEVEL_3",
                           "slsa_build_level_3", "SLSA_BUILD_LEVEL_", "SLSA_BUILD_LEVEL_3 "}) {
    EXPECT_FALSE(has({none}, "SLSA_BUILD_LEVEL_1")) << none;
  }
}

TEST(VsaLeaf, TakesTheLowerOfTwoLevelsOfOneTrack) {
  EXPECT_FALSE(has({"SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_1"}, "SLSA_BUILD_LEVEL_3"));
  EXPECT_FALSE(has({"SLSA_BUILD_LEVEL_1", "SLSA_BUILD_LEVEL_3"}, "SLSA_BUILD_LEVEL_3"));
  EXPECT_TRUE(has({"SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_1"}, "SLSA_BUILD_LEVEL_1"));
  EXPECT_FALSE(has({"SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_UNEVALUATED"}, "SLSA_BUILD_LEVEL_1"));
}

TEST(VsaLeaf, ComparesOtherLevelsAsTheyAre) {
  EXPECT_TRUE(has({"BCID_L3", "SLSA_BUILD_LEVEL_0"}, "BCID_L3"));
  EXPECT_FALSE(has({"BCID_L3"}, "BCID_L1"));
}

TEST(VsaLeaf, NeedsEveryLevel) {
  const VsaLeaf both = vsa({"SLSA_BUILD_LEVEL_2", "ACME_REVIEWED"});
  EXPECT_EQ(refusal(both, [](auto&) {}), Reason::kLevelTooLow);
  EXPECT_EQ(refusal(both, [](auto& summary) { summary.levels.emplace_back("ACME_REVIEWED"); }), std::nullopt);
}

TEST(VsaLeaf, ComparesThePolicyThatTheVerifierHeldTheImageAgainst) {
  VsaLeaf leaf = vsa();
  leaf.policy.uri = "https://policies.example/release";
  leaf.policy.digest = Digest::parse("sha256:" + std::string(64, 'a')).value();
  EXPECT_EQ(refusal(leaf, [](auto&) {}), std::nullopt);
  EXPECT_EQ(refusal(leaf, [](auto& summary) { summary.policy_uri += "/"; }), Reason::kConditionFalse);
  EXPECT_EQ(refusal(leaf, [](auto& summary) { summary.policy_digest["sha256"] = std::string(64, 'b'); }),
            Reason::kConditionFalse);
  EXPECT_EQ(refusal(leaf, [](auto& summary) { summary.policy_digest = {{"sha1", std::string(64, 'a')}}; }),
            Reason::kConditionFalse);
}

TEST(VsaLeaf, IsAsOldAsTheVerificationWhereThatIsOlder) {
  VsaLeaf leaf = vsa();
  leaf.max_age = std::chrono::hours(48);
  const auto verified_at = [&](std::string_view text) {
    return refusal(leaf, [&](VerificationSummary& summary) { summary.time_verified = moment(text); });
  };
  EXPECT_EQ(refusal(leaf, [](auto&) {}), std::nullopt);
  EXPECT_EQ(verified_at("2026-05-30T00:00:01Z"), std::nullopt);
  EXPECT_EQ(verified_at("2026-05-30T00:00:00Z"), Reason::kEvidenceTooOld);
  // What it says itself never makes it younger.
  leaf.max_age = std::chrono::hours(24);
  EXPECT_EQ(verified_at("2026-06-01T00:00:00Z"), Reason::kEvidenceTooOld);
  leaf.max_age = std::chrono::hours(48);
  EXPECT_EQ(with(leaf, passed()).decide().account().stands_until, moment("2026-06-02T00:00:00Z"));
  DatedScene undated({leaf});
  verify::Statement statement = statement_of(std::string(verify::kVerificationSummaryV1), nullptr);
  statement.summary = passed();
  statement.summary->time_verified = moment(kYesterday);
  EXPECT_EQ(lead(undated.attested("release", statement, {}).decide()), Reason::kTimestampMissing);
}

TEST(VsaLeaf, IsMetByOneOfSeveral) {
  VerificationSummary failed = passed();
  failed.outcome = VerificationSummary::Outcome::kFailed;
  DatedScene scene = with(vsa(), failed);
  verify::Statement statement = statement_of(std::string(verify::kVerificationSummaryV1), nullptr);
  statement.summary = passed();
  EXPECT_EQ(scene.attested("release", statement, {}).missing().verdict(), Verdict::kAllow);
}

TEST(VsaLeaf, HasLevelsThatSaySomething) {
  EXPECT_THAT(conflicts_of(vsa({"SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_LEVEL_1", "ACME_REVIEWED"}), nullptr), IsEmpty());
  EXPECT_THAT(conflicts_of(vsa({}), nullptr), ElementsAre(HasSubstr("'levels' is empty")));
  for (const char* wrong : {"SLSA_LEVEL_3", "SLSA_BUILD_LEVEL_33", "SLSA_BUILD_L3", "SLSA_build_LEVEL_3"}) {
    EXPECT_THAT(conflicts_of(vsa({wrong}), nullptr), ElementsAre(HasSubstr("no level of SLSA"))) << wrong;
  }
  for (const char* nothing : {"SLSA_BUILD_LEVEL_0", "SLSA_BUILD_LEVEL_UNEVALUATED"}) {
    EXPECT_THAT(conflicts_of(vsa({nothing}), nullptr), ElementsAre(HasSubstr("says nothing"))) << nothing;
  }
  EXPECT_THAT(conflicts_of(vsa({"SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_2"}), nullptr),
              ElementsAre(HasSubstr("levels of one track")));
  EXPECT_THAT(conflicts_of(vsa({"A", "A"}), nullptr), ElementsAre(HasSubstr("listed twice")));
  VsaLeaf nobody = vsa();
  nobody.verifier.clear();
  EXPECT_THAT(conflicts_of(nobody, nullptr), ElementsAre(HasSubstr("'verifier' is empty")));
  VsaLeaf dated_by_nobody = vsa();
  dated_by_nobody.max_age = std::chrono::hours(1);
  const Attestor undatable = attestor("release");
  EXPECT_THAT(conflicts_of(dated_by_nobody, &undatable), ElementsAre(HasSubstr("'maxAge' needs a proven time")));
}

}  // namespace
}  // namespace pullgate::policy
