#include "proxy/pull/seen_bases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Digest> stack(const std::vector<std::string>& layers) {
  std::vector<Digest> diff_ids;
  for (const std::string& layer : layers) diff_ids.push_back(Digest::of(layer));
  return diff_ids;
}

policy::BaseToSee base_image(const std::string& name) {
  return {Repository::parse("registry.test", "base/" + name).value(), Digest::of(name)};
}

// OCI image-spec "config", "Layer ChainID": the first is the layer's own, the next the digest of "chain layer".
TEST(ChainIds, AreThoseOfTheSpecification) {
  const std::string a = Digest::of("a").text();
  const std::string b = Digest::of("b").text();
  const std::string c = Digest::of("c").text();
  const std::string ab = Digest::of(a + " " + b).text();
  std::vector<std::string> shown;
  for (const Digest& id : chain_ids(stack({"a", "b", "c"}))) shown.push_back(id.text());
  EXPECT_THAT(shown, ElementsAre(a, ab, Digest::of(ab + " " + c).text()));
  EXPECT_THAT(chain_ids({}), IsEmpty());
}

TEST(SeenBases, AreThoseBelowAnImageAndNotTheImageItself) {
  SeenBases seen(10);
  seen.learn(stack({"os"}), base_image("os"));
  seen.learn(stack({"os", "java"}), base_image("java"));
  seen.learn(stack({"java", "os"}), base_image("turned"));
  seen.learn(stack({"os", "java", "app"}), base_image("app"));
  EXPECT_THAT(seen.below(stack({"os", "java", "app"}), 10), ElementsAre(base_image("java"), base_image("os")));
  EXPECT_THAT(seen.below(stack({"os"}), 10), IsEmpty());
  EXPECT_THAT(seen.below({}, 10), IsEmpty());
}

// Whoever may push to a base's repository can push the same layers again and again.
TEST(SeenBases, KeepOnlySoManyOfTheSameLayers) {
  SeenBases seen(1000);
  for (int i = 0; i < 100; ++i) seen.learn(stack({"os"}), base_image(std::to_string(i)));
  EXPECT_EQ(seen.below(stack({"os", "app"}), 1000).size(), SeenBases::kAlike);
  EXPECT_EQ(seen.below(stack({"os", "app"}), 3).size(), 3U);
}

TEST(SeenBases, ForgetWhatWasNotSeenForLongest) {
  SeenBases seen(2);
  seen.learn(stack({"a"}), base_image("a"));
  seen.learn(stack({"b"}), base_image("b"));
  seen.learn(stack({"a"}), base_image("a"));
  seen.learn(stack({"c"}), base_image("c"));
  EXPECT_THAT(seen.below(stack({"a", "x"}), 10), ElementsAre(base_image("a")));
  EXPECT_THAT(seen.below(stack({"b", "x"}), 10), IsEmpty());
  EXPECT_THAT(seen.below(stack({"c", "x"}), 10), ElementsAre(base_image("c")));
}

}  // namespace
}  // namespace pullgate::proxy
