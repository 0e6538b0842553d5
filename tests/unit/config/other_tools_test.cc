// Every line of the README's table of what other tools can say.

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/policy_file.h"
#include "policy/evaluate.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

struct Row {
  std::string tool;
  std::string there;
  std::string here;
};

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<Row> rows() {
  std::ifstream readme(std::string(PULLGATE_TEST_DATA) + "/../config/README.md");
  std::vector<Row> found;
  std::string line;
  while (std::getline(readme, line) && line != "| Tool | There | Here |") continue;
  std::getline(readme, line);
  while (std::getline(readme, line) && line.starts_with("| ")) {
    // Neither side has a bar in it.
    const std::size_t first = line.find('|', 1);
    const std::size_t second = line.find('|', first + 1);
    const std::string here = trimmed(line.substr(second + 1, line.rfind('|') - second - 1));
    found.push_back({trimmed(line.substr(1, first - 1)), trimmed(line.substr(first + 1, second - first - 1)),
                     here.substr(1, here.size() - 2)});
  }
  return found;
}

class OtherTools : public ::testing::TestWithParam<Row> {
 protected:
  OtherTools() {
    for (const char* name : {"p256.pub", "p384.pub", "p521.pub", "ed25519.pub"}) {
      std::ifstream key(std::string(PULLGATE_TEST_DATA) + "/cases/keys/" + name);
      folder_.write(name, std::string(std::istreambuf_iterator<char>(key), {}));
    }
  }

  [[nodiscard]] static bool says(std::string_view what) { return GetParam().here.find(what) != std::string::npos; }

  /// A policy that has the line in it, with the attestors that it names, beside a rule that has nothing to do with it.
  static std::string policy() {
    const std::string& here = GetParam().here;
    std::string text =
        "version: 1\ntrustRoots: { public: { sigstore: { builtIn: public-good } } }\nattestors:\n"
        "  other: { key: { file: p521.pub } }\n"
        "  person: { keyless: { trustRoot: public, issuer: https://accounts.google.com, subject: alice@acme.example } "
        "}\n";
    const std::string issuer = "issuer: https://token.actions.githubusercontent.com";
    const std::string workflows = "subject: https://github.com/acme/app/.github/workflows/";
    if (says("release")) text += "  release: { key: { file: p256.pub } }\n";
    if (says("second")) text += "  second: { key: { file: p384.pub } }\n";
    if (says("workflow }"))
      text +=
          "  workflow: { keyless: { trustRoot: public, " + issuer + ", " + workflows + "a.yml@refs/heads/main } }\n";
    if (says("scanner"))
      text += "  scanner: { keyless: { trustRoot: public, " + issuer + ", " + workflows + "b.yml@refs/heads/main } }\n";
    if (says("builder: ci")) {
      text += "  builder: { key: { file: ed25519.pub } }\n";
      text += "builders: { ci: { attestor: builder, id: https://ci.acme.example/builder, level: 3 } }\n";
    }
    const bool is_of_the_file = here.starts_with("{ defaults") || here.starts_with("{ exceptions");
    if (is_of_the_file) text += here.substr(2, here.size() - 4) + "\n";
    if (!here.starts_with("{ defaults")) text += "defaults: { noMatch: deny }\n";
    text +=
        "rules:\n  - { name: other, scopes: [ghcr.io/**], require: { allOf: [ { signature: other }, { anyOf: [ { "
        "signature: person } ] } ] } }\n";
    if (is_of_the_file) {
      // The exception's name has to be that of one requirement.
      const std::string both = "{ allOf: [ { signature: other }, { anyOf: [ { signature: person } ] } ] }";
      text.replace(text.find(both), both.size(), "{ signature: other }");
      text += "  - { name: person, scopes: [quay.io/**], require: { signature: person } }\n";
      return text;
    }
    std::string members = says("require:") ? here.substr(2, here.size() - 4) : "require: " + here;
    if (!says("scopes:")) members = "scopes: [ghcr.io/acme/app], " + members;
    return text + "  - { name: row, " + members + " }\n";
  }

  Folder folder_;
};

TEST_P(OtherTools, CanBeSaidHere) {
  const Loaded<Policy> loaded = load_policy(folder_.write("policy.yaml", policy()));
  ASSERT_THAT(folder_.problems(loaded), ::testing::IsEmpty()) << policy();
  const ImageReference requested = ImageReference::parse("ghcr.io/acme/app:1.0").value();
  const policy::Decision::About about{requested, Digest::of("an image"), loaded->rules->generation(),
                                      loaded->trust->generation(), parse_rfc3339("2026-06-01T00:00:00Z").value()};
  const policy::Decision decision = policy::evaluate(*loaded->rules, about, Manifest{}, {});
  const bool may_be_served = says("accept") || says("mode: ");
  EXPECT_EQ(decision.serves(), may_be_served && !says("sandbox"));
}

INSTANTIATE_TEST_SUITE_P(Readme, OtherTools, ::testing::ValuesIn(rows()), [](const auto& each) {
  std::string name = each.param.tool + std::to_string(each.index);
  std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
  return name;
});

TEST(OtherToolsTable, HasLinesOfEveryTool) {
  std::vector<std::string> tools;
  for (const Row& row : rows()) {
    if (tools.empty() || tools.back() != row.tool) tools.push_back(row.tool);
  }
  EXPECT_THAT(tools, ::testing::ElementsAre("policy-controller", "Kyverno", "Ratify", "Connaisseur", "policy.json",
                                            "Talos", "slsa-verifier"));
}

}  // namespace
}  // namespace pullgate::config
