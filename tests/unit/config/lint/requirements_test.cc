/// Requirements and names that let more in than is meant; each beside the nearest thing about which nothing is said.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/lint.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kOwnSubject = "subject: https://github.com/acme/scans/.github/workflows/scan.yml@refs/heads/main";
const std::string kCallable =
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/*.yml@refs/tags/v*";
const std::string kFromAcme = "source: { repository: 'https://github.com/acme/{repo}' }";

class RequirementLint : public ::testing::Test {
 protected:
  /// "all-with-age 24h" of what is remarked about this rule: which remark, and what stands at its place. `robot` is an
  /// attestor with `subject_`, `key` is one that is a key; as builders these are `ci` and `old`.
  std::vector<std::string> about(const std::string& require) {
    const std::string key = std::string(PULLGATE_TEST_DATA) + "/../config/examples/builders/keys/vendor.pub";
    const std::string text =
        "rules: [ { name: apps, scopes: [ghcr.io/acme/*], require: {\n" + require + "\n} },\n" +
        " { name: others, scopes: [ghcr.io/others/*], require: { allOf: [ { provenance: { builder: ci, " + kFromAcme +
        " } }, { provenance: { builder: old, " + kFromAcme + " } } ] } } ]\n" +
        "attestors:\n  robot:\n    keyless:\n      " + subject_ +
        "\n      trustRoot: public\n      issuer: https://token.actions.githubusercontent.com\n" +
        "  key: { key: { file: " + key + " }, trustRoot: public, transparencyLog: required }\n" +
        "builders: { ci: { attestor: robot, id: x, level: 1 }, old: { attestor: key, id: y, level: 1 } }\n" +
        "trustRoots: { public: { sigstore: { builtIn: public-good } } }\nversion: 1\ndefaults: { noMatch: deny }\n";
    linted_ = lint_policy(folder_.write("policy.yaml", text), parse_rfc3339("2026-06-01T00:00:00Z").value());
    for (const Problem& problem : linted_.problems) ADD_FAILURE() << problem.text();
    std::vector<std::string> texts;
    for (const Remark& remark : linted_.remarks) {
      EXPECT_EQ(remark.level, Remark::Level::kWarning);
      texts.push_back(std::string(remark.rule) + " " + at(text, remark.place));
    }
    return texts;
  }
  /// A quoted text, a key or word, or one bracket.
  static std::string at(const std::string& text, const Problem& place) {
    std::size_t begin = 0;
    for (int line = 1; line < place.line; ++line) begin = text.find('\n', begin) + 1;
    begin += static_cast<std::size_t>(place.column) - 1;
    const bool is_quoted = text.at(begin) == '\'';
    const std::size_t end = is_quoted ? text.find('\'', begin + 1) + 1 : text.find_first_of(":,]} \n", begin);
    return text.substr(begin, std::max<std::size_t>(end - begin, 1));
  }
  [[nodiscard]] std::string message() const {
    return linted_.remarks.empty() ? std::string() : linted_.remarks.front().place.message;
  }
  static std::string report(const std::string& more, const std::string& type = "vuln") {
    return "attestation: { predicateType: " + type + ", attestor: robot" + more + " }";
  }

  Folder folder_;
  std::string subject_ = kOwnSubject;
  Linted linted_;
};

TEST_F(RequirementLint, WarnsOfReportsThatNobodyReads) {
  EXPECT_THAT(about(report("")), ElementsAre("any-report attestation"));
  EXPECT_THAT(message(), HasSubstr("whatever 'robot' found"));
  EXPECT_THAT(about(report("", "https://acme.example/review/v1")), ElementsAre("any-report attestation"));
  EXPECT_THAT(about("anyOf: [ { signature: key }, { " + report("") + " } ]"), ElementsAre("any-report attestation"));
  EXPECT_THAT(about(report(", where: [ { path: /scanner, exists: true } ]")), IsEmpty());
  for (const char* type : {"spdx", "cyclonedx", "slsaprovenance1", "slsaprovenance02"}) {
    EXPECT_THAT(about(report("", type)), IsEmpty()) << type;
  }
}

TEST_F(RequirementLint, WarnsWhereOnlyAbsenceIsAskedFor) {
  EXPECT_THAT(about(report(", where: [ { path: /a, exists: false }, { path: /b, exists: false } ]")),
              ElementsAre("absence-alone ["));
  EXPECT_THAT(message(), HasSubstr("spelt otherwise"));
  EXPECT_THAT(about(report(", where: [ { path: /a, exists: false }, { path: /b, equals: 1 } ]")), IsEmpty());
}

TEST_F(RequirementLint, WarnsOfAnAgeThatAKeyCannotProve) {
  const std::string where = ", where: [ { path: /b, equals: 1 } ] }";
  const std::string by_key = "attestation: { predicateType: vuln, attestor: key, ";
  EXPECT_THAT(about(by_key + "maxAge: 24h" + where), ElementsAre("age-of-key 24h"));
  EXPECT_THAT(message(), HasSubstr("'key' is a key"));
  EXPECT_THAT(about(by_key + "select: newest" + where), ElementsAre("age-of-key newest"));
  EXPECT_THAT(about(by_key + "select: newest, maxAge: 24h" + where), ElementsAre("age-of-key 24h"));
  EXPECT_THAT(about(by_key + "select: any" + where), IsEmpty());
  EXPECT_THAT(about(report(", select: newest, maxAge: 24h, where: [ { path: /b, equals: 1 } ]")), IsEmpty());
  const std::string provenance = ", maxAge: 24h, " + kFromAcme + " }";
  EXPECT_THAT(about("provenance: { builder: old" + provenance), ElementsAre("age-of-key 24h"));
  EXPECT_THAT(about("provenance: { builder: ci" + provenance), IsEmpty());
  const std::string vsa = "verifier: 'https://v.example', levels: [SLSA_BUILD_LEVEL_3], maxAge: 24h }";
  EXPECT_THAT(about("vsa: { attestor: key, " + vsa), ElementsAre("age-of-key 24h"));
  EXPECT_THAT(about("vsa: { attestor: robot, " + vsa), IsEmpty());
}

TEST_F(RequirementLint, WarnsOfAnAgeThatEveryReportHasToHave) {
  const std::string where = ", where: [ { path: /b, equals: 1 } ]";
  EXPECT_THAT(about(report(", select: all, maxAge: 24h" + where)), ElementsAre("all-with-age 24h"));
  EXPECT_THAT(about(report(", select: all" + where)), IsEmpty());
}

TEST_F(RequirementLint, WarnsOfAnAlternativeThatAsksForNothing) {
  EXPECT_THAT(about("anyOf: [ { signature: key }, { accept: {} } ]"), ElementsAre("accept-in-any-of anyOf"));
  EXPECT_THAT(about("allOf: [ { anyOf: [ { signature: key }, { allOf: [ { accept: {} } ] } ] }, { signature: key } ]"),
              ElementsAre("accept-in-any-of anyOf"));
  EXPECT_THAT(about("allOf: [ { accept: {} }, { signature: key } ]"), IsEmpty());
}

TEST_F(RequirementLint, WarnsOfPatternsThatLetAnybodyIn) {
  const auto source = [&](const std::string& repository) {
    return about("provenance: { builder: ci, source: { repository: '" + repository + "' } }");
  };
  for (const char* open : {"**", "https://**", "https://github.com/**", "https://github.com/*/{repo}",
                           "https://github.com/acme*/app", "https://gitlab.com/*/*", "**/nothing"}) {
    EXPECT_THAT(source(open), ElementsAre("open-pattern '" + std::string(open) + "'")) << open;
  }
  EXPECT_THAT(message(), HasSubstr("whose it has to be"));
  for (const char* closed : {"https://github.com/acme/*", "https://github.com/acme/{repo}", "https://github.com/{path}",
                             "https://git.acme.example/**"}) {
    EXPECT_THAT(source(closed), IsEmpty()) << closed;
  }
  const auto base = [&](const std::string& more) {
    return about("allOf: [ { signature: key }, { baseImage: { proof: [layers], from: [\"**\"]" + more + " } } ]");
  };
  EXPECT_THAT(base(""), ElementsAre("open-pattern [\"**\""));
  EXPECT_THAT(base(", satisfies: policy"), IsEmpty());
}

TEST_F(RequirementLint, WarnsOfNamesThatAnybodyHas) {
  const std::string signature = "signature: robot";
  for (const char* open :
       {"'https://github.com/**'", "'https://github.com/*/{repo}/.github/workflows/r.yml@refs/tags/*'",
        "'https://github.com/acme*/app/.github/workflows/r.yml@refs/tags/*'"}) {
    subject_ = std::string("subjectPattern: ") + open;
    EXPECT_THAT(about(signature), ElementsAre(std::string("open-pattern ") + open));
  }
  subject_ = "subjectRegExp: 'https://git(hub|lab)\\.com/.*'";
  EXPECT_THAT(about(signature), ElementsAre("open-pattern 'https://git(hub|lab)\\.com/.*'"));
  const std::string everybody = "subjectPattern: 'https://github.com/**'\n      extensions: { ";
  for (const char* extension : {"sourceRepositoryOwner: https://github.com/acme", "tokenSubject: acme"}) {
    subject_ = everybody + extension + " }";
    EXPECT_THAT(about(signature), IsEmpty()) << extension;
  }
  subject_ = everybody + "runnerEnvironment: github-hosted }";
  EXPECT_THAT(about(signature), ElementsAre("open-pattern 'https://github.com/**'"));
  subject_ = "subjectRegExp: '[a-z]+@acme\\.example'";
  EXPECT_THAT(about(signature), IsEmpty());
}

TEST_F(RequirementLint, WarnsOfWorkflowsThatEverybodyMayCall) {
  const std::string remark = "callable-by-all '" + kCallable + "'";
  subject_ = "subjectPattern: '" + kCallable + "'";
  EXPECT_THAT(about("signature: robot"), ElementsAre(remark));
  EXPECT_THAT(message(), HasSubstr("'sourceRepositoryOwner'"));
  EXPECT_THAT(about("provenance: { builder: ci }"), ElementsAre(remark));
  EXPECT_THAT(about("provenance: { builder: ci, source: { branch: main } }"), ElementsAre(remark));
  EXPECT_THAT(about("provenance: { builder: ci, " + kFromAcme + " }"), IsEmpty());
  const std::string with = subject_ + "\n      extensions: { ";
  subject_ = with + "sourceRepositoryOwner: https://github.com/acme }";
  EXPECT_THAT(about("signature: robot"), IsEmpty());
  subject_ = with + "buildSignerURIPattern: '**' }";
  EXPECT_THAT(about("signature: robot"), ElementsAre(remark));
}

TEST_F(RequirementLint, SaysNothingAboutRequirementsThatCannotBeRead) {
  const std::string text =
      "version: 1\ndefaults: { noMatch: deny }\nrules: [ { name: a, scopes: [ghcr.io/a], require: { attestation: { "
      "predicateType: vuln, attestor: x, wher: [] } } } ]\n";
  const Linted linted = lint_policy(folder_.write("policy.yaml", text), parse_rfc3339("2026-06-01T00:00:00Z").value());
  EXPECT_FALSE(linted.problems.empty());
  EXPECT_THAT(linted.remarks, IsEmpty());
}

}  // namespace
}  // namespace pullgate::config
