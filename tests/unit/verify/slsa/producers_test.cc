/// What every known producer writes, read out of envelopes that another implementation signed
/// (tests/cases/producers/).

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/verify/data.h"
#include "verify/verifier.h"

namespace pullgate::verify {
namespace {

using nlohmann::json;

const std::filesystem::path kProducers = kCases / "provenance";

std::vector<std::string> producer_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kProducers)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

Report verified(const std::string& name) {
  const PublicKey key = PublicKey::parse_pem(bytes_of(kProducers / "key.pub")).value();
  const auto trust = std::make_shared<const TrustRoot>(std::vector<TrustedKey>{{key, default_schemes(key.type())}});
  const Evidence evidence{.kind = EvidenceKind::kDsseEnvelope,
                          .place = name,
                          .payload = Content::of(bytes_of(kProducers / name / "evidence")),
                          .media_type = {},
                          .annotations = {}};
  return Verifier(trust).verify(evidence, Content::of(bytes_of(kCases / "images" / "app.json")));
}

void show(json& facts, const char* name, const std::string& text) {
  if (!text.empty()) facts[name] = text;
}

void show(json& facts, const char* name, Stated stated) {
  if (stated != Stated::kNothing) facts[name] = stated == Stated::kYes ? "yes" : "no";
}

json facts_of(const Provenance& made) {
  json facts = {{"materials", made.materials.size()},
                {"pinned", std::ranges::count_if(made.materials, &Material::is_pinned)}};
  show(facts, "predicate-type", made.predicate_type);
  show(facts, "builder", made.builder_id);
  show(facts, "build-type", made.build_type);
  show(facts, "entry-point", made.entry_point);
  if (const auto& source = made.source) {
    facts["source"] = {{"repository", source->repository}, {"ref", source->ref}, {"commit", source->commit}};
  }
  if (!made.inputs.empty()) facts["inputs"] = made.inputs;
  show(facts, "trigger", made.run.trigger);
  show(facts, "address-end", made.run.address_end);
  show(facts, "repository-id", made.run.repository_id);
  show(facts, "owner-id", made.run.repository_owner_id);
  show(facts, "environment", made.run.environment);
  show(facts, "invocation", made.invocation_id);
  show(facts, "parameters-complete", made.parameters_are_complete);
  show(facts, "materials-complete", made.materials_are_complete);
  show(facts, "hermetic", made.hermetic);
  show(facts, "reproducible", made.reproducible);
  return facts;
}

class Producer : public ::testing::TestWithParam<std::string> {};

TEST_P(Producer, SaysWhatIsWrittenThereAndNothingElse) {
  const json document = json::parse(bytes_of(kProducers / GetParam() / "provenance.json"));
  const Report report = verified(GetParam());
  ASSERT_TRUE(report.verified) << report.most_telling()->detail;
  const auto& statement = std::get<Statement>(report.verified->claim());
  ASSERT_TRUE(statement.provenance);
  json facts = facts_of(*statement.provenance);
  json expected = document.at("facts");
  if (expected.contains("inputs") && expected.at("inputs").empty()) expected.erase("inputs");
  EXPECT_EQ(facts_of(*statement.provenance), expected);
}

std::string producer_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Producers, Producer, ::testing::ValuesIn(producer_names()), producer_name);

}  // namespace
}  // namespace pullgate::verify
