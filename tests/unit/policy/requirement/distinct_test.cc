#include "policy/requirement/distinct.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

TEST(DistinctAttestors, NobodyIsZero) {
  EXPECT_EQ(distinct_attestors({}), 0U);
}

TEST(DistinctAttestors, CountsAnAttestorOnceWhateverKeysItUsed) {
  EXPECT_EQ(distinct_attestors({{"a", key("1")}, {"a", key("2")}, {"a", key("1")}}), 1U);
}

TEST(DistinctAttestors, CountsASignerOnceWhateverAttestorsItBelongsToCve20206174Cve202015093Cve20266966) {
  EXPECT_EQ(distinct_attestors({{"a", key("1")}, {"b", key("1")}, {"c", key("1")}}), 1U);
}

TEST(DistinctAttestors, FindsTheBestWayToCount) {
  // b has only key 1; a must be counted by key 2 although it also has key 1.
  EXPECT_EQ(distinct_attestors({{"a", key("1")}, {"a", key("2")}, {"b", key("1")}}), 2U);
  EXPECT_EQ(distinct_attestors(
                {{"a", key("1")}, {"a", key("2")}, {"b", key("1")}, {"b", key("3")}, {"c", key("1")}, {"d", key("2")}}),
            3U);
}

}  // namespace
}  // namespace pullgate::policy
