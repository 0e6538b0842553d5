/// Spellings that no certificate and no statement has; each beside the one that fits, about which nothing is said.

#include "config/lint/spelling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/yaml/parse.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> about(const std::string& yaml) {
  yaml::Problems problems("policy.yaml");
  const auto root = yaml::parse(yaml, problems);
  if (!root) return {"not YAML"};
  Remarks remarks("policy.yaml");
  remark_on_spelling(*root, remarks);
  std::vector<std::string> messages;
  for (const Remark& remark : remarks.take_sorted()) {
    EXPECT_EQ(remark.rule, "hardly-matches");
    EXPECT_EQ(remark.place.line, 2);
    messages.push_back(remark.place.message);
  }
  return messages;
}

std::vector<std::string> keyless(const std::string& line, const std::string& issuer = "https://x.example") {
  return about("attestors: { a: { keyless: { issuer: '" + issuer + "',\n" + line + " } } }\n");
}
std::vector<std::string> extension(const std::string& line, const std::string& issuer = "https://x.example") {
  return about("attestors: { a: { keyless: { issuer: '" + issuer + "', extensions: {\n" + line + " } } } }\n");
}
std::vector<std::string> source(const std::string& line) {
  return about("rules: [ { require: { allOf: [ { provenance: { source: {\n" + line + " } } } ] } } ]\n");
}

TEST(SpellingLint, OfAnIssuerIsThatOfItsTokens) {
  const auto issuer = [](const std::string& text) {
    return about("attestors: { a: { keyless: {\nissuer: '" + text + "' } } }\n");
  };
  EXPECT_THAT(issuer("token.actions.githubusercontent.com"),
              ElementsAre("issuers are URLs that begin with https://; write "
                          "'https://token.actions.githubusercontent.com'"));
  EXPECT_THAT(issuer("http://gitlab.com"),
              ElementsAre("issuers are URLs that begin with https://; write 'https://gitlab.com'"));
  EXPECT_THAT(issuer("https://accounts.google.com/"),
              ElementsAre("this issuer has no '/' at its end; write 'https://accounts.google.com'"));
  EXPECT_THAT(issuer("https://token.actions.githubusercontent.com/acme/"),
              ElementsAre("this issuer has no '/' at its end; write "
                          "'https://token.actions.githubusercontent.com/acme'"));
  for (const char* good :
       {"https://token.actions.githubusercontent.com", "https://token.actions.githubusercontent.com/a",
        "https://acme.eu.auth0.com/", "https://gitlab.com"}) {
    EXPECT_THAT(issuer(good), IsEmpty()) << good;
  }
}

TEST(SpellingLint, OfASubjectIsThatOfTheWorkflow) {
  EXPECT_THAT(keyless("subject: github.com/acme/app/.github/workflows/x.yml@refs/heads/main"),
              ElementsAre("the subject of a workflow begins with https://; write "
                          "'https://github.com/acme/app/.github/workflows/x.yml@refs/heads/main'"));
  EXPECT_THAT(keyless("subjectPattern: https://github.com/acme/*/.github/workflows/x.yml"),
              ElementsAre("the subject of a workflow ends with the ref that it ran on, such as "
                          "'https://github.com/acme/*/.github/workflows/x.yml@refs/heads/main'"));
  EXPECT_THAT(keyless("subject: https://forge.example/acme/app/.github/workflows/x.yml").size(), 1U);
  EXPECT_THAT(keyless("subject: https://gitlab.com/acme/app//.gitlab-ci.yml").size(), 1U);
  EXPECT_THAT(keyless("subjectPattern: https://github.com/acme/.+/x.yml@refs/tags/v.*"),
              ElementsAre("this is a glob, in which '.+' stands for itself; as a glob it is "
                          "'https://github.com/acme/*/x.yml@refs/tags/v*'; a regular expression is written as "
                          "'subjectRegExp'"));
  EXPECT_THAT(keyless("subjectRegExp: 'https://github\\.com/acme/*'"),
              ElementsAre("'/*' is any number of slashes in a regular expression; for all below it write "
                          "'https://github\\.com/acme/.*'"));
  for (const char* good :
       {"subject: https://github.com/acme/app/.github/workflows/x.yml@refs/heads/main", "subject: alice@acme.example",
        "subjectPattern: https://github.com/acme/**", "subjectRegExp: 'https://github\\.com/acme/.*'",
        "subjectPattern: 'https://github.com/acme/{repo}/.github/workflows/x.yml@refs/tags/v1.*'"}) {
    EXPECT_THAT(keyless(good), IsEmpty()) << good;
  }
}

TEST(SpellingLint, OfAnExtensionIsThatOfTheAuthority) {
  EXPECT_THAT(extension("sourceRepository: acme/app"),
              ElementsAre("certificates say a URI here; write 'https://github.com/acme/app'"));
  EXPECT_THAT(extension("sourceRepositoryOwner: acme", "https://gitlab.com"),
              ElementsAre("certificates say a URI here; write 'https://gitlab.com/acme'"));
  EXPECT_THAT(extension("sourceRepositoryPattern: 'github.com/acme/{repo}'"),
              ElementsAre("certificates say a URI here; write 'https://github.com/acme/{repo}'"));
  EXPECT_THAT(extension("buildConfigURI: github.com/acme/app/.github/workflows/x.yml@refs/heads/main"),
              ElementsAre("the buildConfigURI of a workflow begins with https://; write "
                          "'https://github.com/acme/app/.github/workflows/x.yml@refs/heads/main'"));
  EXPECT_THAT(extension("buildSignerURI: https://github.com/acme/app/.github/workflows/x.yml").size(), 1U);
  EXPECT_THAT(extension("runnerEnvironment: github"),
              ElementsAre("certificates say github-hosted, self-hosted, gitlab-hosted here, not 'github'"));
  EXPECT_THAT(extension("sourceRepositoryRefPattern: 'refs/tags/.*'"),
              ElementsAre("this is a glob, in which '.*' stands for itself; as a glob it is 'refs/tags/*'"));
  for (const char* good : {"sourceRepository: https://github.com/acme/app", "sourceRepositoryPattern: '*/acme/app'",
                           "runnerEnvironment: self-hosted", "runnerEnvironmentPattern: '*-hosted'",
                           "sourceRepositoryRef: refs/heads/main", "githubWorkflowRepository: acme/app"}) {
    EXPECT_THAT(extension(good), IsEmpty()) << good;
  }
}

TEST(SpellingLint, OfASourceIsWithoutWhatIsWrittenAroundIt) {
  const std::string compared = "repositories are compared as 'https://host/path', without git+ and .git; write ";
  EXPECT_THAT(source("repository: 'github.com/acme/{repo}'"),
              ElementsAre(compared + "'https://github.com/acme/{repo}'"));
  EXPECT_THAT(source("repository: git+https://github.com/acme/app.git"),
              ElementsAre(compared + "'https://github.com/acme/app'"));
  EXPECT_THAT(source("repository: https://github.com/acme/app/"),
              ElementsAre(compared + "'https://github.com/acme/app'"));
  EXPECT_THAT(source("ref: 'refs/heads/.+'"),
              ElementsAre("this is a glob, in which '.+' stands for itself; as a glob it is 'refs/heads/*'"));
  EXPECT_THAT(source("tag: 'v.*'"),
              ElementsAre("this is a glob, in which '.*' stands for itself; as a glob it is 'v*'"));
  for (const char* good : {"repository: https://github.com/acme/app", "repository: 'https://github.com/acme/{repo}'",
                           "repository: '**/acme'", "repository: 'ssh://git@forge.example/app'", "tag: 'v1.*'"}) {
    EXPECT_THAT(source(good), IsEmpty()) << good;
  }
}

TEST(SpellingLint, OfTheIdOfABuilderIsAGlob) {
  const auto id = [](const std::string& text) {
    return about("builders: { ci: { attestor: a,\nid: '" + text + "' } }\n");
  };
  EXPECT_THAT(id("^https://ci\\.example/.*$"),
              ElementsAre("this is a glob, in which '^' stands for itself; as a glob it is 'https://ci.example/*'; a "
                          "regular expression is written as 'idRegExp'"));
  EXPECT_THAT(id("https://ci.example/*@v1.*"), IsEmpty());
}

}  // namespace
}  // namespace pullgate::config
