/// baseImage by layers, and what else may be asked of a base.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/base_image.h"
#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Platform kAmd64{"linux", "amd64", ""};
const Platform kArm64{"linux", "arm64", ""};

std::vector<Digest> digests(const std::vector<std::string>& names, const std::string& before = {}) {
  std::vector<Digest> made;
  for (const std::string& name : names) made.push_back(Digest::of(before + name));
  return made;
}

/// Layers are named by what is in them; `packed` says how they travel.
ImageLayers layers(const std::vector<std::string>& names, const Platform& platform = kAmd64,
                   const std::string& packed = "gzip ") {
  return {.manifest = Digest::of("manifest"),
          .layers = digests(names, packed),
          .annotations = {},
          .config = {.platform = platform,
                     .diff_ids = digests(names),
                     .labels = {{"org.opencontainers.image.version", "12.4"}},
                     .created = "2026-05-01T00:00:00Z"}};
}

Leaf leaf(ImageLayers of) {
  return {
      .shown = of.config.platform.os + "/" + of.config.platform.architecture, .layers = std::move(of), .missing = {}};
}

Base base(std::vector<ImageLayers> images, const std::string& repository_name = "ghcr.io/acme/base/os") {
  return {.repository = repository(repository_name),
          .digest = Digest::of("base"),
          .images = std::move(images),
          .missing = {}};
}

Requirement based_on_layers(std::vector<std::string> from = {"ghcr.io/acme/base/**"}) {
  return all_of({signature("release"), base_image({BaseProof::kLayers}, std::move(from))});
}

/// Signed, of the given layers, beside a base of "os" and "libs".
Scene child(std::vector<std::string> names, Requirement require = based_on_layers()) {
  Scene scene(std::move(require));
  scene.signed_by("release");
  scene.gathered.leaves = {leaf(layers(names))};
  scene.gathered.bases = {base({layers({"os", "libs"})})};
  return scene;
}

std::string detail(const Decision& decision) {
  return decision.outcomes().back().detail;
}

Reason reason(const Decision& decision) {
  return decision.objections().front().reason;
}

TEST(BaseByLayers, ATrueChildIsProven) {
  const Decision decision = child({"os", "libs", "app"}).decide();
  ASSERT_EQ(decision.verdict(), Verdict::kAllow) << decision.objections().front().found;
  EXPECT_THAT(detail(decision), HasSubstr("is built on 'ghcr.io/acme/base/os@sha256:"));
  EXPECT_THAT(detail(decision), HasSubstr("(version 12.4, created 2026-05-01T00:00:00Z): 2 of its 3 layers"));
}

struct NoChild {
  std::string name;
  std::vector<std::string> layers;
  std::string found;
};

class NoChildOfItsBase : public testing::TestWithParam<NoChild> {};

TEST_P(NoChildOfItsBase, IsNotProven) {
  const Decision decision = child(GetParam().layers).decide();
  ASSERT_EQ(decision.verdict(), Verdict::kDeny);
  EXPECT_EQ(reason(decision), Reason::kBaseNotProven);
  EXPECT_THAT(decision.objections().front().found, HasSubstr(GetParam().found));
}

INSTANTIATE_TEST_SUITE_P(
    Layers, NoChildOfItsBase,
    testing::Values(NoChild{"Squashed", {"everything in one"}, "0 of its 2 layers"},
                    NoChild{"OfAnOlderBase", {"os", "older libs", "app"}, "1 of its 2 layers"},
                    NoChild{"Rebased", {"other os", "other libs", "app"}, "0 of its 2 layers"},
                    NoChild{"InAnotherOrder", {"libs", "os", "app"}, "0 of its 2 layers"},
                    NoChild{"OnTopOfSomethingElse", {"evil", "os", "libs", "app"}, "0 of its 2 layers"},
                    NoChild{"TheBaseItself", {"os", "libs"}, "it is that image"},
                    NoChild{"LessThanItsBase", {"os"}, "1 of its 2 layers"}),
    [](const auto& each) { return each.param.name; });

TEST(BaseByLayers, CompressionDoesNotMatter) {
  Scene scene = child({"os", "libs", "app"});
  scene.gathered.leaves = {leaf(layers({"os", "libs", "app"}, kAmd64, "zstd "))};
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
  EXPECT_THAT(detail(scene.decide()), HasSubstr("compressed anew"));
}

TEST(BaseByLayers, NothingIsProvenByABaseThatIsNotThere) {
  Scene scene = child({"os", "libs", "app"});
  scene.gathered.bases[0].images.clear();
  scene.gathered.bases[0].missing = "an image without layers";
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven);
  EXPECT_THAT(scene.decide().objections().front().found, HasSubstr("an image without layers"));
  scene.gathered.bases.clear();
  EXPECT_THAT(scene.decide().objections().front().found, HasSubstr("nothing names an allowed base"));
}

// An annotation that lies finds the base that it names, and not that base's layers.
TEST(BaseByLayers, ALyingAnnotationProvesNothing) {
  Scene scene = child({"evil", "app"});
  scene.annotated("ghcr.io/acme/base/os", Digest::of("base").text());
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven);
  scene.annotated("docker.io/evil/os", Digest::of("base").text());
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotAllowed);
}

TEST(BaseByLayers, ABaseElsewhereIsNoBase) {
  Scene scene = child({"os", "libs", "app"});
  scene.gathered.bases = {base({layers({"os", "libs"})}, "docker.io/evil/os")};
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven);
}

TEST(BaseByLayers, EveryPlatformHasToBeBuiltOnItsOwnCounterpart) {
  Scene scene = child({});
  const Base both = base({layers({"os", "libs"}), layers({"arm os", "arm libs"}, kArm64)});
  scene.gathered.bases = {both};
  scene.gathered.leaves = {leaf(layers({"os", "libs", "app"})),
                           leaf(layers({"arm os", "arm libs", "arm app"}, kArm64))};
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
  scene.gathered.leaves[1] = leaf(layers({"os", "libs", "arm app"}, kArm64));
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven) << "the layers of another platform";
  scene.gathered.leaves[1] = {.shown = "linux/arm64", .layers = std::nullopt, .missing = "not found"};
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven) << "a child that is not there yet may be anything";
  scene.gathered.leaves[1] = leaf(layers({"os", "libs", "s390x app"}, {"linux", "s390x", ""}));
  EXPECT_THAT(scene.decide().objections().front().found, HasSubstr("has no such platform"));
  scene.gathered.leaves.clear();
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven) << "an image without parts";
}

TEST(BaseByLayers, CannotBeJudgedWhileABaseCannotBeHad) {
  Scene scene = child({"os", "libs", "app"});
  scene.gathered.bases[0].images.clear();
  scene.missing();
  EXPECT_EQ(scene.decide().verdict(), Verdict::kCannotJudge);
}

Requirement asking(BaseProof proof, BaseJudgement satisfies, std::optional<std::chrono::milliseconds> max_age) {
  Requirement base = base_image({proof}, {"ghcr.io/acme/base/**"});
  std::get<BaseImageLeaf>(base.node).satisfies = satisfies;
  std::get<BaseImageLeaf>(base.node).max_age = max_age;
  return all_of({signature("release"), provenance("ci"), std::move(base)});
}

std::shared_ptr<const Decision> decided(Verdict verdict, std::optional<Time> until = std::nullopt) {
  const Decision::About about{reference("ghcr.io/acme/base/os:1"), Digest::of("base"), Digest::of("p"),
                              Digest::of("t")};
  const Objection objection{Reason::kSignerNotTrusted, "bases/signature", "signed by somebody", "sign it"};
  switch (verdict) {
    case Verdict::kAllow:
      return std::make_shared<const Decision>(Decision::allow(about, {.rule = "bases", .stands_until = until}));
    case Verdict::kCannotJudge:
      return std::make_shared<const Decision>(Decision::cannot_judge(about, {.rule = "b", .objections = {objection}}));
    case Verdict::kWarn:
    case Verdict::kDeny:
      break;
  }
  return std::make_shared<const Decision>(Decision::object(
      about,
      {.rule = "bases", .mode = verdict == Verdict::kWarn ? Mode::kWarn : Mode::kEnforce, .objections = {objection}}));
}

/// What is asked of a base is asked whichever way it is proven.
class AskedOfTheBase : public testing::TestWithParam<BaseProof> {
 protected:
  static Scene proven(BaseJudgement satisfies, std::optional<std::chrono::milliseconds> max_age) {
    Scene scene = child({"os", "libs", "app"}, asking(GetParam(), satisfies, max_age));
    scene.annotated("ghcr.io/acme/base/os", Digest::of("base").text());
    scene.attested_by("builder", Scene::built_on({{"ghcr.io/acme/base/os", "", Digest::of("base")}}));
    return scene;
  }
};

TEST_P(AskedOfTheBase, ToSatisfyThisPolicy) {
  Scene scene = proven(BaseJudgement::kThisPolicy, std::nullopt);
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven) << "nobody judged it";
  for (const Verdict verdict : {Verdict::kDeny, Verdict::kWarn}) {
    scene.gathered.bases[0].decision = decided(verdict);
    EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotAllowed);
    EXPECT_THAT(scene.decide().objections().front().found, HasSubstr("bases/signature SIGNER_NOT_TRUSTED"));
  }
  scene.gathered.bases[0].decision = decided(Verdict::kCannotJudge);
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven);
  const Time end = scene.at + std::chrono::hours(1);
  scene.gathered.bases[0].decision = decided(Verdict::kAllow, end);
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(scene.decide().account().stands_until, end) << "with the base falls what is built on it";
}

TEST_P(AskedOfTheBase, ToBeYoungEnough) {
  Scene scene = proven(BaseJudgement::kNone, std::chrono::hours(24 * 40));
  const Time end = moment("2026-05-01T00:00:00Z") + std::chrono::hours(24 * 40);
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
  EXPECT_EQ(scene.decide().account().stands_until, end);
  scene.at = end;
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseTooOld);
  scene.at = moment("2026-04-30T00:00:00Z");
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseTooOld) << "of a time that has not come";
  scene.gathered.bases[0].images[0].config.created.clear();
  EXPECT_EQ(reason(scene.decide()), Reason::kBaseNotProven);
}

INSTANTIATE_TEST_SUITE_P(Proofs, AskedOfTheBase,
                         testing::Values(BaseProof::kLayers, BaseProof::kProvenance, BaseProof::kAnnotation),
                         [](const auto& each) { return std::string(to_string(each.param)); });

TEST(BasesToSee, AreThoseThatTheRuleAllowsAndNobodyElses) {
  Scene scene(based_on_layers());
  const auto wanted = [&] {
    std::vector<std::string> names;
    for (const BaseToSee& base :
         bases_to_see(scene.policy(), scene.requested.repository, scene.document, scene.gathered)) {
      names.push_back(base.repository.text());
    }
    return names;
  };
  EXPECT_THAT(wanted(), IsEmpty());
  scene.annotated("ghcr.io/acme/base/os", Digest::of("base").text());
  EXPECT_THAT(wanted(), ElementsAre("ghcr.io/acme/base/os"));
  scene.annotated("intranet.example/secret", Digest::of("base").text());
  EXPECT_THAT(wanted(), IsEmpty()) << "an image may not send pullgate anywhere";
  scene.attested_by("release", Scene::built_on({{"ghcr.io/acme/base/java", "", Digest::of("java")},
                                                {"ghcr.io/acme/base/undated", "", std::nullopt},
                                                {"docker.io/evil/os", "", Digest::of("os")}}));
  EXPECT_THAT(wanted(), ElementsAre("ghcr.io/acme/base/java"));
  ImageLayers of_a_child = layers({"os", "app"});
  of_a_child.annotations = {{"org.opencontainers.image.base.name", "ghcr.io/acme/base/child"},
                            {"org.opencontainers.image.base.digest", Digest::of("c").text()}};
  scene.gathered.leaves = {leaf(of_a_child)};
  EXPECT_THAT(wanted(), Contains("ghcr.io/acme/base/child"));
  verify::Statement enclosed;
  enclosed.provenance = Scene::built_on({{"ghcr.io/acme/base/enclosed", "", Digest::of("e")}});
  scene.gathered.enclosed.statements.push_back({Digest::of("a platform"), "a place", enclosed, {}});
  EXPECT_THAT(wanted(), Contains("ghcr.io/acme/base/enclosed"));
}

// Under a public trust root everybody can have verified evidence: naming bases must not crowd out those that are meant.
TEST(BasesToSee, AreNotNamedByStrangersNorInTheirOrder) {
  Scene scene(based_on_layers());
  scene.annotated("ghcr.io/acme/base/os", Digest::of("base").text());
  std::vector<verify::ImageMaterial> many;
  for (int i = 0; i < 100; ++i) many.push_back({"ghcr.io/acme/base/a", "", Digest::of(std::to_string(i))});
  scene.attested_by("stranger", Scene::built_on(many));
  const auto seen = [&] {
    return bases_to_see(scene.policy(), scene.requested.repository, scene.document, scene.gathered);
  };
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_EQ(seen()[0].repository.text(), "ghcr.io/acme/base/os");
  scene.attested_by("release", Scene::built_on(many));
  EXPECT_EQ(seen()[0].repository.text(), "ghcr.io/acme/base/os") << "what the image says comes first";
  EXPECT_LT(seen().size(), 100U);
}

// A gap about a base is none of the evidence about the image.
TEST(BaseByLayers, AGapOfABaseEndsNoAttestation) {
  Scene scene = child({"os", "libs", "app"});
  scene.gathered.base_gaps.push_back({"base image x", Reason::kUpstreamUnreachable, "refused", std::nullopt});
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
  scene.gathered.bases.clear();
  EXPECT_EQ(scene.decide().verdict(), Verdict::kCannotJudge);
}

// Whoever looks for a network fault, mends it and then learns that the image was never signed has been misled.
TEST(BaseByLayers, AGapOfABaseExcusesNoMissingSignature) {
  Scene scene(all_of({signature("release"), based_on_layers()}));
  scene.gathered.base_gaps.push_back({"base image x", Reason::kUpstreamUnreachable, "refused", std::nullopt});
  EXPECT_EQ(scene.decide().verdict(), Verdict::kDeny);
  EXPECT_EQ(scene.decide().objections().front().reason, Reason::kNoEvidence);
  EXPECT_EQ(scene.signed_by("release").decide().verdict(), Verdict::kCannotJudge);
}

TEST(BasesWanted, FollowsFromTheEntriesThatApply) {
  Scene scene(signature("release"));
  const auto wanted = [&] { return bases_wanted(scene.policy(), scene.requested.repository); };
  EXPECT_FALSE(wanted().layers || wanted().decisions);
  scene.baseline = {rule("based", {"**"}, base_image({BaseProof::kLayers}, {"ghcr.io/acme/base/**"}))};
  EXPECT_TRUE(wanted().layers);
  EXPECT_FALSE(wanted().decisions);
  std::get<BaseImageLeaf>(scene.baseline[0].require.node).satisfies = BaseJudgement::kThisPolicy;
  EXPECT_TRUE(wanted().decisions);
  EXPECT_TRUE(is_possible_base(scene.policy(), repository("ghcr.io/acme/base/os")));
  EXPECT_FALSE(is_possible_base(scene.policy(), repository("ghcr.io/acme/app")));
}

// Layers prove what is below, and nothing about what is on top of it.
TEST(BaseByLayers, IsNoEvidenceByItself) {
  auto made = contents({}, {}, {rule("apps", {"ghcr.io/**"}, base_image({BaseProof::kLayers}, {"ghcr.io/base/**"}))});
  const auto conflicts = PolicySet::conflicts(made);
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_THAT(conflicts[0].message, HasSubstr("without any evidence"));
}

}  // namespace
}  // namespace pullgate::policy
