// One test for each folder of tests/cases: the evidence there, about the image there, under the keys there, must give
// the findings that are written there, and prove what is written there or nothing.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/verify/data.h"
#include "verify/verifier.h"

namespace pullgate::verify {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(kCases)) {
    if (entry.path().filename() == "case.json") {
      names.push_back(fs::relative(entry.path().parent_path(), kCases).string());
    }
  }
  std::ranges::sort(names);
  return names;
}

std::shared_ptr<const TrustRoot> trust_of(const json& document) {
  std::vector<TrustedKey> keys;
  for (const json& entry : document.at("trusted")) {
    const PublicKey key = key_named(entry.at("key"));
    std::vector<SignatureScheme> schemes;
    for (const std::string scheme : entry.at("schemes")) schemes.push_back(parse_signature_scheme(scheme).value());
    keys.push_back({key, schemes.empty() ? default_schemes(key.type()) : schemes});
  }
  return std::make_shared<const TrustRoot>(std::move(keys));
}

EvidenceKind kind_named(const std::string& name) {
  if (name == "simple-signing") return EvidenceKind::kSimpleSigning;
  if (name == "dsse-envelope") return EvidenceKind::kDsseEnvelope;
  EXPECT_EQ(name, "sigstore-bundle");
  return EvidenceKind::kSigstoreBundle;
}

json findings_of(const Report& report) {
  json findings = json::array();
  for (const Finding& finding : report.findings) {
    json entry = {{"check", to_string(finding.check)}, {"outcome", to_string(finding.outcome)}};
    if (finding.reason) entry["reason"] = to_string(*finding.reason);
    findings.push_back(std::move(entry));
  }
  return findings;
}

json shown(const ImageSignature& signature) {
  json claim = {{"claim", "image-signature"}, {"annotations", signature.annotations}};
  if (signature.docker_reference) claim["docker-reference"] = *signature.docker_reference;
  return claim;
}

json shown(const Statement& statement) {
  json claim = {{"claim", "statement"}, {"predicate-type", statement.predicate_type}};
  if (const auto& summary = statement.summary) {
    const bool has_passed = summary->outcome == VerificationSummary::Outcome::kPassed;
    claim["summary"] = {{"verifier", summary->verifier_id},
                        {"resource", summary->resource_uri},
                        {"outcome", has_passed ? "PASSED" : "FAILED"},
                        {"levels", summary->levels}};
  }
  if (!statement.provenance) return claim;
  claim["builder"] = statement.provenance->builder_id;
  if (const auto& source = statement.provenance->source) {
    claim["source"] = {{"repository", source->repository}, {"ref", source->ref}, {"commit", source->commit}};
  }
  for (const ImageMaterial& image : statement.provenance->images) {
    claim["images"].push_back(
        {{"name", image.name}, {"tag", image.tag}, {"digest", image.digest ? image.digest->text() : ""}});
  }
  return claim;
}

/// What was proven, in the words of case.json, without the signers.
json claim_of(const Verified& verified) {
  return std::visit([](const auto& claim) { return shown(claim); }, verified.claim());
}

std::vector<Signer> signers_named(const json& names) {
  std::vector<Signer> signers;
  for (const std::string name : names) signers.emplace_back(KeySigner{key_named(name).fingerprint()});
  std::ranges::sort(signers);
  return signers;
}

class Case : public ::testing::TestWithParam<std::string> {};

TEST_P(Case, GivesTheFindingsThatAreWrittenThere) {
  const fs::path folder = kCases / GetParam();
  const json document = json::parse(bytes_of(folder / "case.json"));
  const Content image = Content::of(bytes_of(kCases / document.at("image").get<std::string>()));
  const Evidence evidence{.kind = kind_named(document.at("kind")),
                          .place = GetParam(),
                          .payload = Content::of(bytes_of(folder / "evidence")),
                          .media_type = {},
                          .annotations = document.at("annotations")};

  const Report report = Verifier(trust_of(document)).verify(evidence, image);

  const json& expected = document.at("expected");
  EXPECT_EQ(findings_of(report), expected.at("findings")) << [&] {
    std::string details;
    for (const Finding& finding : report.findings) {
      details += std::string(to_string(finding.check)) + ": " + finding.detail + "\n";
    }
    return details;
  }();
  ASSERT_EQ(report.verified.has_value(), expected.contains("verified"));
  EXPECT_EQ(report.most_telling() == nullptr, report.verified.has_value());
  if (!report.verified) return;
  json claim = expected.at("verified");
  EXPECT_EQ(report.verified->signers(), signers_named(claim.at("signers")));
  EXPECT_EQ(report.verified->subject(), image.digest());
  claim.erase("signers");
  EXPECT_EQ(claim_of(*report.verified), claim);
}

std::string case_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Case, ::testing::ValuesIn(case_names()), case_name);

}  // namespace
}  // namespace pullgate::verify
