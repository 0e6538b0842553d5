#include "policy/words.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

TEST(Words, NameEveryRequirementInTheOrderOfTheFile) {
  PolicySet::Contents contents{.attestors = {attestor("release"), attestor("other")},
                               .builders = {},
                               .rules = {},
                               .generation = Digest::of("policy")};
  Rule rule{.name = "apps", .scopes = {scope("**")}, .require = {}, .message = {}};
  rule.require = all_of({signature("release"), threshold(2, {signature("release"), signature("other")}),
                         base_image({BaseProof::kAnnotation}, {"ghcr.io/base/**"})});
  contents.rules = {std::move(rule)};
  const auto policy = PolicySet::make(std::move(contents));
  ASSERT_TRUE(policy.has_value());
  const auto words = in_words(policy->rules()[0], *policy, reference("ghcr.io/acme/app:1.0"));
  ASSERT_EQ(words.size(), 6U);
  EXPECT_EQ(words[0].requirement, "apps/allOf");
  EXPECT_EQ(words[0].text, "all of these");
  EXPECT_EQ(words[1].requirement, "apps/allOf[0]/signature");
  EXPECT_EQ(words[1].depth, 1U);
  EXPECT_EQ(words[1].text, "a signature with " + verify::describe(key("release")) + " of attestor 'release'");
  EXPECT_EQ(words[2].text, "2 of these 2, each by somebody else");
  EXPECT_EQ(words[4].requirement, "apps/allOf[1]/threshold[1]/signature");
  EXPECT_EQ(words[4].depth, 2U);
  EXPECT_EQ(words[5].text, "a base image, proven by annotation, from ghcr.io/base/**");
}

}  // namespace
}  // namespace pullgate::policy
