// From policy.yaml to the decision: what every known producer writes, signed by another implementation, under rules
// that ask for it and under rules that ask for something else (tests/cases/producers.py). Among them are the options of
// slsa-verifier: source URI, branch, tag, versioned tag and workflow inputs.

#include <algorithm>
#include <fstream>

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

class JudgedProvenance : public ::testing::TestWithParam<std::string> {
 protected:
  JudgedProvenance() { folder_.write("key.pub", content_of(kProducersFolder / "key.pub")); }

  /// Under a rule that requires a provenance leaf with these members; JSON is YAML.
  policy::Decision decision(const json& members) {
    json leaf = members;
    leaf["builder"] = "ci";
    const json file = {
        {"version", 1},
        {"attestors", {{"build", {{"key", {{"file", "key.pub"}}}}}}},
        {"builders", {{"ci", {{"attestor", "build"}, {"id", document_.at("facts").at("builder")}, {"level", 2}}}}},
        {"defaults", {{"noMatch", "deny"}}},
        {"rules", {{{"name", "apps"}, {"scopes", {"ghcr.io/acme/**"}}, {"require", {{"provenance", leaf}}}}}}};
    const Loaded<Policy> loaded = load_policy(folder_.write("policy.yaml", file.dump()));
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

std::string producer_label(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Producers, JudgedProvenance, ::testing::ValuesIn(all_producers()), producer_label);

}  // namespace
}  // namespace pullgate::config
