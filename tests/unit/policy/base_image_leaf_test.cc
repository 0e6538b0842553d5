#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;

const std::string kGood = "ghcr.io/base/os";
const std::string kBad = "ghcr.io/sandbox/os";
const std::vector<std::string> kFrom = {"ghcr.io/base/**"};

Requirement by_annotation() {
  return all_of({signature("release"), base_image({BaseProof::kAnnotation}, kFrom)});
}
Requirement by_provenance() {
  return all_of({provenance("ci"), base_image({BaseProof::kProvenance}, kFrom)});
}
Requirement by_both() {
  return all_of(
      {signature("release"), provenance("ci"), base_image({BaseProof::kAnnotation, BaseProof::kProvenance}, kFrom)});
}

verify::ImageMaterial material(std::string name, std::optional<Digest> digest = {}) {
  return {std::move(name), "", digest};
}

/// The reason of the baseImage leaf alone.
std::optional<Reason> base_reason(const Decision& decision) {
  for (const Objection& objection : decision.objections()) {
    if (objection.requirement.ends_with("baseImage")) return objection.reason;
  }
  return std::nullopt;
}

TEST(BaseByAnnotation, CountsWhenTheManifestIsSigned) {
  EXPECT_EQ(Scene(by_annotation()).annotated(kGood + ":1").signed_by("release").decide().verdict(), Verdict::kAllow);
}

TEST(BaseByAnnotation, CountsForNothingUnlessSigned) {
  const Decision decision = Scene(by_annotation()).annotated(kGood + ":1").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(base_reason(decision), Reason::kBaseNotProven);
}

TEST(BaseByAnnotation, CountsForNothingWhenOthersSigned) {
  EXPECT_EQ(base_reason(Scene(by_annotation()).annotated(kGood).signed_by("elsewhere").decide()),
            Reason::kBaseNotProven);
  EXPECT_EQ(base_reason(Scene(by_annotation()).annotated(kGood).signed_by("stranger").decide()),
            Reason::kBaseNotProven);
  // An attestation by the right key is not a signature of the image.
  EXPECT_EQ(base_reason(Scene(by_annotation()).annotated(kGood).attested_by("release").decide()),
            Reason::kBaseNotProven);
}

TEST(BaseByAnnotation, IsVouchedForByABuilderOfTheRule) {
  const Requirement require = all_of({provenance("ci"), base_image({BaseProof::kAnnotation}, kFrom)});
  EXPECT_EQ(Scene(require).annotated(kGood).attested_by("builder").decide().verdict(), Verdict::kAllow);
  verify::Provenance other = Scene::built();
  other.builder_id = "https://laptop.acme.example/make";
  EXPECT_EQ(base_reason(Scene(require).annotated(kGood).attested_by("builder", other).decide()),
            Reason::kBaseNotProven);
}

TEST(BaseByAnnotation, MustBeAllowedWhoeverSigned) {
  const Decision decision = Scene(by_annotation()).annotated(kBad).signed_by("release").decide();
  EXPECT_EQ(lead(decision), Reason::kBaseNotAllowed);
  EXPECT_THAT(decision.objections()[0].found, HasSubstr(kBad));
  EXPECT_THAT(decision.objections()[0].remedy, HasSubstr("ghcr.io/base/**"));
}

TEST(BaseByAnnotation, ThatIsMissingProvesNothing) {
  EXPECT_EQ(base_reason(Scene(by_annotation()).signed_by("release").decide()), Reason::kBaseNotProven);
}

TEST(BaseByAnnotation, ThatCannotBeReadIsNotAllowed) {
  for (const std::string name : {"", "ghcr.io/base/../x", "ghcr.io/Base/os", "ghcr.io/base/os:"}) {
    Scene scene(by_annotation());
    std::get<Manifest>(scene.document).annotations["org.opencontainers.image.base.name"] = name;
    EXPECT_EQ(base_reason(scene.signed_by("release").decide()), Reason::kBaseNotAllowed) << name;
  }
  EXPECT_EQ(base_reason(Scene(by_annotation()).annotated(kGood, "sha256:XYZ").signed_by("release").decide()),
            Reason::kBaseNotAllowed);
}

TEST(BaseByAnnotation, MayNotContradictItself) {
  EXPECT_EQ(base_reason(Scene(by_annotation())
                            .annotated(kGood + "@" + Digest::of("one").text(), Digest::of("two").text())
                            .signed_by("release")
                            .decide()),
            Reason::kBaseNotAllowed);
}

TEST(BaseByAnnotation, IsReadFromAnIndexToo) {
  Scene scene(by_annotation());
  Index index;
  index.annotations["org.opencontainers.image.base.name"] = kGood;
  scene.document = index;
  EXPECT_EQ(scene.signed_by("release").decide().verdict(), Verdict::kAllow);
  index.annotations["org.opencontainers.image.base.name"] = kBad;
  scene.document = index;
  EXPECT_EQ(lead(scene.decide()), Reason::kBaseNotAllowed);
}

TEST(BaseByAnnotation, KnowsDockerHubByItsShortNames) {
  const Requirement require =
      all_of({signature("release"), base_image({BaseProof::kAnnotation}, {"docker.io/library/*"})});
  EXPECT_EQ(Scene(require).annotated("alpine:3").signed_by("release").decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(base_reason(Scene(require).annotated("evil/alpine:3").signed_by("release").decide()),
            Reason::kBaseNotAllowed);
}

TEST(BaseByDigest, IsAllowedWhateverItsName) {
  const Digest base = Digest::of("base");
  const Requirement require = all_of({signature("release"), base_image({BaseProof::kAnnotation}, {}, {base})});
  EXPECT_EQ(Scene(require).annotated(kBad, base.text()).signed_by("release").decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(Scene(require).annotated("", base.text()).signed_by("release").decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(base_reason(Scene(require).annotated("", Digest::of("other").text()).signed_by("release").decide()),
            Reason::kBaseNotAllowed);
  EXPECT_EQ(base_reason(Scene(require).annotated(kGood).signed_by("release").decide()), Reason::kBaseNotAllowed);
}

TEST(BaseByProvenance, CountsWhenABuilderOfTheRuleSaysSo) {
  EXPECT_EQ(Scene(by_provenance()).attested_by("builder", Scene::built_on({material(kGood)})).decide().verdict(),
            Verdict::kAllow);
}

TEST(BaseByProvenance, NeedsTheBuildersKeyAndId) {
  EXPECT_EQ(base_reason(Scene(by_provenance()).attested_by("elsewhere", Scene::built_on({material(kGood)})).decide()),
            Reason::kBaseNotProven);
  verify::Provenance other = Scene::built_on({material(kGood)});
  other.builder_id = "https://laptop.acme.example/make";
  EXPECT_EQ(base_reason(Scene(by_provenance()).attested_by("builder", other).decide()), Reason::kBaseNotProven);
}

TEST(BaseByProvenance, IsTheBuildersWordNotTheReleaseTeams) {
  // Where the rule names a builder, whoever may sign releases cannot overrule what the build system recorded.
  const Requirement require =
      all_of({signature("release"), provenance("ci"), base_image({BaseProof::kProvenance}, kFrom)});
  EXPECT_EQ(lead(Scene(require)
                     .signed_by("release")
                     .attested_by("builder", Scene::built_on({material(kBad)}))
                     .attested_by("release", Scene::built_on({material(kGood)}))
                     .decide()),
            Reason::kBaseNotAllowed);
}

TEST(BaseByProvenance, IsTheSignersWordWhereNoBuilderIsNamed) {
  const Requirement require = all_of({signature("release"), base_image({BaseProof::kProvenance}, kFrom)});
  const verify::Provenance made = Scene::built_on({material(kGood)});
  EXPECT_EQ(Scene(require).signed_by("release").attested_by("release", made).decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(base_reason(Scene(require).signed_by("release").attested_by("elsewhere", made).decide()),
            Reason::kBaseNotProven);
}

TEST(BaseByProvenance, NeedsEveryImageToBeAllowed) {
  const Decision decision =
      Scene(by_provenance()).attested_by("builder", Scene::built_on({material(kGood), material(kBad)})).decide();
  EXPECT_EQ(lead(decision), Reason::kBaseNotAllowed);
  EXPECT_THAT(decision.objections()[0].found, HasSubstr(kBad));
}

TEST(BaseByProvenance, ThatNamesNoBaseProvesNothing) {
  EXPECT_EQ(base_reason(Scene(by_provenance()).attested_by("builder").decide()), Reason::kBaseNotProven);
}

TEST(BaseByProvenance, KnownByDigestAloneMustMatchADigest) {
  const Digest base = Digest::of("base");
  const Requirement require = all_of({provenance("ci"), base_image({BaseProof::kProvenance}, kFrom, {base})});
  EXPECT_EQ(Scene(require).attested_by("builder", Scene::built_on({material("", base)})).decide().verdict(),
            Verdict::kAllow);
  EXPECT_EQ(lead(Scene(require).attested_by("builder", Scene::built_on({material("", Digest::of("other"))})).decide()),
            Reason::kBaseNotAllowed);
}

TEST(BaseImage, NeedsEveryListedProof) {
  const verify::Provenance good = Scene::built_on({material(kGood)});
  EXPECT_EQ(Scene(by_both()).annotated(kGood).signed_by("release").attested_by("builder", good).decide().verdict(),
            Verdict::kAllow);
  EXPECT_EQ(base_reason(Scene(by_both()).signed_by("release").attested_by("builder", good).decide()),
            Reason::kBaseNotProven);
  EXPECT_EQ(base_reason(Scene(by_both()).annotated(kGood).signed_by("release").attested_by("builder").decide()),
            Reason::kBaseNotProven);
}

TEST(BaseImage, LetsNoProofOutvoteAnother) {
  // A lying annotation beside honest provenance, and the reverse.
  EXPECT_EQ(lead(Scene(by_both())
                     .annotated(kGood)
                     .signed_by("release")
                     .attested_by("builder", Scene::built_on({material(kBad)}))
                     .decide()),
            Reason::kBaseNotAllowed);
  EXPECT_EQ(lead(Scene(by_both())
                     .annotated(kBad)
                     .signed_by("release")
                     .attested_by("builder", Scene::built_on({material(kGood)}))
                     .decide()),
            Reason::kBaseNotAllowed);
}

TEST(BaseImage, IsDeniedForGoodWhereTheManifestItselfIsWrong) {
  EXPECT_EQ(Scene(by_annotation()).annotated(kBad).missing().decide().verdict(), Verdict::kDeny);
  EXPECT_EQ(Scene(by_annotation()).annotated(kGood).missing().decide().verdict(), Verdict::kCannotJudge);
}

// A builder that many may call signs for each of them: a second statement about the same digest, from somebody else's
// source, must not say what the first one would not.
TEST(BaseImage, IsNotNamedByProvenanceThatTheRuleWouldNotTake) {
  ProvenanceLeaf of_ours;
  of_ours.builder = "ci";
  of_ours.source = SourceRequirement{};
  of_ours.source->repository = text_template(kSourceRepository);
  const auto decide = [&](const std::string& second_source) {
    Scene scene(all_of({{of_ours}, base_image({BaseProof::kProvenance}, {"ghcr.io/acme/base/**"})}));
    scene.attested_by("builder", Scene::built_on({{"docker.io/evil/os", "", std::nullopt}}));
    verify::Provenance second = Scene::built_on({{"ghcr.io/acme/base/os", "", std::nullopt}});
    second.source->repository = second_source;
    return scene.attested_by("builder", second).decide();
  };
  EXPECT_EQ(decide(kSourceRepository).verdict(), Verdict::kAllow);
  const Decision denied = decide("https://github.com/mallory/app");
  ASSERT_EQ(denied.verdict(), Verdict::kDeny);
  EXPECT_EQ(denied.objections().front().reason, Reason::kBaseNotAllowed);
}

}  // namespace
}  // namespace pullgate::policy
