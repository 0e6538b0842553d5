#include <array>
#include <random>

#include <gtest/gtest.h>

#include "policy/pattern.h"
#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

bool matches(std::string_view scope_text, std::string_view name) {
  return scope(scope_text).matches(repository(name));
}

TEST(Scope, NamesOneRepositoryAndNothingBelowIt) {
  EXPECT_TRUE(matches("ghcr.io/acme/app", "ghcr.io/acme/app"));
  EXPECT_FALSE(matches("ghcr.io/acme/app", "ghcr.io/acme/app/debug"));
  EXPECT_FALSE(matches("ghcr.io/acme/app", "ghcr.io/acme/application"));
  EXPECT_FALSE(matches("ghcr.io/acme/app", "ghcr.io/acme"));
}

TEST(Scope, IsAnchoredAtTheRegistry) {
  EXPECT_FALSE(matches("cr.io/acme/**", "ghcr.io/acme/app"));
  EXPECT_FALSE(matches("ghcr.io/acme/**", "ghcr.io.evil.example/acme/app"));
  EXPECT_FALSE(matches("ghcr.io/acme/**", "evil.example/ghcr.io/acme/app"));
  EXPECT_FALSE(matches("ghcr.io/acme/**", "ghcr.io:5000/acme/app"));
}

TEST(Scope, DoesNotReachTheNeighbourWithTheSamePrefix) {
  EXPECT_FALSE(matches("ghcr.io/acme/**", "ghcr.io/acme-evil/app"));
  EXPECT_FALSE(matches("ghcr.io/acme/**", "ghcr.io/acmeevil/app"));
}

TEST(Scope, StarStaysWithinOneComponent) {
  EXPECT_TRUE(matches("ghcr.io/acme/*", "ghcr.io/acme/app"));
  EXPECT_FALSE(matches("ghcr.io/acme/*", "ghcr.io/acme/a/b"));
  EXPECT_FALSE(matches("ghcr.io/acme/*", "ghcr.io/acme"));
  EXPECT_TRUE(matches("ghcr.io/*/app", "ghcr.io/acme/app"));
  EXPECT_TRUE(matches("ghcr.io/a*e/app", "ghcr.io/acme/app"));
  EXPECT_TRUE(matches("*.acme.example/app", "one.acme.example/app"));
  EXPECT_TRUE(matches("ghcr.io/*a*b*/c", "ghcr.io/xaybz/c"));
  EXPECT_FALSE(matches("ghcr.io/*a*b*/c", "ghcr.io/xbyaz/c"));
}

TEST(Scope, DoubleStarIsAnyNumberOfComponents) {
  EXPECT_TRUE(matches("ghcr.io/acme/**", "ghcr.io/acme"));
  EXPECT_TRUE(matches("ghcr.io/acme/**", "ghcr.io/acme/a/b/c"));
  EXPECT_TRUE(matches("ghcr.io/**/app", "ghcr.io/app"));
  EXPECT_TRUE(matches("ghcr.io/**/app", "ghcr.io/a/b/app"));
  EXPECT_FALSE(matches("ghcr.io/**/app", "ghcr.io/a/b/apple"));
  EXPECT_TRUE(matches("ghcr.io/**/x/**/y", "ghcr.io/x/a/x/b/y"));
  EXPECT_TRUE(matches("**", "docker.io/library/alpine"));
}

TEST(Scope, MatchesTheLongestNameThereIs) {
  std::string path = "a";
  while (path.size() + 2 <= 255) path += "/a";
  EXPECT_TRUE(matches("ghcr.io/**", "ghcr.io/" + path));
  EXPECT_FALSE(matches("ghcr.io/**/b", "ghcr.io/" + path));
}

TEST(Scope, ThatNoNameCouldMatchIsRefused) {
  for (const std::string_view text : {"",
                                      "ghcr.io",
                                      "*",
                                      "ghcr.io/",
                                      "/acme",
                                      "ghcr.io//app",
                                      "GHCR.io/acme",
                                      "ghcr.io/Acme",
                                      "ghcr.io/Acme/*",
                                      "ghcr.io/ac me",
                                      "docker.io/alpine",
                                      "docker.io/*",
                                      "docker.io/alp*",
                                      "index.docker.io/library/alpine",
                                      "ghcr.io/acme/app:1.0",
                                      "ghcr.io/acme@sha256:00",
                                      "https://ghcr.io/acme",
                                      "ghcr.io/-acme/app",
                                      "ghcr.io/../x",
                                      "ghcr.io/.*",
                                      "ghcr.io/shop/.*",
                                      "ghcr.io/shop/.+",
                                      "ghcr.io/.a*",
                                      "ghcr.io/a*-",
                                      "ghcr.io/a..*",
                                      "ghcr.io/*___*",
                                      "ghcr.io/-*",
                                      "ghcr.io/*.",
                                      "gh_cr*.io/x",
                                      "*..io/x",
                                      "gh*.io:0/x",
                                      "gh*.io:x/y",
                                      ".*/x",
                                      "ghcr\\.io/x",
                                      "ghcr.io/(a|b)",
                                      "ghcr.io/[ab]",
                                      "^ghcr.io/x",
                                      "ghcr.io/x$"}) {
    EXPECT_FALSE(Scope::parse(text)) << text;
  }
}

TEST(Scope, WithWildcardsThatMeanNothingIsRefused) {
  for (const std::string_view text :
       {"ghcr.io/acme**", "ghcr.io/**app", "ghcr.io/***", "ghcr.io/**/**", "**/**", "***", "ghcr.io/a**b/c"}) {
    EXPECT_FALSE(Scope::parse(text)) << text;
  }
}

TEST(Scope, WithWildcardsInWhatSomeNameHasIsAccepted) {
  for (const std::string_view text : {"ghcr.io/*.*", "ghcr.io/a*b__*", "ghcr.io/a-*", "ghcr.io/a--*", "*.io:*/x",
                                      "gh*:5*/x", "gh*:65535*/x", "*-*.example/x", "[::1]:5000/*"}) {
    EXPECT_TRUE(Scope::parse(text)) << text;
  }
}

TEST(Scope, SaysWhatToWriteInstead) {
  const auto message = [](std::string_view text) { return Scope::parse(text).error().message; };
  EXPECT_EQ(message("docker.io/alpine"),
            "scope 'docker.io/alpine' can never match: one-component names of Docker Hub are kept as "
            "'docker.io/library/alpine'");
  EXPECT_EQ(message("ghcr.io"), "scope 'ghcr.io' names a registry and no repository; write 'ghcr.io/**'");
  EXPECT_EQ(message("index.docker.io/x/y"),
            "scope 'index.docker.io/x/y' can never match: that registry is called 'docker.io' here");
  EXPECT_EQ(message("GHCR.io/x"), "scope 'GHCR.io/x' can never match: registry hosts are lower case; write 'ghcr.io'");
  EXPECT_EQ(message("ghcr.io/Acme/*"), "scope 'ghcr.io/Acme/*' can never match: repository names are lower case");
  EXPECT_EQ(message("ghcr.io/-a/*"),
            "scope 'ghcr.io/-a/*' can never match: '-a' is no part of a repository name, which has letters and "
            "digits, with '.', '_' or '-' between them");
  EXPECT_EQ(message("gh_cr*/x"), "scope 'gh_cr*/x' can never match: 'gh_cr*' is no registry host");
}

TEST(Scope, OfAnotherNotationIsNamedAsWhatItIs) {
  const auto message = [](std::string_view text) { return Scope::parse(text).error().message; };
  const std::string globs =
      "can never match: scopes are globs, not regular expressions: '*' stands within a part of the name, '**' for any "
      "number of parts";
  EXPECT_EQ(message("ghcr.io/shop/.*"), "scope 'ghcr.io/shop/.*' " + globs + "; write 'ghcr.io/shop/**'");
  EXPECT_EQ(message("ghcr.io/shop/.+"), "scope 'ghcr.io/shop/.+' " + globs + "; write 'ghcr.io/shop/**'");
  EXPECT_EQ(message("^ghcr.io/shop/.*"), "scope '^ghcr.io/shop/.*' " + globs);
  EXPECT_EQ(message("https://ghcr.io/acme/**"),
            "scope 'https://ghcr.io/acme/**' can never match: scopes are names, not URLs; write 'ghcr.io/acme/**'");
  EXPECT_EQ(message("ghcr.io/shop/web:v1"),
            "scope 'ghcr.io/shop/web:v1' can never match: scopes have no tag; write 'ghcr.io/shop/web', and "
            "'image: { tags: [v1] }' in a rule");
  EXPECT_EQ(message("ghcr.io/shop/web:v1@sha256:00"),
            "scope 'ghcr.io/shop/web:v1@sha256:00' can never match: scopes have no digest; write "
            "'ghcr.io/shop/web', and 'digests' of an exception, or of 'image' or 'reject' in a rule");
}

TEST(Scope, IsMoreSpecificTheMoreItSays) {
  // From the most to the least specific; each is more specific than all that follow.
  const std::vector<std::string_view> ordered = {
      "ghcr.io/acme/app",    "ghcr.io/acme/application*", "ghcr.io/acme/ap*", "ghcr.io/acme/*", "ghcr.io/acme",
      "ghcr.io/acme/**/app", "ghcr.io/acme/**",           "ghcr.io/a*/app",   "ghcr.io/*/app",  "ghcr.io/**/app",
      "ghcr.io/**",          "gh*.io/acme/app",           "*/acme/app",       "**/acme/app",    "**"};
  for (std::size_t a = 0; a < ordered.size(); ++a) {
    for (std::size_t b = 0; b < ordered.size(); ++b) {
      const std::weak_ordering order = scope(ordered[a]).specificity(scope(ordered[b]));
      EXPECT_EQ(order, b <=> a) << ordered[a] << " " << ordered[b];
    }
  }
}

TEST(Scope, OfEqualShapeIsEquallySpecific) {
  EXPECT_EQ(scope("ghcr.io/acme/app").specificity(scope("quay.io/else/web")), std::weak_ordering::equivalent);
  EXPECT_EQ(scope("ghcr.io/a*c/app").specificity(scope("ghcr.io/ab*/app")), std::weak_ordering::equivalent);
}

TEST(Scope, OverlapsWhereOneNameMatchesBoth) {
  EXPECT_TRUE(scope("ghcr.io/a*/app").overlaps(scope("ghcr.io/*e/app")));
  EXPECT_FALSE(scope("ghcr.io/a*/app").overlaps(scope("ghcr.io/b*/app")));
  EXPECT_TRUE(scope("ghcr.io/**").overlaps(scope("**/app")));
  EXPECT_TRUE(scope("ghcr.io/acme/**").overlaps(scope("ghcr.io/acme")));
  EXPECT_FALSE(scope("ghcr.io/acme/*").overlaps(scope("ghcr.io/acme")));
  EXPECT_FALSE(scope("ghcr.io/**/app").overlaps(scope("ghcr.io/**/web")));
  EXPECT_TRUE(scope("ghcr.io/**/a/*").overlaps(scope("ghcr.io/**/*/b")));
}

TEST(Scope, CoversWhatItContains) {
  EXPECT_TRUE(scope("**").covers(scope("ghcr.io/acme/**")));
  EXPECT_TRUE(scope("ghcr.io/**").covers(scope("ghcr.io/acme/*")));
  EXPECT_TRUE(scope("ghcr.io/acme/*").covers(scope("ghcr.io/acme/a*")));
  EXPECT_TRUE(scope("ghcr.io/a*").covers(scope("ghcr.io/ab*")));
  EXPECT_TRUE(scope("*/**").covers(scope("**")));
  EXPECT_TRUE(scope("**/*").covers(scope("**")));
  EXPECT_TRUE(scope("*/**").covers(scope("**/app")));
  EXPECT_FALSE(scope("*/*/*").covers(scope("**")));
  EXPECT_FALSE(scope("ghcr.io/**").covers(scope("**")));
  EXPECT_FALSE(scope("ghcr.io/acme/*").covers(scope("ghcr.io/acme/**")));
  EXPECT_FALSE(scope("ghcr.io/ab*").covers(scope("ghcr.io/a*")));
  EXPECT_FALSE(scope("ghcr.io/acme/a*").covers(scope("ghcr.io/acme/*")));
}

/// Names and scopes over two letters, short enough that their relations can be tried out in full.
class SmallWorld {
 public:
  SmallWorld() {
    std::vector<std::string> parts = {"a", "b", "ab", "ba"};
    for (const std::string& first : parts) {
      for (const std::string& second : parts) {
        names_.push_back(repository("h.example/" + first + "/" + second));
        for (const std::string& third : parts)
          names_.push_back(repository("h.example/" + first + "/" + second + "/" + third));
      }
      names_.push_back(repository("h.example/" + first));
    }
  }

  Scope random_scope() {
    static constexpr std::array<std::string_view, 8> kParts = {"a", "b", "ab", "*", "a*", "*b", "*a*", "**"};
    for (;;) {
      std::string text = random_(2) == 0 ? "h.example" : "**";
      for (auto count = random_(4); count > 0; --count) text += "/" + std::string(kParts.at(random_(kParts.size())));
      if (auto parsed = Scope::parse(text)) return *std::move(parsed);
    }
  }

  [[nodiscard]] const std::vector<Repository>& names() const { return names_; }

 private:
  struct Random {
    std::mt19937 engine{20240229};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same scopes every time
    std::size_t operator()(std::size_t below) {
      return std::uniform_int_distribution<std::size_t>(0, below - 1)(engine);
    }
  };
  Random random_;
  std::vector<Repository> names_;
};

TEST(Scope, RelationsHoldForEveryName) {
  SmallWorld world;
  int covering = 0;
  int disjoint = 0;
  for (int round = 0; round < 3000; ++round) {
    const Scope a = world.random_scope();
    const Scope b = world.random_scope();
    const bool covers = a.covers(b);
    const bool overlaps = a.overlaps(b);
    EXPECT_EQ(overlaps, b.overlaps(a)) << a.text() << " " << b.text();
    EXPECT_EQ(a.specificity(b), 0 <=> b.specificity(a)) << a.text() << " " << b.text();
    covering += covers ? 1 : 0;
    disjoint += overlaps ? 0 : 1;
    for (const Repository& name : world.names()) {
      if (covers && b.matches(name)) EXPECT_TRUE(a.matches(name)) << a.text() << " " << b.text() << " " << name.text();
      if (!overlaps) EXPECT_FALSE(a.matches(name) && b.matches(name)) << a.text() << " " << b.text();
    }
  }
  EXPECT_GT(covering, 100);
  EXPECT_GT(disjoint, 100);
}

}  // namespace
}  // namespace pullgate::policy
