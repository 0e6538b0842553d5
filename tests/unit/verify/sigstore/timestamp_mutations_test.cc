// RFC 3161 timestamps, each wrong in one way.

#include "tests/support/der.h"
#include "tests/unit/verify/sigstore/mutation.h"
#include "verify/limits.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::kNow;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;
using sandbox::unbase64;
using sandbox::VirtualSigstore;
namespace der = sandbox::der;

class TimestampMutations : public Mutations {};

Signing with(const Stamp& stamp) {
  Signing signing;
  signing.log = Signing::Log::kRekor2;
  signing.stamps = {stamp};
  return signing;
}

Mutation stamp(std::string name, const Stamp& wrong) {
  return {std::move(name), Check::kTimestamp, Reason::kTimestampInvalid,
          [wrong] { return verify_bundle(one_sigstore().bundle(with(wrong))); }};
}

/// With these in its bag of certificates.
Mutation too_large(std::string name, const std::vector<std::string>& bag) {
  return {std::move(name), Check::kTimestamp, Reason::kLimitExceeded,
          [bag] { return verify_bundle(one_sigstore().bundle(with({.prepended_certificates = bag}))); }};
}

/// A timestamp over other bytes than the signature.
Mutation over(std::string name, const std::function<std::string(const Json& bundle)>& bytes) {
  return {std::move(name), Check::kTimestamp, Reason::kTimestampInvalid, [bytes] {
            Json bundle = one_sigstore().bundle(with({}));
            const std::string response = one_sigstore().timestamp_authority.stamp(bytes(bundle));
            timestamps(bundle)[0]["signedTimestamp"] = sandbox::base64(response);
            return verify_bundle(bundle);
          }};
}

/// A root that leaves it to the token to bring the signer's certificate.
Json without_signer(Json root) {
  root["timestampAuthorities"][0]["certChain"]["certificates"].erase(0);
  return root;
}

/// An authority that is wrong itself, and trusted as it is; the signer's certificate comes with the token, because a
/// trust root that named it would be refused at once.
Mutation stamping_authority(std::string name, Check check, Reason reason,
                            const std::function<void(VirtualSigstore&)>& change) {
  return {std::move(name), check, reason, [change] {
            VirtualSigstore wrong = one_sigstore();
            change(wrong);
            const Json root = without_signer(wrong.trusted_root());
            return verify_bundle(wrong.bundle(with({.embed_certificate = true})), trust_of(root));
          }};
}

Mutation signer(std::string name, const std::function<void(VirtualSigstore&)>& change) {
  return stamping_authority(std::move(name), Check::kTimestamp, Reason::kTimestampInvalid, change);
}

std::vector<Mutation> token_mutations() {
  return {
      stamp("StatusRejected", {.status = 2}),
      stamp("StatusGrantedWithModifications", {.status = 1}),
      stamp("TrailingBytes", {.trailing_bytes = "x"}),
      stamp("SignatureBrokenCve202552556", {.broken_signature = true}),
      too_large("TooLargeCve202566564", {der::octets(std::string(limits::kTimestampBytes, 'x'))}),
      too_large("MoreCertificatesThanThereMayBeCve202445395",
                std::vector<std::string>(limits::kCertificateChain + 1, der::sequence())),
      stamp("SignedByAnotherKey", {.signed_by = SigningKey::make(SigningKey::Kind::kP384)}),
      stamp("BoundToAnotherCertificate", {.ess_certificate = "another"}),
      stamp("BoundToNoCertificate", {.with_ess = false}),
      stamp("BoundByHashAndAnotherSerialNumber", {.ess_serial = "\x42\x44"}),
      stamp("MessageDigestOfAnotherContent", {.wrong_message_digest = true}),
      stamp("SignedAsAnotherType", {.content_type = "1.2.840.113549.1.7.1"}),
      stamp("ImprintBySha1", {.imprint_algorithm = "sha1"}),
      stamp("BeforeTheSignersValidity", {.time = kNow - 86'401}),
      stamp("AfterTheSignersValidity", {.time = kNow + 86'401}),
      stamp("AMillisecondAfterTheSignersValidity", {.time = kNow + 86'400, .fraction = ".001"}),
      stamp("FractionWithTrailingZero", {.fraction = ".50"}),
      stamp("FractionWithoutDigits", {.fraction = "."}),
      over("OverThePayload",
           [](const Json& bundle) { return unbase64(bundle["dsseEnvelope"]["payload"].get<std::string>()); }),
      over("OverTheEnvelope", [](const Json& bundle) { return bundle["dsseEnvelope"].dump(); }),
      over("OverTheBase64OfTheSignature",
           [](const Json& bundle) { return bundle["dsseEnvelope"]["signatures"][0]["sig"].get<std::string>(); }),
      {"BareTokenInsteadOfAResponse", Check::kTimestamp, Reason::kTimestampInvalid,
       [] {
         Json bundle = one_sigstore().bundle(with({}));
         const std::string signature = unbase64(bundle["dsseEnvelope"]["signatures"][0]["sig"].get<std::string>());
         timestamps(bundle)[0]["signedTimestamp"] =
             sandbox::base64(one_sigstore().timestamp_authority.token(signature, {}));
         return verify_bundle(bundle);
       }},
      {"SameTimestampTwice", Check::kTimestamp, Reason::kTimestampInvalid,
       [] {
         Json bundle = one_sigstore().bundle(with({}));
         timestamps(bundle).push_back(timestamps(bundle)[0]);
         return verify_bundle(bundle);
       }},
      {"AuthorityTrustedUntilBefore", Check::kTimestamp, Reason::kTimestampInvalid,
       [] {
         Json root = one_sigstore().trusted_root();
         root["timestampAuthorities"][0]["validFor"]["end"] = "2026-03-01T11:59:59.999Z";
         return verify_bundle(one_sigstore().bundle(with({})), trust_of(root));
       }},
      {"OfAnUnknownAuthority", Check::kTime, Reason::kTimestampMissing,
       [] {
         Json root = one_sigstore().trusted_root();
         root.erase("timestampAuthorities");
         return verify_bundle(one_sigstore().bundle(with({.embed_certificate = true})), trust_of(root));
       }},
      {"GoodBesideABrokenOne", Check::kTimestamp, Reason::kTimestampInvalid,
       [] {
         Signing signing = with({});
         signing.stamps.push_back({.time = kNow + 1, .broken_signature = true});
         return verify_bundle(one_sigstore().bundle(signing));
       }},
  };
}

std::vector<Mutation> signer_mutations() {
  const auto usage = [](const std::string& value, bool critical) {
    return [=](VirtualSigstore& wrong) {
      auto& extension =
          *std::ranges::find(wrong.timestamp_authority.extensions, "2.5.29.37", &sandbox::CertificateExtension::oid);
      extension.value = value;
      extension.critical = critical;
    };
  };
  const std::string stamping = der::oid("1.3.6.1.5.5.7.3.8");
  return {
      signer("ExtendedKeyUsageNotCritical", usage(der::sequence(stamping), false)),
      signer("ExtendedKeyUsageOfMore", usage(der::sequence(stamping, der::oid("1.3.6.1.5.5.7.3.3")), true)),
      signer("ExtendedKeyUsageOfAnother", usage(der::sequence(der::oid("1.3.6.1.5.5.7.3.3")), true)),
      signer("ExtendedKeyUsageMissing",
             [](VirtualSigstore& wrong) { wrong.timestamp_authority.extensions.pop_back(); }),
      signer("KeyUsageMissing",
             [](VirtualSigstore& wrong) {
               auto& extensions = wrong.timestamp_authority.extensions;
               extensions.erase(extensions.begin());
             }),
      signer("IsAnAuthority",
             [](VirtualSigstore& wrong) {
               wrong.timestamp_authority.extensions.push_back({"2.5.29.19", der::sequence(der::boolean(true)), true});
             }),
      signer("ExpiredIntermediate",
             [](VirtualSigstore& wrong) { wrong.timestamp_authority.authority.intermediate.not_after = kNow - 1; }),
      signer("ExpiredRoot",
             [](VirtualSigstore& wrong) { wrong.timestamp_authority.authority.root.not_after = kNow - 1; }),
  };
}

TEST_P(TimestampMutations, AreRefusedForWhatIsWrong) {
  expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(OfTheToken, TimestampMutations, ::testing::ValuesIn(token_mutations()), mutation_name);
INSTANTIATE_TEST_SUITE_P(OfTheSigner, TimestampMutations, ::testing::ValuesIn(signer_mutations()), mutation_name);

TEST(Timestamps, HoldWithAndWithoutTheCertificateOfAKnownSigner) {
  for (bool embedded : {false, true}) {
    const Report report = verify_bundle(one_sigstore().bundle(with({.embed_certificate = embedded})));
    EXPECT_TRUE(report.verified) << told(report);
  }
}

TEST(Timestamps, MayNameTheirCertificateBesideItsHash) {
  const Stamp named{.ess_serial = one_sigstore().timestamp_authority.serial};
  const Report report = verify_bundle(one_sigstore().bundle(with(named)));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_EQ(report.verified->corroborations().front().times.back().source, VerifiedTime::Source::kTimestampAuthority);
}

TEST(Timestamps, OfASignerThatTheRootDoesNotNameNeedItsCertificate) {
  const auto trust = trust_of(without_signer(one_sigstore().trusted_root()));
  Report report = verify_bundle(one_sigstore().bundle(with({.embed_certificate = true})), trust);
  EXPECT_TRUE(report.verified) << told(report);
  report = verify_bundle(one_sigstore().bundle(with({})), trust);
  EXPECT_EQ(report.most_telling()->check, Check::kTime) << told(report);
}

TEST(Timestamps, MayBringTheirIntermediate) {
  Json root = one_sigstore().trusted_root();
  auto& chain = root["timestampAuthorities"][0]["certChain"]["certificates"];
  chain.erase(0);
  chain.erase(0);
  const auto trust = trust_of(root);
  const std::string intermediate = one_sigstore().timestamp_authority.authority.intermediate_der();
  Report report = verify_bundle(
      one_sigstore().bundle(with({.embed_certificate = true, .prepended_certificates = {intermediate}})), trust);
  EXPECT_TRUE(report.verified) << told(report);
  report = verify_bundle(one_sigstore().bundle(with({.embed_certificate = true})), trust);
  EXPECT_FALSE(report.verified);
}

TEST(Timestamps, AreNotBelievedForWhatAnotherCertificateOfTheBagMayDoCve202639984) {
  // The bag begins with a certificate that is for timestamps; the one that signed, and that the token names, is not.
  VirtualSigstore wrong = one_sigstore();
  wrong.timestamp_authority.extensions.pop_back();
  wrong.timestamp_authority.serial = "\x42\x44";
  const std::string good = one_sigstore().timestamp_authority.signer_der();
  expect_refused(verify_bundle(wrong.bundle(with({.embed_certificate = true, .prepended_certificates = {good}})),
                               trust_of(without_signer(wrong.trusted_root()))),
                 Check::kTimestamp, Reason::kTimestampInvalid);
}

TEST(Timestamps, AreNotBelievedFromAnotherCertificateThanTheOneThatTheyAreBoundToCve202633753) {
  // The same key under the same issuer and number has two certificates: one may stamp, and the signature was made in
  // the name of the other.
  VirtualSigstore wrong = one_sigstore();
  wrong.timestamp_authority.extensions.pop_back();
  const std::string good = one_sigstore().timestamp_authority.signer_der();
  expect_refused(verify_bundle(wrong.bundle(with({.embed_certificate = true, .prepended_certificates = {good}})),
                               trust_of(without_signer(wrong.trusted_root()))),
                 Check::kTimestamp, Reason::kTimestampInvalid);
}

TEST(Timestamps, AreNotBelievedFromATwinOfTheSignerCve202633753) {
  // The same issuer, name and number, a key of one's own, and a signature that only looks like the authority's.
  VirtualSigstore forged = one_sigstore();
  forged.timestamp_authority.key = SigningKey::make(SigningKey::Kind::kP384);
  forged.timestamp_authority.authority.key = SigningKey::make(SigningKey::Kind::kP384);
  const std::string genuine = one_sigstore().timestamp_authority.signer_der();
  const std::string twin = forged.timestamp_authority.signer_der();
  const auto trust = trust_of(without_signer(one_sigstore().trusted_root()));
  for (const std::vector<std::string>& bag :
       {std::vector{twin, genuine}, std::vector{genuine, twin}, std::vector{twin}}) {
    for (const std::string& bound_to : {twin, genuine}) {
      const Report report =
          verify_bundle(forged.bundle(with({.prepended_certificates = bag, .ess_certificate = bound_to})), trust);
      EXPECT_FALSE(report.verified) << told(report);
    }
  }
}

TEST(Timestamps, IgnoreWhatIsNoCertificateInTheBag) {
  const Report report = verify_bundle(
      one_sigstore().bundle(with({.embed_certificate = true, .prepended_certificates = {der::sequence(der::null())}})),
      trust_of(without_signer(one_sigstore().trusted_root())));
  EXPECT_TRUE(report.verified) << told(report);
}

TEST(Timestamps, CountAtBothEndsOfTheAuthoritysWindow) {  // both inclusive
  Json root = one_sigstore().trusted_root();
  root["timestampAuthorities"][0]["validFor"] = {{"start", "2026-03-01T12:00:00Z"}, {"end", "2026-03-01T12:00:00Z"}};
  const Report report = verify_bundle(one_sigstore().bundle(with({})), trust_of(root));
  EXPECT_TRUE(report.verified) << told(report);
}

TEST(Timestamps, OfAChainThatHasExpiredSinceHold) {
  VirtualSigstore edge = one_sigstore();
  edge.timestamp_authority.not_after = kNow;
  edge.timestamp_authority.authority.root.not_after = kNow;
  const Report report = verify_bundle(edge.bundle(with({})), trust_of(edge.trusted_root()));
  EXPECT_TRUE(report.verified) << told(report);
}

TEST(Timestamps, OfOneAuthorityAreOneAuthority) {
  Signing signing = with({});
  signing.stamps.push_back({.time = kNow + 1});
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_EQ(report.verified->corroborations().front().times.size(), 2U);
  const auto findings = check_requirements(*report.verified, {.trust_root = kSceneRoot, .timestamp_authorities = 2});
  EXPECT_EQ(findings[2].check, Check::kEnoughTimestamps);
  EXPECT_EQ(findings[2].reason, Reason::kThresholdNotMet);
}

TEST(Timestamps, KeepMilliseconds) {
  const Report report = verify_bundle(one_sigstore().bundle(with({.fraction = ".2579"})));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_EQ(report.verified->corroborations().front().times.front().time,
            Time(std::chrono::seconds(kNow) + std::chrono::milliseconds(257)));
}

TEST(Timestamps, HoldWithEveryHashOfTheImprint) {
  for (const char* algorithm : {"sha256", "sha384", "sha512"}) {
    const Report report = verify_bundle(one_sigstore().bundle(with({.imprint_algorithm = algorithm})));
    EXPECT_TRUE(report.verified) << algorithm << told(report);
  }
}

TEST(Timestamps, OfAttestationLayersAreOverTheWholeLayer) {
  Signing signing;
  signing.stamps = {Stamp{}};
  const auto trust = trust_of(one_sigstore().trusted_root());
  VirtualSigstore::Layer layer = one_sigstore().attestation_layer(signing);
  const Json envelope = Json::parse(layer.bytes);
  const std::string signature = unbase64(envelope["signatures"][0]["sig"].get<std::string>());
  // As a bundle would have it: that is another container.
  layer.annotations["dev.sigstore.cosign/rfc3161timestamp"] =
      Json({{"SignedRFC3161Timestamp", sandbox::base64(one_sigstore().timestamp_authority.stamp(signature))}}).dump();
  const Report report = verify_layer(EvidenceKind::kDsseEnvelope, layer, trust);
  EXPECT_EQ(report.most_telling()->check, Check::kTimestamp) << told(report);
}

}  // namespace
}  // namespace pullgate::verify
