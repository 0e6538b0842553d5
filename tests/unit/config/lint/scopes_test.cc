/// Scopes and waivers that do something else than they seem to; each beside the nearest about which nothing is said.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/lint.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ScopeLint : public ::testing::Test {
 protected:
  static constexpr const char* kHead = "version: 1\ndefaults: { noMatch: deny }\n";

  /// "unknown-registry 3:31 message"
  std::vector<std::string> remarks(const std::string& rest) {
    return shown(lint_policy(folder_.write("policy.yaml", kHead + rest), kNow));
  }
  /// Of the same with settings that have these upstreams.
  std::vector<std::string> remarks_with_upstreams(const std::string& rest, const std::string& upstreams) {
    folder_.write("policy.yaml", kHead + rest);
    return shown(lint_settings(
        folder_.write("pullgate.yaml",
                      "listen: [ { address: 127.0.0.1:5000 } ]\npolicy: policy.yaml\nupstreams: " + upstreams + "\n"),
        kNow));
  }
  static std::vector<std::string> shown(const Linted& linted) {
    for (const Problem& problem : linted.problems) ADD_FAILURE() << problem.text();
    std::vector<std::string> texts;
    for (const Remark& remark : linted.remarks) {
      EXPECT_EQ(remark.level, Remark::Level::kWarning);
      texts.push_back(std::string(remark.rule) + " " + std::to_string(remark.place.line) + ":" +
                      std::to_string(remark.place.column) + " " + remark.place.message);
    }
    return texts;
  }
  static std::string rule(const std::string& scope) {
    return "rules: [ { name: a, scopes: ['" + scope + "'], require: { reject: {} } } ]\n";
  }
  static std::string baseline(const std::string& scope) {
    return "baseline: [ { name: b, scopes: ['" + scope + "'], reject: { digests: [] } } ]\n";
  }
  static std::string exception(const std::string& waives, const std::string& of) {
    return "exceptions:\n  - { waives: [" + waives + "], id: E, " + of +
           ", reason: r, approvedBy: [x], expires: 2026-12-01T00:00:00Z }\n";
  }

  const Time kNow = parse_rfc3339("2026-06-01T00:00:00Z").value();
  Folder folder_;
};

TEST_F(ScopeLint, WarnsOfWhatIsNoRegistry) {
  EXPECT_THAT(remarks(rule("shop/prod/**")),
              ElementsAre("unknown-registry 3:30 no registry is called 'shop', and the first part of a scope is the "
                          "registry, as in 'ghcr.io/shop/prod/**'"));
  for (const char* scope : {"ghcr.io/shop/**", "localhost/shop/**", "registry:5000/shop/*", "[::1]:5000/shop", "**",
                            "*/shop/**", "mirror*/shop/**", "**/app"}) {
    EXPECT_THAT(remarks(rule(scope)), IsEmpty()) << scope;
  }
}

TEST_F(ScopeLint, WarnsOfRegistriesWithoutAnUpstream) {
  const std::string upstreams = "[ { registry: ghcr.io }, { registry: plain }, { registry: 'localhost:5001' } ]";
  EXPECT_THAT(
      remarks_with_upstreams(rule("ghcr.oi/shop/**"), upstreams),
      ElementsAre(
          "unknown-registry 3:30 no upstream is called 'ghcr.oi', so no image is meant; did you mean 'ghcr.io'?"));
  EXPECT_THAT(remarks_with_upstreams(rule("*.example/**"), upstreams),
              ElementsAre("unknown-registry 3:30 no upstream is called '*.example', so no image is meant"));
  for (const char* scope : {"ghcr.io/shop/**", "plain/x", "localhost:*/**", "gh*/x", "**", "*/x"}) {
    EXPECT_THAT(remarks_with_upstreams(rule(scope), upstreams), IsEmpty()) << scope;
  }
}

TEST_F(ScopeLint, LooksAtBaselinesExceptionsAndBasesToo) {
  const std::string upstreams = "[ { registry: ghcr.io } ]";
  EXPECT_THAT(remarks_with_upstreams(rule("ghcr.io/**") + baseline("quay.io/**"), upstreams),
              ElementsAre("unknown-registry 4:33 no upstream is called 'quay.io', so no image is meant"));
  EXPECT_THAT(remarks_with_upstreams(
                  "rules: [ { name: a, scopes: ['ghcr.io/**'], require: { allOf: [ { reject: {} }, { baseImage: { "
                  "proof: [layers], from: ['cgr.dev/**'] } } ] } } ]\n",
                  upstreams),
              ElementsAre("unknown-registry 3:120 no upstream is called 'cgr.dev', so no image is meant"));
}

TEST_F(ScopeLint, WarnsOfAScopeOfOneRepositoryAmongThoseBelowIt) {
  EXPECT_THAT(remarks(rule("ghcr.io/shop/prod/**") + baseline("ghcr.io/shop/prod")),
              ElementsAre("scope-of-one 4:33 'ghcr.io/shop/prod' is that repository alone, and 'ghcr.io/shop/prod/**' "
                          "in line 3 is below it; it and all below it are 'ghcr.io/shop/prod/**'"));
  EXPECT_THAT(remarks(rule("ghcr.io/shop/prod-2/**") + baseline("ghcr.io/shop/prod")), IsEmpty());
  EXPECT_THAT(remarks(rule("ghcr.io/shop/**") + baseline("ghcr.io/shop/prod")), IsEmpty());
  // A rule for one repository and another for what lies below it.
  EXPECT_THAT(remarks("rules:\n  - { name: a, scopes: [ghcr.io/shop], require: { reject: {} } }\n"
                      "  - { name: b, scopes: ['ghcr.io/shop/**'], require: { reject: {} } }\n"),
              IsEmpty());
}

TEST_F(ScopeLint, WarnsOfExceptionsThatServeWhatIsRejected) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const std::string known_bad =
      "baseline: [ { name: bad, scopes: ['**'], reject: { digests: ['" + digest + "'] } } ]\n";
  EXPECT_THAT(remarks(rule("ghcr.io/**") + known_bad + exception("bad/reject", "scopes: ['**']")),
              ElementsAre("exception-of-reject 6:16 exception 'E' serves what 'bad/reject' rejects, and what is listed "
                          "there is bad whatever else is said of it; take it off the list instead"));
  EXPECT_THAT(remarks(rule("ghcr.io/**") + exception("a/reject", "scopes: [ghcr.io/x]")),
              ElementsAre("exception-of-reject 5:16 exception 'E' serves what 'a/reject' rejects and asks for nothing "
                          "instead; write a more specific rule that says what is asked"));
  EXPECT_THAT(
      remarks(rule("ghcr.io/**") + known_bad +
              exception("bad/reject", "digests: ['sha256:" + std::string(64, 'b') + "']")),
      ElementsAre("exception-idle 6:16 exception 'E' is never needed: 'bad/reject' rejects none of its digests"));
}

class WaiverLint : public ScopeLint {
 protected:
  static std::string image_rules() {
    return "rules:\n  - { name: shop, scopes: ['ghcr.io/shop/**'], require: { allOf: [ { image: { tags: ['v*'] } }, { "
           "reject: {} } ] } }\n"
           "  - { name: late, scopes: ['ghcr.io/shop/late/*', 'quay.io/**'], require: { reject: {} } }\n";
  }
  std::vector<std::string> about(const std::string& scopes) {
    return remarks(image_rules() + exception("shop/image", "scopes: [" + scopes + "]"));
  }
};

TEST_F(WaiverLint, WarnsWhereNoImageOfTheRuleIsMeant) {
  EXPECT_THAT(about("quay.io/x"), ElementsAre("exception-idle 7:16 exception 'E' is never needed: the images of its "
                                              "scopes belong to rule 'late', not to 'shop'"));
  EXPECT_THAT(about("docker.io/library/x"),
              ElementsAre("exception-idle 7:16 exception 'E' is never needed: rule 'shop' is not about any image of "
                          "its scopes"));
  EXPECT_THAT(about("ghcr.io/shop/late/web"),
              ElementsAre("exception-idle 7:16 exception 'E' is never needed: the images of its scopes belong to rule "
                          "'late', not to 'shop'"));
  for (const char* scopes :
       {"ghcr.io/shop/web", "'ghcr.io/shop/la*'", "'ghcr.io/shop/late/**'", "'**'", "quay.io/x, ghcr.io/shop/web"}) {
    EXPECT_THAT(about(scopes), IsEmpty()) << scopes;
  }
}

TEST_F(WaiverLint, WarnsWhereNoImageOfTheBaselineEntryIsMeant) {
  const std::string entry =
      "baseline: [ { name: tags, scopes: ['ghcr.io/shop/**'], require: { allOf: [ { image: { tags: ['v*'] } }, { "
      "reject: {} } ] } } ]\n";
  const auto with = [&](const std::string& scope) {
    return remarks(rule("ghcr.io/**") + entry + exception("tags/image", "scopes: [" + scope + "]"));
  };
  EXPECT_THAT(with("ghcr.io/other"),
              ElementsAre("exception-idle 6:16 exception 'E' is never needed: 'tags' is not about "
                          "any image of its scopes"));
  EXPECT_THAT(with("ghcr.io/shop/web"), IsEmpty());
}

}  // namespace
}  // namespace pullgate::config
