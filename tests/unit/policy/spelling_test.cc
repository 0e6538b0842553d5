#include "policy/spelling.h"

#include <gtest/gtest.h>

namespace pullgate::policy {
namespace {

TEST(Spelling, FindsTheNearestWord) {
  const std::vector<std::string> words = {"attestors", "builders", "rules", "allOf"};
  EXPECT_EQ(nearest_spelling("atestors", words), "attestors");
  EXPECT_EQ(nearest_spelling("attestor", words), "attestors");
  EXPECT_EQ(nearest_spelling("ruels", words), "rules");
  EXPECT_EQ(nearest_spelling("allof", words), "allOf");
  EXPECT_EQ(nearest_spelling("ALLOF", words), "allOf");
}

TEST(Spelling, GuessesNothingThatIsFarAway) {
  EXPECT_EQ(nearest_spelling("zebra", {"attestors", "rules"}), std::nullopt);
  EXPECT_EQ(nearest_spelling("", {"a"}), std::nullopt);
  EXPECT_EQ(nearest_spelling(std::string(5000, 'a'), {std::string(5000, 'a')}), std::nullopt);
  EXPECT_EQ(nearest_spelling("x", {}), std::nullopt);
}

TEST(Spelling, MakesASentence) {
  EXPECT_EQ(did_you_mean("ruels", {"rules"}), "; did you mean 'rules'?");
  EXPECT_EQ(did_you_mean("zebra", {"rules"}), "");
}

TEST(Spelling, ListsWhatThereIsWhereNothingIsNear) {
  EXPECT_EQ(there_are({}), "");
  EXPECT_EQ(there_are({"a"}), "; there is a");
  EXPECT_EQ(there_are({"a", "b", "c", "d", "e", "f", "g", "h"}), "; there are a, b, c, d, e, f, g, h");
  EXPECT_EQ(there_are({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}),
            "; there are a, b, c, d, e, f, g, h and 2 more");
  EXPECT_EQ(nearest_or_all("relaese", {"release", "other"}), "; did you mean 'release'?");
  EXPECT_EQ(nearest_or_all("nobody", {"release", "other"}), "; there are release, other");
}

}  // namespace
}  // namespace pullgate::policy
