#include "verify/verifier.h"

#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/verify/data.h"
#include "verify/checks/report_builder.h"
#include "verify/limits.h"

namespace pullgate::verify {
namespace {

using nlohmann::json;

const Content kImage = Content::of(bytes_of(kCases / "images" / "app.json"));

Evidence evidence_in(const std::string& name) {
  const json document = json::parse(bytes_of(kCases / name / "case.json"));
  const std::string kind = document.at("kind");
  return {.kind = kind == "simple-signing"  ? EvidenceKind::kSimpleSigning
                  : kind == "dsse-envelope" ? EvidenceKind::kDsseEnvelope
                                            : EvidenceKind::kSigstoreBundle,
          .place = name,
          .payload = Content::of(bytes_of(kCases / name / "evidence")),
          .media_type = {},
          .annotations = document.at("annotations")};
}

Verifier verifier() {
  return Verifier(trust_in({"p256", "ed25519"}));
}

/// One good piece of each form.
const std::vector<std::string> kGood = {"simple-signing/good-p256", "dsse/good-p256", "bundle/good-p256",
                                        "bundle/message-good-p256", "bundle/good-cosign-signature"};

std::string text_of(const Claim& claim) {
  if (const auto* signature = std::get_if<ImageSignature>(&claim)) {
    return json{{"name", signature->docker_reference.value_or("")}, {"annotations", signature->annotations}}.dump();
  }
  const auto& statement = std::get<Statement>(claim);
  return statement.predicate_type + statement.predicate->dump() +
         (statement.provenance ? statement.provenance->builder_id : "");
}

TEST(Verifier, ReadsNoEvidenceThatIsTooLarge) {
  for (const std::string& name : kGood) {
    Evidence evidence = evidence_in(name);
    evidence.payload = Content::of(std::string(evidence.payload.bytes()) + std::string(limits::kEvidenceBytes, ' '));
    const Report report = verifier().verify(evidence, kImage);
    ASSERT_NE(report.most_telling(), nullptr) << name;
    EXPECT_EQ(report.most_telling()->check, Check::kForm) << name;
    EXPECT_EQ(report.most_telling()->reason, Reason::kLimitExceeded) << name;
  }
}

TEST(Verifier, ProvesGoodEvidenceAboutItsImageAndNoOther) {
  for (const std::string& name : kGood) {
    const Evidence evidence = evidence_in(name);
    const Report report = verifier().verify(evidence, kImage);
    ASSERT_TRUE(report.verified) << name;
    EXPECT_EQ(report.most_telling(), nullptr);
    EXPECT_EQ(report.evidence, evidence.payload.digest());
    EXPECT_EQ(report.verified->subject(), kImage.digest());
    EXPECT_EQ(describe(report.verified->signer()), "key " + key_named("p256").fingerprint().short_text());

    for (const Content& other : {Content::of(std::string(kImage.bytes()) + " "), Content::of(""),
                                 Content::of(std::string(kImage.bytes()), Digest::Algorithm::kSha512)}) {
      // Simple signing names a digest; a statement may name several, and a message is its bytes.
      if (other.bytes() == kImage.bytes() && !name.starts_with("simple-signing/")) {
        EXPECT_TRUE(verifier().verify(evidence, other).verified) << name;
        continue;
      }
      const Report refused = verifier().verify(evidence, other);
      EXPECT_FALSE(refused.verified) << name;
      ASSERT_NE(refused.most_telling(), nullptr);
      EXPECT_EQ(refused.most_telling()->reason, Reason::kSubjectMismatch) << name;
    }
  }
}

TEST(Verifier, ProvesNothingWithoutTrust) {
  for (const std::string& name : kGood) {
    for (const auto& trust : {trust_in({}), trust_in({"other"}), trust_in({"rsa2048", "ed25519", "p384"})}) {
      const Report report = Verifier(trust).verify(evidence_in(name), kImage);
      EXPECT_FALSE(report.verified);
      ASSERT_NE(report.most_telling(), nullptr);
      EXPECT_EQ(report.most_telling()->reason, Reason::kSignerNotTrusted);
    }
  }
}

// A bit in every fifth byte: whatever still verifies must say exactly what was signed. (What may change are hints.)
TEST(Verifier, ProvesNothingElseFromEvidenceThatWasChangedAnywhere) {
  for (const std::string& name : kGood) {
    const Evidence good = evidence_in(name);
    const Report expected = verifier().verify(good, kImage);
    ASSERT_TRUE(expected.verified);
    const std::string bytes(good.payload.bytes());
    for (std::size_t at = 0; at < bytes.size(); at += 5) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 7)));
      Evidence evidence = good;
      evidence.payload = Content::of(changed);
      const Report report = verifier().verify(evidence, kImage);
      EXPECT_EQ(report.verified.has_value(), report.most_telling() == nullptr);
      if (!report.verified) continue;
      EXPECT_NE(good.kind, EvidenceKind::kSimpleSigning) << "byte " << at;
      EXPECT_EQ(report.verified->signers(), expected.verified->signers());
      EXPECT_EQ(text_of(report.verified->claim()), text_of(expected.verified->claim())) << "byte " << at;
    }
  }
}

TEST(Verifier, ProvesNothingFromEvidenceThatWasCutAnywhere) {
  for (const std::string& name : kGood) {
    const Evidence good = evidence_in(name);
    const std::string bytes(good.payload.bytes());
    for (std::size_t length = 0; length < bytes.size(); length += 23) {
      Evidence evidence = good;
      evidence.payload = Content::of(bytes.substr(0, length));
      EXPECT_FALSE(verifier().verify(evidence, kImage).verified) << name << " " << length;
    }
  }
}

TEST(Verifier, ProvesNothingFromEvidenceOfAnotherKind) {
  for (const std::string& name : kGood) {
    const Evidence good = evidence_in(name);
    for (EvidenceKind kind :
         {EvidenceKind::kSimpleSigning, EvidenceKind::kDsseEnvelope, EvidenceKind::kSigstoreBundle}) {
      Evidence evidence = good;
      evidence.kind = kind;
      EXPECT_EQ(verifier().verify(evidence, kImage).verified.has_value(), kind == good.kind) << name;
    }
  }
}

TEST(Verifier, RefusesEvidenceBeyondTheLimitWithoutReadingIt) {
  Evidence evidence = evidence_in("dsse/good-p256");
  evidence.payload = Content::of(std::string(limits::kEvidenceBytes + 1, '['));
  const Report report = verifier().verify(evidence, kImage);
  ASSERT_NE(report.most_telling(), nullptr);
  EXPECT_EQ(report.most_telling()->check, Check::kForm);
  EXPECT_EQ(report.most_telling()->reason, Reason::kLimitExceeded);
}

TEST(Verifier, GivesEveryFindingOnePrintableLine) {
  Evidence evidence = evidence_in("dsse/good-p256");
  evidence.payload = Content::of(
      "{\"payloadType\":\"\\u001b[31m\\r\\n\",\"payload\":\"e30=\",\"signatures\":[{\"sig\":"
      "\"eA==\",\"keyid\":\"\\u0007\"}]}");
  const Report report = verifier().verify(evidence, kImage);
  EXPECT_FALSE(report.verified);
  for (const Finding& finding : report.findings) {
    for (char c : finding.detail) EXPECT_TRUE(c >= ' ' && c <= '~') << finding.detail;
  }
}

TEST(Verifier, GivesEqualReportsFromSeveralThreads) {
  const Verifier shared = Verifier(trust_in({"p256", "ed25519", "rsa2048", "p384"}));
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&shared] {
      for (int round = 0; round < 8; ++round) {
        for (const std::string& name : kGood) EXPECT_TRUE(shared.verify(evidence_in(name), kImage).verified);
        EXPECT_FALSE(shared.verify(evidence_in("bundle/signature-bit-flipped"), kImage).verified);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ReportBuilder, BeginsInconclusive) {
  checks::ReportBuilder report(evidence_in("dsse/good-p256"), {Check::kForm, Check::kSignature});
  EXPECT_EQ(report.overall(), Outcome::kInconclusive);
  report.pass(Check::kForm);
  EXPECT_EQ(report.overall(), Outcome::kInconclusive);
  report.pass(Check::kSignature);
  EXPECT_EQ(report.overall(), Outcome::kPassed);
  EXPECT_EQ(checks::ReportBuilder(evidence_in("dsse/good-p256"), {}).overall(), Outcome::kInconclusive);
}

TEST(ReportBuilder, KeepsAFailureWhateverComesAfter) {
  checks::ReportBuilder report(evidence_in("dsse/good-p256"), {Check::kForm});
  report.fail(Check::kForm, Reason::kEvidenceUnreadable, "bad");
  report.pass(Check::kForm);
  report.fail(Check::kForm, Reason::kLimitExceeded, "worse");
  EXPECT_EQ(report.overall(), Outcome::kFailed);
  EXPECT_EQ(report.report().findings[0].reason, Reason::kEvidenceUnreadable);
}

TEST(ReportBuilder, TurnsAnAccidentIntoAFailure) {
  checks::ReportBuilder report(evidence_in("dsse/good-p256"), {Check::kForm, Check::kSignature});
  report.pass(Check::kForm);
  report.pass(Check::kSignature);
  report.fail_next("out of memory");
  EXPECT_EQ(report.overall(), Outcome::kFailed);
  EXPECT_EQ(report.report().findings[1].reason, Reason::kEvidenceUnreadable);
}

TEST(ReportBuilder, KnowsOnlyTheChecksOfItsList) {
  checks::ReportBuilder report(evidence_in("dsse/good-p256"), {Check::kForm});
  EXPECT_THROW(report.pass(Check::kSignature), std::logic_error);
}

}  // namespace
}  // namespace pullgate::verify
