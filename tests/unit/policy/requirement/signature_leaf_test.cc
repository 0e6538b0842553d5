/// What a signature says about the image, beside that it is by the right signer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;

SignatureLeaf named(SignedIdentity identity) {
  SignatureLeaf leaf{"release"};
  leaf.signed_identity = std::move(identity);
  return leaf;
}

SignatureLeaf annotated(std::map<std::string, std::string> annotations) {
  SignatureLeaf leaf{"release"};
  leaf.annotations = std::move(annotations);
  return leaf;
}

Decision decided(SignatureLeaf leaf, std::optional<std::string> name,
                 std::map<std::string, std::string> annotations = {}, std::string_view who = "release") {
  Scene scene({std::move(leaf)});
  scene.add({key(who)}, verify::ImageSignature{std::move(name), std::move(annotations)}, scene.image);
  return scene.decide();
}

TEST(SignatureLeaf, AsksForNoNameUnlessItIsTold) {
  for (const std::optional<std::string>& name : {std::optional<std::string>(), std::optional<std::string>("x.io/y")}) {
    EXPECT_EQ(decided(SignatureLeaf{"release"}, name).verdict(), Verdict::kAllow);
  }
}

TEST(SignatureLeaf, RefusesASignatureUnderAnotherName) {
  EXPECT_EQ(decided(named(MatchExact{}), "ghcr.io/acme/app:v1.0").verdict(), Verdict::kAllow);
  const Decision decision = decided(named(MatchExact{}), "ghcr.io/acme/app:v0.9");
  EXPECT_EQ(lead(decision), Reason::kNameMismatch);
  EXPECT_THAT(decision.objections().at(0).found, HasSubstr("signed as 'ghcr.io/acme/app:v0.9' by attestor 'release'"));
  EXPECT_EQ(decision.objections().at(0).remedy, "sign it as 'ghcr.io/acme/app:v1.0'");
  EXPECT_EQ(lead(decided(named(MatchRepository{}), "ghcr.io/acme/other")), Reason::kNameMismatch);
  EXPECT_EQ(decided(named(MatchRepository{}), "ghcr.io/acme/app").verdict(), Verdict::kAllow);
}

/// Newer forms of signatures say nothing about a name, and so nothing that could be the right one.
TEST(SignatureLeaf, RefusesASignatureWithoutAName) {
  const Decision decision = decided(named(MatchRepository{}), std::nullopt);
  EXPECT_EQ(lead(decision), Reason::kNameMismatch);
  EXPECT_THAT(decision.objections().at(0).found, HasSubstr("signed without a name"));
}

TEST(SignatureLeaf, TakesTheRightNameFromTheRightSignerOnly) {
  EXPECT_EQ(lead(decided(named(MatchExact{}), "ghcr.io/acme/app:v1.0", {}, "stranger")), Reason::kSignerNotTrusted);
  Scene apart({named(MatchExact{})});
  apart.add({key("release")}, verify::ImageSignature{"ghcr.io/acme/app:v0.9", {}}, apart.image);
  apart.add({key("stranger")}, verify::ImageSignature{"ghcr.io/acme/app:v1.0", {}}, apart.image);
  EXPECT_EQ(lead(apart.decide()), Reason::kNameMismatch);
  apart.add({key("release")}, verify::ImageSignature{"ghcr.io/acme/app:v1.0", {}}, apart.image);
  EXPECT_EQ(apart.decide().verdict(), Verdict::kAllow);
}

TEST(SignatureLeaf, NeedsEveryAnnotation) {
  const SignatureLeaf leaf = annotated({{"release", "1.0"}, {"tested", "yes"}});
  EXPECT_EQ(decided(leaf, std::nullopt, {{"release", "1.0"}, {"tested", "yes"}, {"more", "x"}}).verdict(),
            Verdict::kAllow);
  const Decision absent = decided(leaf, std::nullopt, {{"release", "1.0"}});
  EXPECT_EQ(lead(absent), Reason::kConditionFalse);
  EXPECT_THAT(absent.objections().at(0).found, HasSubstr("the annotation 'tested' is absent in the signature by"));
  EXPECT_THAT(decided(leaf, std::nullopt, {{"release", "1.1"}, {"tested", "yes"}}).objections().at(0).found,
              HasSubstr("the annotation 'release' is '1.1'"));
  EXPECT_EQ(lead(decided(leaf, std::nullopt, {{"Release", "1.0"}, {"tested", "yes"}})), Reason::kConditionFalse);
  // Not half of it in one signature and half in another.
  Scene halves({leaf});
  halves.add({key("release")}, verify::ImageSignature{std::nullopt, {{"release", "1.0"}}}, halves.image);
  halves.add({key("release")}, verify::ImageSignature{std::nullopt, {{"tested", "yes"}}}, halves.image);
  EXPECT_EQ(lead(halves.decide()), Reason::kConditionFalse);
}

TEST(SignatureLeaf, CountsOnlyWhatSaysTheRightThingInThresholds) {
  const Requirement both = threshold(2, {{named(MatchExact{})}, signature("second")});
  Scene scene(both);
  scene.signed_by("second");
  scene.add({key("release")}, verify::ImageSignature{"ghcr.io/acme/app:v0.9", {}}, scene.image);
  EXPECT_EQ(lead(scene.decide()), Reason::kNameMismatch);
  scene.add({key("release")}, verify::ImageSignature{"ghcr.io/acme/app:v1.0", {}}, scene.image);
  EXPECT_EQ(scene.decide().verdict(), Verdict::kAllow);
}

}  // namespace
}  // namespace pullgate::policy
