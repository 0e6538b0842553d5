/// Images for several platforms: what has to satisfy a rule, the index, each platform, or either.

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;

const Digest kForAmd64 = Digest::of("the manifest for amd64");
const Digest kForArm64 = Digest::of("the manifest for arm64");

/// An index of two platforms, of which nobody has said anything yet.
class IndexScene {
 public:
  explicit IndexScene(Platforms platforms, Requirement require = signature("release"), Mode mode = Mode::kEnforce)
      : scene_(std::move(require), mode) {
    scene_.platforms = platforms;
    scene_.document = Index{};
  }

  IndexScene& signed_by(const std::string& name) {
    scene_.signed_by(name);
    return *this;
  }
  /// One platform, signed by these.
  IndexScene& with(const std::string& shown, const Digest& digest, const std::vector<std::string>& signers) {
    Scene own{accept()};
    own.image = digest;
    for (const std::string& name : signers) own.signed_by(name);
    scene_.gathered.parts.push_back({shown,
                                     digest,
                                     std::make_shared<const ManifestDocument>(Manifest{}),
                                     std::make_shared<const Gathered>(own.gathered),
                                     {}});
    return *this;
  }
  IndexScene& without(const std::string& shown, const Digest& digest, std::string why) {
    scene_.gathered.parts.push_back({shown, digest, nullptr, nullptr, std::move(why)});
    return *this;
  }

  Scene& scene() { return scene_; }
  [[nodiscard]] Decision decide() const { return scene_.decide(); }
  [[nodiscard]] Verdict verdict() const { return decide().verdict(); }
  [[nodiscard]] Objection lead() const { return decide().objections().front(); }

 private:
  Scene scene_;
};

IndexScene both_signed(Platforms platforms, Requirement require = signature("release")) {
  return IndexScene(platforms, std::move(require))
      .with("linux/amd64", kForAmd64, {"release"})
      .with("linux/arm64", kForArm64, {"release"});
}

TEST(LeafOrIndex, IsSatisfiedByTheIndexOrByEachPlatform) {
  EXPECT_EQ(IndexScene(Platforms::kLeafOrIndex).signed_by("release").verdict(), Verdict::kAllow);
  EXPECT_EQ(both_signed(Platforms::kLeafOrIndex).verdict(), Verdict::kAllow);
  EXPECT_EQ(IndexScene(Platforms::kLeafOrIndex).verdict(), Verdict::kDeny);
}

TEST(LeafOrIndex, IsNotSatisfiedBySomePlatforms) {
  // An unsigned index may mix a signed platform with somebody's own.
  IndexScene mixed(Platforms::kLeafOrIndex);
  mixed.with("linux/amd64", kForAmd64, {"release"}).with("linux/arm64", kForArm64, {});
  EXPECT_EQ(mixed.verdict(), Verdict::kDeny);
  EXPECT_EQ(mixed.lead().reason, Reason::kPlatformNotCovered);
  EXPECT_THAT(mixed.lead().found, HasSubstr("1 of 2 platforms satisfy the rule, linux/arm64 does not"));
}

TEST(LeafOrIndex, CountsNoPlatformThatCouldNotBeLookedAt) {
  IndexScene gap(Platforms::kLeafOrIndex);
  gap.with("linux/amd64", kForAmd64, {"release"}).without("linux/arm64", kForArm64, "not there");
  EXPECT_EQ(gap.verdict(), Verdict::kDeny);
  EXPECT_EQ(gap.lead().reason, Reason::kPlatformNotCovered);
  EXPECT_EQ(IndexScene(Platforms::kLeafOrIndex).without("linux/amd64", kForAmd64, "").verdict(), Verdict::kDeny);
}

TEST(LeafOrIndex, SaysOfUnsignedPlatformsNothingMoreThanOfTheIndex) {
  IndexScene none(Platforms::kLeafOrIndex);
  none.with("linux/amd64", kForAmd64, {}).with("linux/arm64", kForArm64, {});
  EXPECT_EQ(none.decide().objections().size(), 1U);
  EXPECT_EQ(none.lead().reason, Reason::kNoEvidence);
  none = IndexScene(Platforms::kLeafOrIndex).with("linux/amd64", kForAmd64, {"second"});
  EXPECT_EQ(none.lead().reason, Reason::kSignerNotTrusted);
  EXPECT_THAT(none.lead().found, HasSubstr("linux/amd64"));
}

TEST(LeafOrIndex, SaysNothingOfPlatformsWhenTheSearchEndedBeforeTheLast) {
  IndexScene cut(Platforms::kLeafOrIndex);
  cut.with("linux/amd64", kForAmd64, {"release"}).without("linux/arm64", kForArm64, "");
  EXPECT_EQ(cut.verdict(), Verdict::kDeny);
  EXPECT_EQ(cut.lead().reason, Reason::kNoEvidence);
  EXPECT_EQ(IndexScene(Platforms::kEachLeaf).without("linux/arm64", kForArm64, "").verdict(), Verdict::kDeny);
}

TEST(LeafOrIndex, CountsNoSignatureOfOnePlatformForAnother) {
  IndexScene scene(Platforms::kLeafOrIndex);
  scene.with("linux/amd64", kForAmd64, {"release"});
  // What was gathered about amd64, offered for arm64.
  Part copied = scene.scene().gathered.parts.front();
  copied.digest = kForArm64;
  copied.shown = "linux/arm64";
  scene.scene().gathered.parts.push_back(copied);
  EXPECT_EQ(scene.verdict(), Verdict::kDeny);
}

TEST(LeafOrIndex, DoesNotOutvoteWhatASelectedReportSaysAboutTheIndex) {
  // The scanner's report about the index says no; what it says about the platforms is not asked.
  AttestationLeaf leaf;
  leaf.predicate_type = "https://scanner.example/report/v1";
  leaf.attestor = "release";
  leaf.select = Select::kAll;
  verify::Statement report;
  report.predicate_type = leaf.predicate_type;
  report.predicate = std::make_shared<const nlohmann::json>();
  IndexScene scene(Platforms::kLeafOrIndex, all_of({signature("second"), {leaf}}));
  Scene own{accept()};
  own.image = kForAmd64;
  own.signed_by("second").reported_by("release", report);
  scene.scene().gathered.parts.push_back({"linux/amd64",
                                          kForAmd64,
                                          std::make_shared<const ManifestDocument>(Manifest{}),
                                          std::make_shared<const Gathered>(own.gathered),
                                          {}});
  EXPECT_EQ(scene.verdict(), Verdict::kDeny);
  EXPECT_EQ(parts_wanted(scene.scene().policy(), repository("ghcr.io/acme/app:v1")), PartsWanted::kNever);
  scene.scene().platforms = Platforms::kEachLeaf;
  EXPECT_EQ(scene.verdict(), Verdict::kAllow);
}

TEST(EachLeaf, AsksEveryPlatformWhateverIsSaidAboutTheIndex) {
  EXPECT_EQ(both_signed(Platforms::kEachLeaf).verdict(), Verdict::kAllow);
  EXPECT_EQ(IndexScene(Platforms::kEachLeaf).signed_by("release").verdict(), Verdict::kDeny) << "no platform is known";
  IndexScene mixed(Platforms::kEachLeaf);
  mixed.signed_by("release").with("linux/amd64", kForAmd64, {"release"}).with("linux/arm64", kForArm64, {});
  EXPECT_EQ(mixed.verdict(), Verdict::kDeny);
  EXPECT_EQ(mixed.lead().reason, Reason::kPlatformNotCovered);
}

TEST(EachLeaf, IsTheSameAsAnythingElseForOneManifest) {
  Scene one(signature("release"));
  one.platforms = Platforms::kEachLeaf;
  EXPECT_EQ(one.decide().verdict(), Verdict::kDeny);
  EXPECT_EQ(one.signed_by("release").decide().verdict(), Verdict::kAllow);
}

TEST(EachLeaf, KeepsTheOutcomesOfEachPlatform) {
  std::vector<std::pair<std::string, std::string>> outcomes;
  for (const RequirementOutcome& outcome : both_signed(Platforms::kEachLeaf).decide().outcomes()) {
    outcomes.emplace_back(outcome.part, outcome.requirement);
  }
  EXPECT_THAT(outcomes, ::testing::ElementsAre(std::pair("linux/amd64", "apps/signature"),
                                               std::pair("linux/arm64", "apps/signature")));
}

TEST(IndexOnly, RefusesAManifestThatIsPulledAlone) {
  EXPECT_EQ(IndexScene(Platforms::kIndex).signed_by("release").verdict(), Verdict::kAllow);
  EXPECT_EQ(both_signed(Platforms::kIndex).verdict(), Verdict::kDeny);
  Scene one(signature("release"));
  one.platforms = Platforms::kIndex;
  const Decision decision = one.signed_by("release").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(decision.objections().front().reason, Reason::kPlatformNotCovered);
}

TEST(Platforms, MakeNoDifferenceToWhatNeedsNoEvidence) {
  for (const Platforms platforms : {Platforms::kIndex, Platforms::kEachLeaf, Platforms::kLeafOrIndex}) {
    EXPECT_EQ(IndexScene(platforms, accept()).verdict(), Verdict::kAllow);
    EXPECT_EQ(IndexScene(platforms, all_of({accept(), reject({Scene(accept()).image})})).verdict(), Verdict::kDeny);
  }
}

TEST(Platforms, DoNotTakeBackThatTheIndexIsRejected) {
  for (const Platforms platforms : {Platforms::kEachLeaf, Platforms::kLeafOrIndex}) {
    const Requirement require = all_of({signature("release"), reject({Scene(accept()).image})});
    IndexScene scene = both_signed(platforms, require);
    EXPECT_EQ(scene.verdict(), Verdict::kDeny) << to_string(platforms);
    EXPECT_EQ(scene.lead().reason, Reason::kRejectedByRule);
  }
}

TEST(Platforms, DoNotTakeBackThatOneOfThemIsRejected) {
  const Requirement require = all_of({signature("release"), reject({kForArm64})});
  EXPECT_EQ(both_signed(Platforms::kEachLeaf, require).verdict(), Verdict::kDeny);
  EXPECT_EQ(both_signed(Platforms::kLeafOrIndex, require).verdict(), Verdict::kDeny);
}

TEST(Platforms, AreCoveredByAnExceptionForTheirIndexOrForEachOfThem) {
  const auto late = [](std::vector<Digest> digests) {
    return Exemption{.id = "EX-1",
                     .digests = std::move(digests),
                     .waives = {"apps/signature"},
                     .reason = "late",
                     .approved_by = {"alice"},
                     .expires = moment("2030-01-01T00:00:00Z")};
  };
  IndexScene none(Platforms::kEachLeaf);
  none.with("linux/amd64", kForAmd64, {}).with("linux/arm64", kForArm64, {});
  none.scene().at = moment("2026-01-01T00:00:00Z");
  EXPECT_EQ(none.verdict(), Verdict::kDeny);
  none.scene().exemptions = {late({none.scene().image})};
  EXPECT_EQ(none.verdict(), Verdict::kAllow);
  none.scene().exemptions = {late({kForAmd64})};
  EXPECT_EQ(none.verdict(), Verdict::kDeny);
  none.scene().exemptions = {late({kForAmd64, kForArm64})};
  EXPECT_EQ(none.verdict(), Verdict::kAllow);
  EXPECT_EQ(none.decide().account().stands_until, moment("2030-01-01T00:00:00Z"));
}

TEST(Platforms, AreLookedAtOnlyWhereARuleAsksForThem) {
  const auto wanted = [](Platforms platforms, Requirement require) {
    Scene scene(std::move(require));
    scene.platforms = platforms;
    return parts_wanted(scene.policy(), repository("ghcr.io/acme/app:v1"));
  };
  EXPECT_EQ(wanted(Platforms::kLeafOrIndex, signature("release")), PartsWanted::kWhenNotAllowed);
  EXPECT_EQ(wanted(Platforms::kEachLeaf, signature("release")), PartsWanted::kAlways);
  EXPECT_EQ(wanted(Platforms::kIndex, signature("release")), PartsWanted::kNever);
  EXPECT_EQ(wanted(Platforms::kEachLeaf, accept()), PartsWanted::kNever);
}

}  // namespace
}  // namespace pullgate::policy
