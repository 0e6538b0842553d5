#include "verify/slsa/vsa.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/error_code.h"

namespace pullgate::verify::slsa {
namespace {

using nlohmann::json;

json good() {
  return {{"verifier", {{"id", "https://verifier.example/v1"}, {"version", {{"tool", "1.2"}}}}},
          {"timeVerified", "2026-06-01T10:00:00Z"},
          {"resourceUri", "pkg:docker/acme/app@v1.0?repository_url=ghcr.io"},
          {"policy", {{"uri", "https://policies.example/release"}, {"digest", {{"sha256", std::string(64, 'a')}}}}},
          {"inputAttestations", {{{"uri", "https://example.com/a"}, {"digest", {{"sha256", std::string(64, 'b')}}}}}},
          {"verificationResult", "PASSED"},
          {"verifiedLevels", {"SLSA_BUILD_LEVEL_3", "ACME_REVIEWED"}},
          {"dependencyLevels", {{"SLSA_BUILD_LEVEL_3", 5}, {"SLSA_BUILD_LEVEL_0", 1}}},
          {"slsaVersion", "1.0"}};
}

TEST(Summary, IsReadWhole) {
  const Result<VerificationSummary> read = read_summary(good());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->verifier_id, "https://verifier.example/v1");
  EXPECT_EQ(read->resource_uri, "pkg:docker/acme/app@v1.0?repository_url=ghcr.io");
  ASSERT_TRUE(read->resource);
  EXPECT_EQ(read->resource->name, "ghcr.io/acme/app");
  EXPECT_EQ(read->resource->tag, "v1.0");
  EXPECT_EQ(read->policy_uri, "https://policies.example/release");
  EXPECT_EQ(read->policy_digest.at("sha256"), std::string(64, 'a'));
  EXPECT_EQ(read->outcome, VerificationSummary::Outcome::kPassed);
  EXPECT_EQ(read->levels, (std::vector<std::string>{"SLSA_BUILD_LEVEL_3", "ACME_REVIEWED"}));
  EXPECT_EQ(read->time_verified, parse_rfc3339("2026-06-01T10:00:00Z").value());
}

TEST(Summary, NeedsNoMoreThanTheSpecificationAsksFor) {
  json summary = good();
  for (const char* optional : {"timeVerified", "inputAttestations", "dependencyLevels", "slsaVersion"}) {
    summary.erase(optional);
  }
  summary["policy"].erase("digest");
  summary["unknown"] = json::array();
  EXPECT_TRUE(read_summary(summary));
}

TEST(Summary, WithoutWhatHasToBeThereIsNone) {
  for (const char* pointer : {"/verifier", "/verifier/id", "/resourceUri", "/policy", "/policy/uri",
                              "/verificationResult", "/verifiedLevels"}) {
    const json::json_pointer place(pointer);
    json summary = good();
    summary[place.parent_pointer()].erase(place.back());
    EXPECT_EQ(tests::error_code(read_summary(summary)), ErrorCode::kMalformed) << pointer;
  }
}

TEST(Summary, OfOtherTypesIsNone) {
  const json wrong[] = {1, true, json::object({{"x", json::array()}}), json::array({1})};
  for (const char* pointer :
       {"/verifier", "/verifier/id", "/timeVerified", "/resourceUri", "/policy", "/policy/uri", "/policy/digest",
        "/policy/digest/sha256", "/inputAttestations", "/inputAttestations/0", "/inputAttestations/0/digest",
        "/verificationResult", "/verifiedLevels", "/verifiedLevels/0", "/dependencyLevels",
        "/dependencyLevels/SLSA_BUILD_LEVEL_3", "/slsaVersion"}) {
    for (const json& value : wrong) {
      if (std::string_view(pointer) == "/dependencyLevels/SLSA_BUILD_LEVEL_3" && value == 1) continue;
      if (std::string_view(pointer) == "/inputAttestations/0" && value.is_object()) continue;
      json summary = good();
      summary[json::json_pointer(pointer)] = value;
      EXPECT_EQ(tests::error_code(read_summary(summary)), ErrorCode::kMalformed) << pointer << " " << value;
    }
  }
  EXPECT_FALSE(read_summary(json::array()));
  EXPECT_FALSE(read_summary(nullptr));
}

TEST(Summary, HasPassedOnlyInOneWord) {
  json summary = good();
  summary["verificationResult"] = "FAILED";
  ASSERT_TRUE(read_summary(summary));
  EXPECT_EQ(read_summary(summary)->outcome, VerificationSummary::Outcome::kFailed);
  for (const char* word : {"passed", "Passed", "PASSED ", "", "PASS", "WARNED"}) {
    summary["verificationResult"] = word;
    EXPECT_FALSE(read_summary(summary)) << word;
  }
}

TEST(Summary, OfNobodyAboutNothingIsNone) {
  for (const char* pointer : {"/verifier/id", "/resourceUri", "/policy/uri"}) {
    json summary = good();
    summary[json::json_pointer(pointer)] = "";
    EXPECT_FALSE(read_summary(summary)) << pointer;
  }
  json summary = good();
  summary["timeVerified"] = "yesterday";
  EXPECT_FALSE(read_summary(summary));
  summary = good();
  summary["resourceUri"] = "pkg:docker/alpine@3?digest=sha256:nonsense";
  EXPECT_FALSE(read_summary(summary));
}

TEST(Summary, HasBoundedLevels) {
  json summary = good();
  summary["verifiedLevels"] = json::array();
  EXPECT_TRUE(read_summary(summary));
  for (int n = 0; n <= 256; ++n) summary["verifiedLevels"].push_back("LEVEL_" + std::to_string(n));
  EXPECT_EQ(tests::error_code(read_summary(summary)), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace pullgate::verify::slsa
