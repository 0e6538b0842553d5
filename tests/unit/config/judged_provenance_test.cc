// From policy.yaml to the decision: what every known producer writes, signed by another implementation, under rules
// that ask for it and under rules that ask for something else (tests/cases/producers/). Among them are the options of
// slsa-verifier: source URI, branch, tag, versioned tag and workflow inputs.

#include <algorithm>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/policy_file.h"
#include "policy/evaluate.h"
#include "tests/unit/config/folder.h"
#include "verify/verifier.h"

namespace pullgate::config {
namespace {

using nlohmann::json;
using policy::Verdict;
using ::testing::IsEmpty;

const std::filesystem::path kCasesFolder = std::filesystem::path(PULLGATE_TEST_DATA) / "cases";
const std::filesystem::path kProducersFolder = kCasesFolder / "provenance";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> all_producers() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kProducersFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

/// The examples of the README, as YAML, by producer.
std::map<std::string, std::string> examples() {
  std::ifstream readme(std::string(PULLGATE_TEST_DATA) + "/../config/README.md");
  std::map<std::string, std::string> found;
  std::string line;
  while (std::getline(readme, line) && line != "# What stands behind `provenance:`, for each build system.") continue;
  std::string name;
  while (std::getline(readme, line) && line != "```") {
    if (line.starts_with(' ')) {
      found[name] += line;
    } else {
      name = line.substr(0, line.find(':'));
    }
  }
  return found;
}

class JudgedProvenance : public ::testing::TestWithParam<std::string> {
 protected:
  JudgedProvenance() { folder_.write("key.pub", content_of(kProducersFolder / "key.pub")); }

  /// Under a rule that requires a provenance leaf with these members; JSON is YAML.
  policy::Decision decision(const json& members) {
    json leaf = members;
    leaf["builder"] = "ci";
    return decision(leaf.dump());
  }

  policy::Decision decision(const std::string& leaf) {
    const json file = {
        {"version", 1},
        {"attestors", {{"build", {{"key", {{"file", "key.pub"}}}}}}},
        {"builders", {{"ci", {{"attestor", "build"}, {"id", document_.at("facts").at("builder")}, {"level", 2}}}}},
        {"defaults", {{"noMatch", "deny"}}},
        {"rules", {{{"name", "apps"}, {"scopes", {"ghcr.io/acme/**"}}, {"require", {{"provenance", "LEAF"}}}}}}};
    std::string text = file.dump();
    text.replace(text.find("\"LEAF\""), 6, leaf);
    const Loaded<Policy> loaded = load_policy(folder_.write("policy.yaml", text));
    EXPECT_THAT(folder_.problems(loaded), IsEmpty()) << leaf;
    const Content image = Content::of(content_of(kCasesFolder / "images" / "app.json"));
    policy::Gathered gathered;
    gathered.reports.push_back(
        verify::Verifier(loaded->trust)
            .verify({.kind = verify::EvidenceKind::kDsseEnvelope,
                     .place = "here",
                     .payload = Content::of(content_of(kProducersFolder / GetParam() / "evidence")),
                     .media_type = {},
                     .annotations = {}},
                    image));
    return evaluate(*loaded->rules,
                    {ImageReference::parse("ghcr.io/acme/app:1").value(), image.digest(), loaded->rules->generation(),
                     loaded->trust->generation()},
                    Manifest{}, gathered);
  }

  Folder folder_;
  json document_ = json::parse(content_of(kProducersFolder / GetParam() / "provenance.json"));
};

TEST_P(JudgedProvenance, IsAllowedByRulesThatAskForWhatItSays) {
  EXPECT_FALSE(document_.at("met").empty());
  for (const json& leaf : document_.at("met")) {
    const policy::Decision made = decision(leaf);
    EXPECT_EQ(made.verdict(), Verdict::kAllow)
        << leaf << ": " << (made.objections().empty() ? "" : made.objections()[0].found);
  }
}

TEST_P(JudgedProvenance, IsRefusedByRulesThatAskForSomethingElse) {
  EXPECT_FALSE(document_.at("refused").empty());
  for (const json& refused : document_.at("refused")) {
    const policy::Decision made = decision(refused.at("leaf"));
    EXPECT_EQ(made.verdict(), Verdict::kDeny) << refused;
    ASSERT_FALSE(made.objections().empty()) << refused;
    EXPECT_EQ(to_string(made.objections()[0].reason), refused.at("reason").get<std::string>())
        << refused.at("leaf") << ": " << made.objections()[0].found;
  }
}

TEST_P(JudgedProvenance, IsAllowedByTheExampleInTheReadme) {
  const std::map<std::string, std::string> all = examples();
  EXPECT_GE(all.size(), 9U);
  const auto example = all.find(GetParam());
  // There is one for each build system, not for each version of what it writes.
  if (example == all.end()) return;
  const policy::Decision made = decision(example->second);
  EXPECT_EQ(made.verdict(), Verdict::kAllow) << (made.objections().empty() ? "" : made.objections()[0].found);
}

TEST(ReadmeOfConfig, HasExamplesOfProducersThatAreTested) {
  const std::vector<std::string> tested = all_producers();
  for (const auto& [name, leaf] : examples()) EXPECT_TRUE(std::ranges::find(tested, name) != tested.end()) << name;
}

std::string producer_label(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Producers, JudgedProvenance, ::testing::ValuesIn(all_producers()), producer_label);

}  // namespace
}  // namespace pullgate::config
