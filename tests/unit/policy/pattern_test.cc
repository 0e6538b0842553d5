#include "policy/pattern.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"
#include "verify/limits.h"

namespace pullgate::policy {
namespace {

bool glob_matches(std::string_view pattern, std::string_view text) {
  return glob_pattern(pattern).matches(text);
}
bool expression_matches(std::string_view pattern, std::string_view text) {
  return TextPattern::regular_expression(pattern).value().matches(text);
}

TEST(TextPattern, ExactlyMeansEveryByte) {
  const TextPattern pattern = TextPattern::exactly("https://github.com/acme/*");
  EXPECT_TRUE(pattern.matches("https://github.com/acme/*"));
  EXPECT_FALSE(pattern.matches("https://github.com/acme/app"));
  EXPECT_FALSE(pattern.matches("https://github.com/Acme/*"));
  EXPECT_FALSE(pattern.matches("https://github.com/acme/* "));
}

TEST(TextPattern, StarStopsAtSlashAndAt) {
  const std::string pattern = "https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*";
  EXPECT_TRUE(glob_matches(pattern, "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1"));
  EXPECT_FALSE(glob_matches(pattern, "https://github.com/acme/app/evil/.github/workflows/release.yml@refs/tags/v1"));
  EXPECT_FALSE(glob_matches(pattern, "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1/x"));
  // A workflow of another ref whose name continues as the pattern does.
  EXPECT_FALSE(glob_matches("https://x/*@refs/tags/*", "https://x/w@refs/heads/evil@refs/tags/v1"));
}

TEST(TextPattern, GlobsAreAnchoredAtBothEnds) {
  EXPECT_FALSE(glob_matches("https://github.com/acme/*", "https://evil.example/?https://github.com/acme/app"));
  EXPECT_FALSE(glob_matches("https://github.com/acme/*", "xhttps://github.com/acme/app"));
  EXPECT_FALSE(glob_matches("https://github.com/acme/app", "https://github.com/acme/app-evil"));
  EXPECT_FALSE(glob_matches("https://github.com/acme/", "https://github.com/acme/app"));
}

TEST(TextPattern, EveryOtherCharacterStandsForItself) {
  EXPECT_FALSE(glob_matches("https://github.com/acme/*", "https://githubXcom/acme/app"));
  EXPECT_FALSE(glob_matches("a?c", "abc"));
  EXPECT_FALSE(glob_matches("[ab]", "a"));
  EXPECT_TRUE(glob_matches("[ab]+(x|y)\\{n}", "[ab]+(x|y)\\{n}"));
}

TEST(TextPattern, DoubleStarCrossesEverything) {
  EXPECT_TRUE(glob_matches("https://ci.example/**", "https://ci.example/a/b@c"));
  EXPECT_TRUE(glob_matches("**@v1", "https://ci.example/a@b@v1"));
  EXPECT_FALSE(glob_matches("**@v1", "https://ci.example/a@v12"));
}

TEST(TextPattern, ThatIsEmptyOrMeansNothingIsRefused) {
  EXPECT_FALSE(TextPattern::glob(""));
  EXPECT_FALSE(TextPattern::glob("a***"));
  EXPECT_FALSE(TextPattern::regular_expression(""));
  EXPECT_FALSE(TextPattern::regular_expression("("));
  EXPECT_FALSE(TextPattern::regular_expression("(?=look)ahead"));
  EXPECT_FALSE(TextPattern::regular_expression("a{1000}{1000}"));
}

TEST(TextPattern, ExpressionsAreAnchoredAtBothEnds) {
  const std::string pattern = "https://github\\.com/acme/[a-z]+";
  EXPECT_TRUE(expression_matches(pattern, "https://github.com/acme/app"));
  EXPECT_FALSE(expression_matches(pattern, "https://evil.example/?https://github.com/acme/app"));
  EXPECT_FALSE(expression_matches(pattern, "https://github.com/acme/app/evil"));
  EXPECT_FALSE(expression_matches(pattern, "https://github.com/acme/app\n"));
  EXPECT_FALSE(expression_matches("good|fine", "goodness"));
  EXPECT_FALSE(expression_matches("good|fine", "refine"));
  EXPECT_FALSE(expression_matches("(?m)^good$", "evil\ngood"));
}

TEST(TextPattern, LengthsAreBounded) {
  const std::string longest(limits::kPatternLength, 'a');
  EXPECT_TRUE(TextPattern::glob(longest));
  EXPECT_FALSE(TextPattern::glob(longest + "a"));
  EXPECT_FALSE(TextPattern::regular_expression(longest + "a"));
  EXPECT_TRUE(glob_matches("**", std::string(limits::kMatchedTextLength, 'a')));
  EXPECT_FALSE(glob_matches("**", std::string(limits::kMatchedTextLength + 1, 'a')));
  EXPECT_FALSE(expression_matches(".*", std::string(limits::kMatchedTextLength + 1, 'a')));
}

TEST(TextTemplate, FillsInWhatWasAskedFor) {
  const ImageReference asked = reference("ghcr.io/acme/team/app:v1.0");
  EXPECT_TRUE(text_template("https://{registry}/x").matches("https://ghcr.io/x", asked));
  EXPECT_TRUE(text_template("https://github.com/acme/{repo}").matches("https://github.com/acme/team/app", asked));
  EXPECT_TRUE(text_template("https://github.com/acme/{name}").matches("https://github.com/acme/app", asked));
  EXPECT_TRUE(text_template("https://github.com/{path}").matches("https://github.com/acme/team/app", asked));
  EXPECT_TRUE(text_template("refs/tags/{tag}").matches("refs/tags/v1.0", asked));
  EXPECT_FALSE(text_template("refs/tags/{tag}").matches("refs/tags/v1.00", asked));
  EXPECT_FALSE(text_template("refs/tags/{tag}").matches("refs/tags/v1.1", asked));
  EXPECT_FALSE(text_template("https://github.com/acme/{name}").matches("https://github.com/acme/application", asked));
}

TEST(TextTemplate, RepoOfAOneComponentPathIsAllOfIt) {
  EXPECT_TRUE(text_template("{repo}").matches("app", reference("site.local/app:1")));
  EXPECT_TRUE(text_template("{name}").matches("app", reference("site.local/app:1")));
}

TEST(TextTemplate, ValuesAreLiteral) {
  // A dot in a tag is a dot, and nothing in a value is a wildcard.
  EXPECT_FALSE(text_template("refs/tags/{tag}").matches("refs/tags/v1x0", reference("ghcr.io/acme/app:v1.0")));
  EXPECT_TRUE(text_template("{repo}/*").matches("app/x", reference("ghcr.io/acme/app:1")));
  EXPECT_FALSE(text_template("{repo}/*").matches("app/x/y", reference("ghcr.io/acme/app:1")));
}

TEST(TextTemplate, WithATagIsNeverMetByAnImageAskedForByDigest) {
  const ImageReference by_digest = reference("ghcr.io/acme/app@" + Digest::of("x").text());
  ASSERT_FALSE(by_digest.tag);
  EXPECT_FALSE(text_template("refs/tags/{tag}").matches("refs/tags/", by_digest));
  EXPECT_FALSE(text_template("refs/tags/{tag}").matches("refs/tags/{tag}", by_digest));
  EXPECT_FALSE(text_template("**{tag}").matches("refs/tags/v1", by_digest));
}

TEST(TextTemplate, WithUnknownWordsOrLooseBracesIsRefused) {
  for (const std::string_view text : {"", "{tags}", "{Tag}", "{}", "{ tag }", "{tag", "tag}", "{{tag}}", "x}{tag}"}) {
    EXPECT_FALSE(TextTemplate::parse(text)) << text;
  }
}

TEST(TextTemplate, ShowsItselfFilledIn) {
  EXPECT_EQ(text_template("https://github.com/acme/{repo}/**/x@{tag}*").filled_in(reference("ghcr.io/acme/app:v1")),
            "https://github.com/acme/app/**/x@v1*");
  EXPECT_EQ(text_template("refs/tags/{tag}").filled_in(reference("ghcr.io/acme/app@" + Digest::of("x").text())),
            "refs/tags/{tag}");
}

}  // namespace
}  // namespace pullgate::policy
