#include "policy/image_leaf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ImageLeaf with_digests(std::vector<Digest> digests) {
  ImageLeaf leaf;
  leaf.digests = std::move(digests);
  return leaf;
}
ImageLeaf with_tags(const std::vector<std::string>& globs) {
  ImageLeaf leaf;
  for (const std::string& text : globs) leaf.tags.push_back(glob_pattern(text));
  return leaf;
}
ImageLeaf with_annotation(const std::string& key, std::string_view glob) {
  ImageLeaf leaf;
  leaf.annotations.emplace(key, glob_pattern(glob));
  return leaf;
}

Scene scene(ImageLeaf leaf) {
  return Scene(all_of({{std::move(leaf)}, accept()}));
}
Scene with_annotations(ImageLeaf leaf, std::map<std::string, std::string> annotations) {
  Scene made = scene(std::move(leaf));
  std::get<Manifest>(made.document).annotations = std::move(annotations);
  return made;
}
bool is_met(const Scene& made) {
  return made.decide().verdict() == Verdict::kAllow;
}

TEST(ImageLeaf, HoldsTheDigestAgainstTheList) {
  EXPECT_TRUE(is_met(scene(with_digests({Digest::of("x"), Digest::of("an image")}))));
  const Decision decision = scene(with_digests({Digest::of("x")})).decide();
  EXPECT_EQ(lead(decision), Reason::kConditionFalse);
  EXPECT_THAT(decision.objections().at(0).found, HasSubstr(Digest::of("an image").text()));
}

TEST(ImageLeaf, HoldsTheTagAgainstTheGlobs) {
  EXPECT_TRUE(is_met(scene(with_tags({"v*"}))));
  EXPECT_TRUE(is_met(scene(with_tags({"stable", "v1.?", "v1.0"}))));
  const Decision decision = scene(with_tags({"stable", "1.*"})).decide();
  EXPECT_EQ(lead(decision), Reason::kConditionFalse);
  EXPECT_THAT(decision.objections().at(0).found, HasSubstr("the tag is 'v1.0'"));
  EXPECT_THAT(decision.objections().at(0).remedy, HasSubstr("'stable', '1.*'"));
  Scene by_digest = scene(with_tags({"**"}));
  by_digest.requested = reference("ghcr.io/acme/app@" + Digest::of("an image").text());
  EXPECT_THAT(by_digest.decide().objections().at(0).found, HasSubstr("without a tag"));
}

TEST(ImageLeaf, HoldsAnnotationsAgainstGlobs) {
  EXPECT_TRUE(is_met(with_annotations(with_annotation("team", "app-*"), {{"team", "app-1"}, {"other", "x"}})));
  EXPECT_FALSE(is_met(with_annotations(with_annotation("team", "app-*"), {{"team", "ops"}})));
  EXPECT_FALSE(is_met(with_annotations(with_annotation("team", "**"), {{"Team", "app-1"}})));
  EXPECT_FALSE(is_met(scene(with_annotation("team", "**"))));
  ImageLeaf both = with_annotation("team", "*");
  both.annotations.emplace("tier", glob_pattern("gold"));
  EXPECT_FALSE(is_met(with_annotations(both, {{"team", "app"}})));
  EXPECT_TRUE(is_met(with_annotations(both, {{"team", "app"}, {"tier", "gold"}})));
}

TEST(ImageLeaf, NeedsAllThatIsGiven) {
  ImageLeaf leaf = with_tags({"v1.0"});
  leaf.digests = {Digest::of("x")};
  EXPECT_FALSE(is_met(scene(leaf)));
  leaf.digests = {Digest::of("an image")};
  EXPECT_TRUE(is_met(scene(leaf)));
}

/// What nobody proved never opens anything, and nothing that is found later changes it.
TEST(ImageLeaf, OnlyNarrows) {
  const auto messages = [](Requirement require) {
    auto made = contents({attestor("release")}, {}, {rule("apps", {"ghcr.io/acme/**"}, std::move(require))});
    std::vector<std::string> texts;
    for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) {
      if (conflict.kind == PolicySet::Conflict::Kind::kRequirement) texts.push_back(conflict.message);
    }
    return texts;
  };
  const ImageLeaf leaf = with_tags({"v*"});
  EXPECT_THAT(messages({leaf}), ElementsAre(HasSubstr("without any evidence")));
  EXPECT_THAT(messages(any_of({signature("release"), {leaf}})), ElementsAre(HasSubstr("without any evidence")));
  EXPECT_THAT(messages(all_of({{leaf}, reject({Digest::of("bad")})})), ElementsAre(HasSubstr("without any evidence")));
  EXPECT_THAT(messages(all_of({{leaf}, signature("release")})), IsEmpty());
  EXPECT_THAT(messages(all_of({{leaf}, accept()})), IsEmpty());
  EXPECT_THAT(messages(all_of({{ImageLeaf{}}, accept()})), ElementsAre(HasSubstr("says nothing about the image")));
  Scene gappy(all_of({{with_tags({"x"})}, signature("release")}));
  EXPECT_EQ(gappy.missing().decide().verdict(), Verdict::kDeny);
}

TEST(ImageLeaf, NeedsNoEvidence) {
  const Scene made = scene(with_tags({"v*"}));
  EXPECT_FALSE(needs_evidence(made.policy(), made.requested.repository));
  EXPECT_TRUE(
      needs_evidence(Scene(all_of({{with_tags({"v*"})}, signature("release")})).policy(), made.requested.repository));
}

}  // namespace
}  // namespace pullgate::policy
