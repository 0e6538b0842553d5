// From policy.yaml to the decision, for requirements over what evidence says: the evidence is bytes that others made.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/policy_file.h"
#include "policy/evaluate.h"
#include "tests/support/virtual_sigstore.h"
#include "tests/unit/config/folder.h"
#include "verify/verifier.h"

namespace pullgate::config {
namespace {

using nlohmann::json;
using policy::Verdict;
using sandbox::Signing;
using ::testing::IsEmpty;
using verify::EvidenceKind;

const std::string kCaseFolder = PULLGATE_TEST_DATA "/cases/";

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Several attestations by one workflow, each with the moment at which a log of the virtual Sigstore saw it.
const sandbox::VirtualSigstore& virtual_sigstore() {
  static const sandbox::VirtualSigstore one;
  return one;
}

json scan_bundle(const json& predicate, std::int64_t hours_ago) {
  json statement = sandbox::VirtualSigstore::statement(Signing().artifact);
  statement["predicateType"] = "https://scanner.example/report/v1";
  statement["predicate"] = predicate;
  Signing signing;
  signing.payload = statement.dump();
  signing.log_time = sandbox::kNow - hours_ago * 3600;
  signing.leaf.not_before = signing.log_time - 60;
  signing.leaf.not_after = signing.log_time + 540;
  return virtual_sigstore().bundle(signing);
}

class JudgedLeaves : public ::testing::Test {
 protected:
  /// A file of `cases/`: its bytes about the image there, judged under a rule that requires this of its keys.
  policy::Decision of_case(const std::string& name, EvidenceKind kind, const std::string& require,
                           const std::string& requested = "ghcr.io/acme/app:v1.0") {
    for (const char* key : {"verifier", "p256"}) {
      folder_.write(std::string(key) + ".pub", contents_of(kCaseFolder + "keys/" + key + ".pub"));
    }
    const json description = json::parse(contents_of(kCaseFolder + name + "/case.json"));
    verify::Evidence evidence{.kind = kind,
                              .place = name,
                              .payload = Content::of(contents_of(kCaseFolder + name + "/evidence")),
                              .media_type = {},
                              .annotations = description.at("annotations")};
    return decision("attestors: { verifier: { key: { file: verifier.pub } }, signer: { key: { file: p256.pub } } }",
                    require, Content::of(contents_of(kCaseFolder + "images/app.json")), {std::move(evidence)},
                    requested);
  }

  policy::Decision of_scans(const std::vector<json>& bundles, const std::string& more) {
    folder_.write("root.json", virtual_sigstore().trusted_root().dump());
    std::vector<verify::Evidence> evidence;
    for (const json& bundle : bundles) {
      evidence.push_back({.kind = EvidenceKind::kSigstoreBundle,
                          .place = "place " + std::to_string(evidence.size()),
                          .payload = Content::of(bundle.dump()),
                          .media_type = {},
                          .annotations = {}});
    }
    return decision(
        "trustRoots: { test: { sigstore: { trustedRoot: root.json } } }\nattestors: { signer: { keyless: { "
        "trustRoot: test, issuer: '" +
            std::string(sandbox::kIssuerUrl) + "', subject: '" + std::string(sandbox::kSubjectUri) +
            "' } }, verifier: { key: { file: verifier.pub } } }",
        "{ attestation: { predicateType: 'https://scanner.example/report/v1', attestor: signer, " + more + " } }",
        Content::of(Signing().artifact), std::move(evidence), "ghcr.io/acme/app:v1.0");
  }

 private:
  policy::Decision decision(const std::string& attestors, const std::string& require, const Content& image,
                            std::vector<verify::Evidence> evidence, const std::string& requested) {
    folder_.write("verifier.pub", contents_of(kCaseFolder + "keys/verifier.pub"));
    const Loaded<Policy> loaded = load_policy(folder_.write(
        "policy.yaml",
        "version: 1\n" + attestors +
            "\ndefaults: { noMatch: deny }\nrules:\n  - { name: other, scopes: ['quay.io/**'], require: { "
            "allOf: [ { signature: signer }, { signature: verifier } ] } }\n"
            "  - { name: apps, scopes: ['ghcr.io/**'], require: " +
            require + " }\n"));
    EXPECT_THAT(folder_.problems(loaded), IsEmpty());
    policy::Gathered gathered;
    for (verify::Evidence& piece : evidence) {
      gathered.reports.push_back(verify::Verifier(loaded->trust).verify(piece, image));
    }
    const Time now{std::chrono::seconds(sandbox::kNow)};
    return evaluate(*loaded->rules,
                    {ImageReference::parse(requested).value(), image.digest(), loaded->rules->generation(),
                     loaded->trust->generation(), now},
                    Manifest{}, gathered);
  }

  Folder folder_;
};

std::optional<Reason> refusal(const policy::Decision& decision) {
  if (decision.verdict() == Verdict::kAllow) return std::nullopt;
  return decision.objections().at(0).reason;
}

const std::string kSummary =
    "{ vsa: { attestor: verifier, verifier: 'https://verifier.example/v1', levels: [SLSA_BUILD_LEVEL_2] } }";

TEST_F(JudgedLeaves, TakeASummaryThatPassed) {
  EXPECT_EQ(refusal(of_case("summary/good", EvidenceKind::kDsseEnvelope, kSummary)), std::nullopt);
  EXPECT_EQ(refusal(of_case("summary/good-with-the-least", EvidenceKind::kDsseEnvelope, kSummary)), std::nullopt);
}

TEST_F(JudgedLeaves, RefuseSummariesThatDidNot) {
  const auto of = [this](const std::string& name) {
    return refusal(of_case("summary/" + name, EvidenceKind::kDsseEnvelope, kSummary));
  };
  EXPECT_EQ(of("good-failed"), Reason::kConditionFalse);
  EXPECT_EQ(of("good-without-levels"), Reason::kLevelTooLow);
  EXPECT_EQ(of("good-older-version"), Reason::kNoEvidence);
  EXPECT_EQ(of("result-in-lower-case"), Reason::kEvidenceUnreadable);
  EXPECT_EQ(of("about-another-image"), Reason::kSubjectMismatch);
  EXPECT_EQ(refusal(of_case("summary/good", EvidenceKind::kDsseEnvelope, kSummary, "ghcr.io/acme/other:v1.0")),
            Reason::kNameMismatch);
}

TEST_F(JudgedLeaves, LookIntoPredicates) {
  const auto with = [this](const std::string& where) {
    return refusal(
        of_case("dsse/good-other-predicate", EvidenceKind::kDsseEnvelope,
                "{ attestation: { predicateType: 'https://example.com/scan/v1', attestor: signer, where: [ " + where +
                    " ] } }"));
  };
  EXPECT_EQ(with("{ path: /clean, equals: true }"), std::nullopt);
  EXPECT_EQ(with("{ path: /clean, equals: false }"), Reason::kConditionFalse);
  EXPECT_EQ(with("{ path: /clean, equals: 'true' }"), Reason::kConditionFalse);
  EXPECT_EQ(with("{ path: /other, exists: false }"), std::nullopt);
  EXPECT_EQ(with("{ path: /other, notEquals: 1 }"), Reason::kConditionFalse);
}

TEST_F(JudgedLeaves, CompareTheNameThatWasSigned) {
  const auto with = [this](const std::string& more, const std::string& requested = "ghcr.io/acme/app:v1.0") {
    return refusal(of_case("simple-signing/good-with-annotations", EvidenceKind::kSimpleSigning,
                           "{ signature: { attestor: signer, " + more + " } }", requested));
  };
  // Signed as cosign does: the repository, and no tag.
  EXPECT_EQ(with("signedIdentity: matchRepository"), std::nullopt);
  EXPECT_EQ(with("signedIdentity: matchRepository", "ghcr.io/mallory/app:v1.0"), Reason::kNameMismatch);
  EXPECT_EQ(with("signedIdentity: matchExact"), Reason::kNameMismatch);
  EXPECT_EQ(with("signedIdentity: matchRepoDigestOrExact"), Reason::kNameMismatch);
  EXPECT_EQ(with("signedIdentity: { exactRepository: ghcr.io/acme/app }", "ghcr.io/mallory/app:v1.0"), std::nullopt);
  EXPECT_EQ(with("annotations: { release: '1.0' }"), std::nullopt);
  EXPECT_EQ(with("annotations: { release: '1.1' }"), Reason::kConditionFalse);
  EXPECT_EQ(refusal(of_case("dsse/good-cosign-signature", EvidenceKind::kDsseEnvelope,
                            "{ signature: { attestor: signer, signedIdentity: matchRepository } }")),
            Reason::kNameMismatch);
}

TEST_F(JudgedLeaves, KnowTheNewestByTheLog) {
  const json clean = scan_bundle({{"found", json::array()}}, 2);
  const json older_dirty = scan_bundle({{"found", {"CVE-1"}}}, 5);
  const json newer_dirty = scan_bundle({{"found", {"CVE-1"}}}, 1);
  const std::string none_found = "where: [ { path: /found, size: { atMost: 0 } } ]";
  EXPECT_EQ(refusal(of_scans({clean, older_dirty}, "select: newest, " + none_found)), std::nullopt);
  EXPECT_EQ(refusal(of_scans({clean, newer_dirty}, "select: newest, " + none_found)), Reason::kConditionFalse);
  EXPECT_EQ(refusal(of_scans({clean, newer_dirty}, none_found)), std::nullopt);
  EXPECT_EQ(refusal(of_scans({clean, older_dirty}, "select: all, " + none_found)), Reason::kConditionFalse);
}

TEST_F(JudgedLeaves, KnowTheAgeByTheLog) {
  const json scan = scan_bundle({{"scanFinishedOn", "2099-01-01T00:00:00Z"}}, 5);
  EXPECT_EQ(refusal(of_scans({scan}, "maxAge: 6h")), std::nullopt);
  EXPECT_EQ(refusal(of_scans({scan}, "maxAge: 5h")), Reason::kEvidenceTooOld);
  EXPECT_EQ(of_scans({scan}, "maxAge: 6h").account().stands_until,
            Time(std::chrono::seconds(sandbox::kNow) + std::chrono::hours(1)));
}

}  // namespace
}  // namespace pullgate::config
