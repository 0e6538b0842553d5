// What a virtual Sigstore attests in every good form, and what is proven by it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/der.h"
#include "tests/unit/verify/sigstore/mutation.h"

namespace pullgate::verify {
namespace {

using sandbox::kNow;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;
using ::testing::ElementsAre;

Time at(std::int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}

TEST(KeylessBundle, HoldsInEveryVersionAndWithEachKindOfContent) {
  for (const char* version : {"0.1", "0.2", "0.3"}) {
    for (Signing::Content content : {Signing::Content::kEnvelope, Signing::Content::kMessage}) {
      Signing signing;
      signing.version = version;
      signing.content = content;
      const Report report = verify_bundle(one_sigstore().bundle(signing));
      EXPECT_TRUE(report.verified) << version << ": " << told(report);
    }
  }
}

// proto3 JSON: a member that is null is one that is not there.
TEST(KeylessBundle, MayHaveMembersThatAreNull) {
  nlohmann::json bundle = one_sigstore().bundle({});
  bundle["messageSignature"] = nullptr;
  bundle["verificationMaterial"]["publicKey"] = nullptr;
  bundle["verificationMaterial"]["x509CertificateChain"] = nullptr;
  bundle["verificationMaterial"]["timestampVerificationData"] = nullptr;
  const Report report = verify_bundle(bundle);
  EXPECT_TRUE(report.verified) << told(report);
}

// proto3 JSON: bytes that are empty are bytes that are not there.
TEST(KeylessBundle, WithAnEmptyPromiseHasNone) {
  for (const char* version : {"0.1", "0.2", "0.3"}) {
    Signing signing;
    signing.version = version;
    signing.stamps = {Stamp{}};
    nlohmann::json bundle = one_sigstore().bundle(signing);
    bundle["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]["signedEntryTimestamp"] = "";
    const Report report = verify_bundle(bundle);
    EXPECT_EQ(report.verified.has_value(), std::string_view(version) != "0.1") << version << ": " << told(report);
    if (report.verified) {
      EXPECT_EQ(report.verified->corroborations().front().logs.front().proof, LogRecord::Proof::kInclusion);
    }
  }
}

TEST(KeylessBundle, ProvesWhoSignedWithEveryExtensionOfTheCertificate) {
  const Report report = verify_bundle(one_sigstore().bundle({}));
  ASSERT_TRUE(report.verified) << told(report);
  ASSERT_EQ(report.verified->signers().size(), 1U);
  const auto& signer = std::get<CertificateSigner>(report.verified->signer());
  EXPECT_EQ(signer.trust_root, kSceneRoot);
  EXPECT_EQ(signer.subject, (SubjectAlternativeName{SubjectAlternativeName::Kind::kUri, sandbox::kSubjectUri}));
  EXPECT_EQ(signer.issuer, sandbox::kIssuerUrl);
  EXPECT_EQ(signer.extensions.source_repository_uri, "https://github.com/acme/app");
  EXPECT_EQ(signer.extensions.source_repository_ref, "refs/heads/main");
  EXPECT_EQ(signer.extensions.source_repository_digest, std::string(40, 'a'));
  EXPECT_EQ(signer.extensions.build_signer_uri, sandbox::kSubjectUri);
  EXPECT_EQ(signer.extensions.runner_environment, "github-hosted");
  EXPECT_EQ(signer.extensions.build_trigger, "push");
  EXPECT_EQ(signer.extensions.token_subject, "repo:acme/app:ref:refs/heads/main");
  EXPECT_EQ(signer.extensions.github_workflow_repository, "acme/app");
  EXPECT_EQ(signer.extensions.deployment_environment, std::nullopt);
}

TEST(KeylessBundle, ListsWhoVouchesForItUnderTheTrustRoot) {
  Signing signing;
  signing.stamps = {Stamp{.time = kNow + 1}};
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  ASSERT_EQ(report.verified->corroborations().size(), 1U);
  const Corroboration& facts = report.verified->corroborations().front();
  EXPECT_EQ(facts.trust_root, kSceneRoot);
  ASSERT_EQ(facts.logs.size(), 1U);
  EXPECT_EQ(facts.logs.front().log, one_sigstore().rekor1.url());
  EXPECT_EQ(facts.logs.front().proof, LogRecord::Proof::kPromiseAndInclusion);
  EXPECT_EQ(facts.logs.front().index, one_sigstore().rekor1.index + one_sigstore().rekor1.shard_offset);
  EXPECT_THAT(facts.certificate_logs, ElementsAre(one_sigstore().certificate_log.url));
  ASSERT_EQ(facts.times.size(), 2U);
  EXPECT_EQ(facts.times[0].time, at(kNow));
  EXPECT_EQ(facts.times[0].source, VerifiedTime::Source::kLog);
  EXPECT_EQ(facts.times[1].time, at(kNow + 1));
  EXPECT_EQ(facts.times[1].authority, one_sigstore().timestamp_authority.url);
  EXPECT_TRUE(facts.ignored.empty());
}

TEST(KeylessBundle, OfRekor2NeedsATimestampBecauseTheLogSaysNoTime) {
  for (Signing::Content content : {Signing::Content::kEnvelope, Signing::Content::kMessage}) {
    Signing signing;
    signing.content = content;
    signing.log = Signing::Log::kRekor2;
    signing.stamps = {Stamp{}};
    Report report = verify_bundle(one_sigstore().bundle(signing));
    ASSERT_TRUE(report.verified) << told(report);
    EXPECT_EQ(report.verified->corroborations().front().logs.front().proof, LogRecord::Proof::kInclusion);
    signing.stamps.clear();
    report = verify_bundle(one_sigstore().bundle(signing));
    EXPECT_EQ(report.most_telling()->check, Check::kTime);
    EXPECT_EQ(report.most_telling()->reason, Reason::kTimestampMissing);
  }
}

TEST(KeylessBundle, WithAnInclusionProofAloneHasNoTimeCve202648816Cve202455655) {
  for (const char* version : {"0.2", "0.3"}) {
    Signing signing;
    signing.version = version;
    signing.promise = false;
    expect_refused(verify_bundle(one_sigstore().bundle(signing)), Check::kTime, Reason::kTimestampMissing);
    signing.stamps = {Stamp{}};
    const Report report = verify_bundle(one_sigstore().bundle(signing));
    EXPECT_TRUE(report.verified) << version << " " << told(report);
  }
}

TEST(KeylessBundle, WithoutALogCountsWhereTheTimestampSuffices) {
  Signing signing;
  signing.log = Signing::Log::kNone;
  signing.leaf.scts.clear();
  signing.stamps = {Stamp{}};
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_TRUE(report.verified->corroborations().front().logs.empty());
  // GitHub's own instance is trusted so; Sigstore's is not.
  const auto fails = [&](const EvidenceRequirements& wanted) {
    return std::ranges::any_of(check_requirements(*report.verified, wanted),
                               [](const Finding& finding) { return finding.outcome != Outcome::kPassed; });
  };
  EXPECT_FALSE(fails({.trust_root = kSceneRoot, .timestamp_authorities = 1}));
  EXPECT_TRUE(fails(usual_requirements(kSceneRoot)));
}

TEST(KeylessBundle, HoldsWithEveryKindOfSigningKey) {
  for (SigningKey::Kind kind : {SigningKey::Kind::kP256, SigningKey::Kind::kP384, SigningKey::Kind::kP521,
                                SigningKey::Kind::kEd25519, SigningKey::Kind::kRsa2048}) {
    Signing signing;
    signing.leaf.key = SigningKey::make(kind);
    const Report report = verify_bundle(one_sigstore().bundle(signing));
    EXPECT_TRUE(report.verified) << static_cast<int>(kind) << told(report);
  }
}

TEST(KeylessBundle, OfRekor2HoldsWithEveryKindOfSigningKey) {
  for (SigningKey::Kind kind :
       {SigningKey::Kind::kP256, SigningKey::Kind::kP384, SigningKey::Kind::kP521, SigningKey::Kind::kRsa2048}) {
    Signing signing;
    signing.leaf.key = SigningKey::make(kind);
    signing.log = Signing::Log::kRekor2;
    signing.stamps = {Stamp{}};
    const Report report = verify_bundle(one_sigstore().bundle(signing));
    EXPECT_TRUE(report.verified) << static_cast<int>(kind) << told(report);
  }
}

TEST(KeylessBundle, IsToldApartByNameTypeOfTheSigner) {
  struct Name {
    std::string der;
    SubjectAlternativeName expected;
  };
  const std::string other_name =
      sandbox::der::tagged(0, sandbox::der::oid("1.3.6.1.4.1.57264.1.7") +
                                  sandbox::der::tagged(0, sandbox::der::utf8("alice!acme.example")));
  const std::vector<Name> names = {
      {sandbox::der::tagged_primitive(1, "alice@acme.example"),
       {SubjectAlternativeName::Kind::kEmail, "alice@acme.example"}},
      {other_name, {SubjectAlternativeName::Kind::kUserName, "alice!acme.example"}},
      {sandbox::der::tagged_primitive(2, "acme.example"), {SubjectAlternativeName::Kind::kDnsName, "acme.example"}},
      {sandbox::der::tagged_primitive(6, "https://x"), {SubjectAlternativeName::Kind::kUri, "https://x"}}};
  for (const Name& name : names) {
    Signing signing;
    signing.leaf.general_names = name.der;
    const Report report = verify_bundle(one_sigstore().bundle(signing));
    ASSERT_TRUE(report.verified) << told(report);
    EXPECT_EQ(std::get<CertificateSigner>(report.verified->signer()).subject, name.expected);
  }
}

TEST(KeylessBundle, HoldsUnderEachTrustRootForItself) {
  const sandbox::VirtualSigstore other;
  const auto parsed = [](const std::string& name, const nlohmann::json& json) {
    return SigstoreRoot::parse(name, json.dump()).value();
  };
  const nlohmann::json own = one_sigstore().trusted_root();
  // Authorities of one and logs of another make no trust root together.
  nlohmann::json mixed = own;
  mixed["tlogs"] = other.trusted_root()["tlogs"];
  const auto trust = std::make_shared<const TrustRoot>(
      std::vector<TrustedKey>(), std::vector{parsed("b-other", other.trusted_root()), parsed("c-own", own),
                                             parsed("a-mixed", mixed), parsed("d-own-again", own)});
  const Report report = verify_bundle(one_sigstore().bundle({}), trust);
  ASSERT_TRUE(report.verified) << told(report);
  std::vector<std::string> roots;
  for (const Signer& signer : report.verified->signers())
    roots.push_back(std::get<CertificateSigner>(signer).trust_root);
  EXPECT_THAT(roots, ElementsAre("c-own", "d-own-again"));
  EXPECT_EQ(report.verified->corroborations().size(), 2U);
}

TEST(KeylessBundle, IsOfNobodyWithoutATrustRootForCertificates) {
  const Report report =
      verify_bundle(one_sigstore().bundle({}), std::make_shared<const TrustRoot>(std::vector<TrustedKey>()));
  EXPECT_EQ(report.most_telling()->check, Check::kChain);
  EXPECT_EQ(report.most_telling()->reason, Reason::kSignerNotTrusted);
}

TEST(KeyedBundle, GainsWhatKnownLogsAndAuthoritiesSay) {
  const SigningKey key = SigningKey::make();
  for (Signing::Log log : {Signing::Log::kRekor1, Signing::Log::kRekor2}) {
    Signing signing;
    signing.managed_key = &key;
    signing.log = log;
    signing.stamps = {Stamp{}};
    const Report report =
        verify_bundle(one_sigstore().bundle(signing), trust_of(one_sigstore().trusted_root(), {trusted_key(key)}));
    ASSERT_TRUE(report.verified) << told(report);
    EXPECT_TRUE(std::holds_alternative<KeySigner>(report.verified->signer()));
    ASSERT_EQ(report.verified->corroborations().size(), 1U);
    EXPECT_EQ(report.verified->corroborations().front().logs.size(), 1U);
  }
}

TEST(KeyedBundle, IsRefusedWhenAKnownLogContradictsIt) {
  const SigningKey key = SigningKey::make();
  Signing signing;
  signing.managed_key = &key;
  const auto trust = trust_of(one_sigstore().trusted_root(), {trusted_key(key)});
  nlohmann::json spliced = one_sigstore().bundle(signing);
  spliced["verificationMaterial"]["tlogEntries"] =
      one_sigstore().bundle(signing)["verificationMaterial"]["tlogEntries"];
  Report report = verify_bundle(spliced, trust);
  EXPECT_FALSE(report.verified);
  EXPECT_EQ(report.most_telling()->check, Check::kTransparency) << told(report);
  // A root that does not know the log has nothing against it.
  EXPECT_TRUE(verify_bundle(spliced, trust_of(sandbox::VirtualSigstore().trusted_root(), {trusted_key(key)})).verified);
}

TEST(KeyedBundle, NeverStandsForAnIdentityNorAnIdentityForAKey) {
  const SigningKey key = SigningKey::make();
  Signing signing;
  signing.managed_key = &key;
  const Report keyed = verify_bundle(one_sigstore().bundle(signing));
  EXPECT_EQ(keyed.most_telling()->reason, Reason::kSignerNotTrusted);
  Signing certified;
  certified.leaf.key = key;
  const Report report = verify_bundle(one_sigstore().bundle(certified),
                                      trust_of(sandbox::VirtualSigstore().trusted_root(), {trusted_key(key)}));
  EXPECT_EQ(report.most_telling()->check, Check::kChain) << told(report);
}

TEST(KeylessLayer, HoldsAsSignatureAndAsAttestation) {
  const auto trust = trust_of(one_sigstore().trusted_root());
  for (bool with_stamp : {false, true}) {
    Signing signing;
    if (with_stamp) signing.stamps = {Stamp{}};
    const Report signature = verify_layer(EvidenceKind::kSimpleSigning, one_sigstore().signature_layer(signing), trust);
    EXPECT_TRUE(signature.verified) << told(signature);
    const Report attestation =
        verify_layer(EvidenceKind::kDsseEnvelope, one_sigstore().attestation_layer(signing), trust);
    EXPECT_TRUE(attestation.verified) << told(attestation);
    if (!signature.verified || !attestation.verified) continue;
    EXPECT_EQ(signature.verified->corroborations().front().times.size(), with_stamp ? 2U : 1U);
    EXPECT_EQ(attestation.verified->corroborations().front().times.size(), with_stamp ? 2U : 1U);
    EXPECT_EQ(signature.verified->corroborations().front().logs.front().proof, LogRecord::Proof::kPromise);
  }
}

}  // namespace
}  // namespace pullgate::verify
