// Attacks on other verifiers of the same formats that span several of our checks or containers; each test is named
// after the advisory. What is one check's own matter stands beside that check's other tests.

#include <array>
#include <utility>

#include <gtest/gtest.h>

#include "tests/unit/verify/sigstore/mutation.h"
#include "tests/unit/verify/sigstore/spoiling.h"
#include "verify/limits.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::kNow;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;
using sandbox::VirtualSigstore;

constexpr const char* kEntryAnnotation = "dev.sigstore.cosign/bundle";

/// Who trusts the virtual Sigstore, and nobody else.
const std::shared_ptr<const TrustRoot>& sigstores_trust() {
  static const std::shared_ptr<const TrustRoot> trust = trust_of(one_sigstore().trusted_root());
  return trust;
}

/// Two certificates for one leaf differ only in the timestamps of certificate logs. Without those, two signatures have
/// signer, certificate, moment and artifact in common, and nothing but the signature tells them apart.
Signing by_one_certificate() {
  Signing signing;
  signing.leaf.scts.clear();
  return signing;
}

Json certificate_in(const Json& bundle) {
  const Json& material = bundle.at("verificationMaterial");
  return material.at(material.contains("certificate") ? "certificate" : "x509CertificateChain");
}

VirtualSigstore::Layer layer_of(EvidenceKind kind, const Signing& signing) {
  return kind == EvidenceKind::kSimpleSigning ? one_sigstore().signature_layer(signing)
                                              : one_sigstore().attestation_layer(signing);
}

constexpr std::array kLayerKinds = {EvidenceKind::kSimpleSigning, EvidenceKind::kDsseEnvelope};

TEST(Advisory, NoBundleIsBelievedWithTheEntryOfAnotherSignatureCve202622703Cve202236056) {
  for (const char* version : {"0.1", "0.2", "0.3"}) {
    for (const Signing::Content content : {Signing::Content::kMessage, Signing::Content::kEnvelope}) {
      for (const Signing::Log log : {Signing::Log::kRekor1, Signing::Log::kRekor2}) {
        Signing signing = by_one_certificate();
        signing.version = version;
        signing.content = content;
        signing.log = log;
        signing.stamps = {Stamp{}};
        // Version 0.1 needs a promise, which Rekor v2 does not give.
        if (log == Signing::Log::kRekor2 && signing.version == "0.1") continue;
        Json bundle = one_sigstore().bundle(signing);
        Json other = one_sigstore().bundle(signing);
        ASSERT_TRUE(verify_bundle(bundle).verified);
        ASSERT_EQ(certificate_in(bundle), certificate_in(other));
        log_entry(bundle) = log_entry(other);
        expect_refused(verify_bundle(bundle), Check::kTransparency, Reason::kTlogInvalid);
      }
    }
  }
}

TEST(Advisory, NoLayerIsBelievedWithTheEntryOfAnotherSignatureCve202223649Cve202622703) {
  for (const EvidenceKind kind : kLayerKinds) {
    VirtualSigstore::Layer layer = layer_of(kind, by_one_certificate());
    ASSERT_TRUE(verify_layer(kind, layer, sigstores_trust()).verified);
    layer.annotations[kEntryAnnotation] = layer_of(kind, by_one_certificate()).annotations[kEntryAnnotation];
    expect_refused(verify_layer(kind, layer, sigstores_trust()), Check::kTransparency, Reason::kTlogInvalid);
    layer.annotations.erase(kEntryAnnotation);
    expect_refused(verify_layer(kind, layer, sigstores_trust()), Check::kTime, Reason::kTimestampMissing);
  }
}

TEST(Advisory, NoLayerIsBelievedWithABrokenOrMissingPromiseCve202236056) {
  // With a timestamp, so that the log's word is not needed for the time: what is presented has to hold nevertheless.
  Signing signing;
  signing.stamps = {Stamp{}};
  for (const EvidenceKind kind : kLayerKinds) {
    VirtualSigstore::Layer layer = layer_of(kind, signing);
    const Json good = Json::parse(layer.annotations[kEntryAnnotation]);
    Json broken = good;
    std::string promise = sandbox::unbase64(good["SignedEntryTimestamp"].get<std::string>());
    promise.back() = static_cast<char>(promise.back() ^ 1);
    broken["SignedEntryTimestamp"] = sandbox::base64(promise);
    Json without = good;
    without.erase("SignedEntryTimestamp");
    for (const auto& [entry, check] :
         {std::pair(broken, Check::kLogPromise), std::pair(without, Check::kTransparency)}) {
      layer.annotations[kEntryAnnotation] = entry.dump();
      expect_refused(verify_layer(kind, layer, sigstores_trust()), check, Reason::kTlogInvalid);
    }
  }
}

TEST(Advisory, AnAttestationOfOneImageIsNoneOfAnotherCve202631830) {
  Signing message;
  message.content = Signing::Content::kMessage;
  expect_refused(verify_bundle(one_sigstore().bundle(message), sigstores_trust(), "another image"),
                 Check::kMessageDigest, Reason::kSubjectMismatch);
  expect_refused(verify_bundle(one_sigstore().bundle({}), sigstores_trust(), "another image"), Check::kSubject,
                 Reason::kSubjectMismatch);
  Signing other;
  other.artifact = "another image";
  for (const EvidenceKind kind : kLayerKinds) {
    expect_refused(verify_layer(kind, layer_of(kind, other), sigstores_trust()), Check::kSubject,
                   Reason::kSubjectMismatch);
  }
}

TEST(Advisory, ASignedPayloadThatIsNoStatementProvesNothingCve202639395Cve202644309) {
  const std::string good = VirtualSigstore::statement(Signing().artifact).dump();
  const std::string of_another = R"("subject":[{"digest":{"sha256":")" + std::string(64, '0') + "\"}}],";
  for (const std::string& payload : {std::string("not json"), std::string("{}"), std::string("[]"), std::string("null"),
                                     std::string(), good + "x", "{" + of_another + good.substr(1)}) {
    Signing signing;
    signing.payload = payload;
    SCOPED_TRACE(payload);
    expect_refused(verify_bundle(one_sigstore().bundle(signing)), Check::kPayload, Reason::kEvidenceUnreadable);
    expect_refused(
        verify_layer(EvidenceKind::kDsseEnvelope, one_sigstore().attestation_layer(signing), sigstores_trust()),
        Check::kPayload, Reason::kEvidenceUnreadable);
  }
}

TEST(Advisory, NoCertificateIsNoSignerCve202644310) {
  for (const std::string version : {"0.1", "0.2", "0.3"}) {
    Signing signing;
    signing.version = version;
    signing.log = Signing::Log::kNone;
    signing.stamps = {Stamp{}};
    const Json good = one_sigstore().bundle(signing);
    // The key behind the certificate is trusted for itself, so that a bundle for nobody could be taken for the key's.
    const auto trust = trust_of(one_sigstore().trusted_root(), {trusted_key(signing.leaf.key)});
    ASSERT_TRUE(verify_bundle(good, trust).verified);
    const char* const member = version == "0.3" ? "certificate" : "x509CertificateChain";
    for (const Json& none : {Json(), Json::object(), Json{{"certificates", Json::array()}}, Json{{"rawBytes", ""}},
                             Json{{"certificates", Json::array({Json::object()})}},
                             Json{{"certificates", Json::array({Json{{"rawBytes", ""}}})}}}) {
      Json bundle = good;
      bundle["verificationMaterial"][member] = none;
      SCOPED_TRACE(version + none.dump());
      expect_refused(verify_bundle(bundle, trust), Check::kForm, Reason::kEvidenceUnreadable);
    }
  }
  for (const EvidenceKind kind : kLayerKinds) {
    VirtualSigstore::Layer layer = layer_of(kind, {});
    constexpr const char* kEmptyBlock = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    for (const auto& [none, check] :
         {std::pair("", Check::kForm), std::pair("\n", Check::kForm), std::pair(kEmptyBlock, Check::kCertificate)}) {
      layer.annotations["dev.sigstore.cosign/certificate"] = none;
      expect_refused(verify_layer(kind, layer, sigstores_trust()), check, Reason::kEvidenceUnreadable);
    }
  }
}

TEST(Advisory, ALogThatTheTrustRootDoesNotNameSaysNothingCve202347122) {
  // Everything about the entry holds under the key of a log, only not of one that we were told to trust.
  VirtualSigstore elsewhere = one_sigstore();
  elsewhere.rekor1 = sandbox::Rekor(sandbox::Rekor::Generation::k1);
  Signing signing;
  expect_refused(verify_bundle(elsewhere.bundle(signing)), Check::kTime, Reason::kTimestampMissing);
  signing.stamps = {Stamp{}};
  const Report report = verify_bundle(elsewhere.bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_TRUE(report.verified->corroborations().front().logs.empty());
  const auto findings = check_requirements(*report.verified, usual_requirements(kSceneRoot));
  EXPECT_EQ(findings.front().check, Check::kEnoughLogs);
  EXPECT_EQ(findings.front().reason, Reason::kTlogMissing);
}

TEST(Advisory, OneKeyUnderTwoNamesIsOneSignerCve20206174) {
  const SigningKey key = SigningKey::make();
  Signing signing;
  signing.managed_key = &key;
  signing.log = Signing::Log::kNone;
  VirtualSigstore::Layer layer = one_sigstore().attestation_layer(signing);
  Json envelope = Json::parse(layer.bytes);
  const Json again = Json::parse(one_sigstore().attestation_layer(signing).bytes);
  ASSERT_NE(envelope["signatures"], again["signatures"]);
  envelope["signatures"].push_back(again["signatures"][0]);
  envelope["signatures"][0]["keyid"] = "one";
  envelope["signatures"][1]["keyid"] = "another";
  layer.bytes = envelope.dump();
  const Report report =
      verify_layer(EvidenceKind::kDsseEnvelope, layer, trust_of(one_sigstore().trusted_root(), {trusted_key(key)}));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_EQ(report.verified->signers().size(), 1U);
}

TEST(Advisory, ABundleHasNoMoreOfAnythingThanItMayHaveCve202445395) {
  Signing signing;
  signing.version = "0.2";
  signing.stamps = {Stamp{}};
  const auto refused = [&](const char* pointer, std::size_t most, Check check) {
    Json bundle = one_sigstore().bundle(signing);
    Json& list = bundle[Json::json_pointer(pointer)];
    list.insert(list.end(), most, Json(list[0]));
    SCOPED_TRACE(pointer);
    expect_refused(verify_bundle(bundle), check, Reason::kLimitExceeded);
  };
  refused("/verificationMaterial/tlogEntries", limits::kBundleLogEntries, Check::kTransparency);
  refused("/verificationMaterial/timestampVerificationData/rfc3161Timestamps", limits::kBundleTimestamps,
          Check::kTimestamp);
  refused("/verificationMaterial/x509CertificateChain/certificates", limits::kCertificateChain, Check::kForm);
}

/// Where another value would be another shape, and still mean the same or be nothing that can be held against anything.
bool means_nothing(const Signing& signing, std::string_view pointer) {
  // Hashes of the text that was uploaded, which a bundle does not keep.
  return pointer.starts_with("/spec/envelopeHash") ||
         (signing.entry_kind == Signing::EntryKind::kIntoto002 && pointer.starts_with("/spec/content/hash"));
}

TEST(Advisory, EntryBodiesOfTheWrongShapeAreRefusedCve202333199Cve202623831) {
  Signing message;
  message.content = Signing::Content::kMessage;
  Signing intoto;
  intoto.entry_kind = Signing::EntryKind::kIntoto002;
  Signing rekor2;
  rekor2.log = Signing::Log::kRekor2;
  rekor2.stamps = {Stamp{}};
  for (const Signing& signing : {Signing(), message, intoto, rekor2}) {
    const sandbox::Rekor& log = signing.log == Signing::Log::kRekor2 ? one_sigstore().rekor2 : one_sigstore().rekor1;
    Json bundle = one_sigstore().bundle(signing);
    ASSERT_TRUE(verify_bundle(bundle).verified);
    const std::string body = sandbox::unbase64(log_entry(bundle)["canonicalizedBody"].get<std::string>());
    for (const Field& field : fields_of(body)) {
      if (field.pointer.empty() || means_nothing(signing, field.pointer)) continue;
      for (const char* other : {"null", "true", "0", "-1", "\"\"", "[]", "{}"}) {
        // The log took it as it is, so everything about the entry holds but what it says.
        log_entry(bundle) = log.entry(Json::parse(field.with(other)), kNow);
        SCOPED_TRACE(field.pointer + " as " + other);
        expect_refused(verify_bundle(bundle), Check::kTransparency, Reason::kTlogInvalid);
      }
    }
  }
}

}  // namespace
}  // namespace pullgate::verify
