// Certificates, chains, identities and certificate timestamps, each wrong in one way.

#include "tests/support/der.h"
#include "tests/unit/verify/sigstore/mutation.h"
#include "verify/limits.h"

namespace pullgate::verify {
namespace {

using sandbox::kNow;
using sandbox::Leaf;
using sandbox::Sct;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;
using sandbox::VirtualSigstore;
namespace der = sandbox::der;

constexpr const char* kKeyUsage = "2.5.29.15";
constexpr const char* kExtendedKeyUsage = "2.5.29.37";
constexpr const char* kIssuerV1 = "1.3.6.1.4.1.57264.1.1";
constexpr const char* kIssuerV2 = "1.3.6.1.4.1.57264.1.8";
constexpr const char* kCodeSigning = "1.3.6.1.5.5.7.3.3";

/// A bundle whose certificate was changed before it was issued.
Mutation leaf(std::string name, Check check, Reason reason, const std::function<void(Leaf&)>& change) {
  return {std::move(name), check, reason, [change] {
            Signing signing;
            change(signing.leaf);
            return verify_bundle(one_sigstore().bundle(signing));
          }};
}

Mutation certificate(std::string name, const std::function<void(Leaf&)>& change) {
  return leaf(std::move(name), Check::kCertificate, Reason::kEvidenceUnreadable, change);
}

Mutation unsupported(std::string name, const std::function<void(Leaf&)>& change) {
  return leaf(std::move(name), Check::kCertificate, Reason::kFormatUnsupported, change);
}

/// A Sigstore that is wrong itself, and trusted as it is.
Mutation authority(std::string name, Check check, Reason reason, const std::function<void(VirtualSigstore&)>& change,
                   const std::function<void(nlohmann::json&)>& change_root = {}) {
  return {std::move(name), check, reason, [change, change_root] {
            VirtualSigstore wrong = one_sigstore();
            change(wrong);
            nlohmann::json root = wrong.trusted_root();
            if (change_root) change_root(root);
            return verify_bundle(wrong.bundle({}), trust_of(root));
          }};
}

std::vector<Mutation> profile_mutations() {
  return {
      certificate("KeyUsageMissing", [](Leaf& leaf) { leaf.remove(kKeyUsage); }),
      certificate("KeyUsageOfAnAuthority", [](Leaf& leaf) { leaf.extension(kKeyUsage).value = der::named_bits({5}); }),
      certificate("ExtendedKeyUsageMissing", [](Leaf& leaf) { leaf.remove(kExtendedKeyUsage); }),
      certificate(
          "ExtendedKeyUsageOfClients",
          [](Leaf& leaf) { leaf.extension(kExtendedKeyUsage).value = der::sequence(der::oid("1.3.6.1.5.5.7.3.2")); }),
      certificate("ExtendedKeyUsageOfAnything",
                  [](Leaf& leaf) {
                    leaf.extension(kExtendedKeyUsage).value =
                        der::sequence(der::oid(kCodeSigning), der::oid("2.5.29.37.0"));
                  }),
      certificate("ExtendedKeyUsageEmpty",
                  [](Leaf& leaf) { leaf.extension(kExtendedKeyUsage).value = der::sequence(std::string()); }),
      certificate(
          "IsAnAuthority",
          [](Leaf& leaf) { leaf.extensions.push_back({"2.5.29.19", der::sequence(der::boolean(true)), true}); }),
      certificate(
          "SaysThatItIsNoAuthorityInTheLongForm",
          [](Leaf& leaf) { leaf.extensions.push_back({"2.5.29.19", der::sequence(der::boolean(false)), true}); }),
      certificate("SameExtensionTwice", [](Leaf& leaf) { leaf.extensions.push_back(leaf.extensions.front()); }),
      unsupported("UnknownCriticalExtension", [](Leaf& leaf) { leaf.extensions.push_back({"1.2.3.4", "x", true}); }),
      unsupported("NameConstraints", [](Leaf& leaf) { leaf.extensions.push_back({"2.5.29.30", der::sequence()}); }),
      leaf("TooLargeCve202566506", Check::kCertificate, Reason::kLimitExceeded,
           [](Leaf& leaf) { leaf.extensions.push_back({"1.2.3.4", std::string(limits::kCertificateBytes, 'x')}); }),
      leaf("MoreExtensionsThanThereMayBeCve202445395", Check::kCertificate, Reason::kLimitExceeded,
           [](Leaf& leaf) {
             for (std::size_t i = 0; i < limits::kCertificateExtensions; ++i) {
               leaf.extensions.push_back({"1.2.3." + std::to_string(i), "x"});
             }
           }),
      certificate("Precertificate",
                  [](Leaf& leaf) { leaf.extensions.push_back({"1.3.6.1.4.1.11129.2.4.3", der::null()}); }),
  };
}

std::vector<Mutation> identity_mutations() {
  const auto names = [](const std::string& der) { return [der](Leaf& leaf) { leaf.general_names = der; }; };
  const std::string uri = der::tagged_primitive(6, sandbox::kSubjectUri);
  return {
      certificate("NoName", names("")),
      certificate("TwoNames", names(uri + der::tagged_primitive(1, "a@b.example"))),
      certificate("SameNameTwice", names(uri + uri)),
      certificate("NulInTheName", names(der::tagged_primitive(6, std::string("https://a\0.b", 12)))),
      certificate("NameOutsideAscii", names(der::tagged_primitive(1, "\xC3\xA4@b.example"))),
      certificate("NewlineInTheName", names(der::tagged_primitive(6, "https://a\nb"))),
      certificate("EmptyName", names(der::tagged_primitive(6, ""))),
      unsupported("NameThatIsAnAddress", names(der::tagged_primitive(7, std::string("\x7F\0\0\1", 4)))),
      unsupported("OtherNameOfAnotherType", names(der::tagged(0, der::oid("1.2.3") + der::tagged(0, der::utf8("me"))))),
      certificate("OtherNameThatIsNoUtf8String",
                  names(der::tagged(0, der::oid("1.3.6.1.4.1.57264.1.7") + der::tagged(0, der::printable("me"))))),
      certificate("IssuersThatDiffer", [](Leaf& leaf) { leaf.extension(kIssuerV1).value = "https://evil.example"; }),
      certificate("IssuerWithTrailingBytes", [](Leaf& leaf) { leaf.extension(kIssuerV2).value += '\0'; }),
      certificate("IssuerAsPrintableString",
                  [](Leaf& leaf) { leaf.extension(kIssuerV2).value = der::printable(sandbox::kIssuerUrl); }),
      certificate("IssuerNotInUtf8", [](Leaf& leaf) { leaf.extension(kIssuerV2).value = der::utf8("\xFF"); }),
      certificate("IssuerWithoutEncoding", [](Leaf& leaf) { leaf.extension(kIssuerV2).value = sandbox::kIssuerUrl; }),
      certificate("RepositoriesThatDiffer",
                  [](Leaf& leaf) { leaf.extension("1.3.6.1.4.1.57264.1.5").value = "evil/app"; }),
      certificate("RefsThatDiffer", [](Leaf& leaf) { leaf.extension("1.3.6.1.4.1.57264.1.6").value = "refs/tags/v1"; }),
      certificate("TriggersThatDiffer", [](Leaf& leaf) { leaf.extension("1.3.6.1.4.1.57264.1.2").value = "fork"; }),
  };
}

std::vector<Mutation> chain_mutations() {
  static const SigningKey stranger = SigningKey::make(SigningKey::Kind::kP384);
  return {
      leaf("IssuedByAStrangerUnderTheAuthoritysName", Check::kChain, Reason::kSignerNotTrusted,
           [](Leaf& leaf) { leaf.issued_by = &stranger; }),
      leaf("SelfSigned", Check::kChain, Reason::kSignerNotTrusted,
           [](Leaf& leaf) {
             static SigningKey own = leaf.key;
             own = leaf.key;
             leaf.issued_by = &own;
             leaf.issuer_name = der::sequence(std::string());
             leaf.scts.clear();
           }),
      leaf("IssuedUnderAnUnknownName", Check::kChain, Reason::kSignerNotTrusted,
           [](Leaf& leaf) { leaf.issuer_name = sandbox::name("somebody"); }),
      leaf("NotYetValidWhenLogged", Check::kTime, Reason::kTimeOutsideValidity,
           [](Leaf& leaf) { leaf.not_before = kNow + 1; }),
      leaf("ExpiredWhenLogged", Check::kTime, Reason::kTimeOutsideValidity,
           [](Leaf& leaf) { leaf.not_after = kNow - 1; }),
      // The issuing authority had expired before the certificate was used.
      authority("IntermediateExpiredWhenLoggedCve202624122", Check::kTime, Reason::kTrustRootExpired,
                [](VirtualSigstore& wrong) { wrong.fulcio.intermediate.not_after = kNow - 1; }),
      authority("RootExpiredWhenLogged", Check::kTime, Reason::kTrustRootExpired,
                [](VirtualSigstore& wrong) { wrong.fulcio.root.not_after = kNow - 1; }),
      authority("IntermediateNotYetValidWhenLogged", Check::kTime, Reason::kTimeOutsideValidity,
                [](VirtualSigstore& wrong) { wrong.fulcio.intermediate.not_before = kNow + 1; }),
      authority(
          "AuthorityNoLongerTrustedWhenLogged", Check::kTime, Reason::kTrustRootExpired, [](VirtualSigstore&) {},
          [](nlohmann::json& root) {
            root["certificateAuthorities"][0]["validFor"]["end"] = "2026-03-01T11:59:59.999Z";
          }),
  };
}

std::vector<Mutation> sct_mutations() {
  const auto sct = [](std::string name, const std::function<void(Sct&)>& change) {
    return leaf(std::move(name), Check::kSct, Reason::kSctInvalid, [change](Leaf& leaf) { change(leaf.scts.front()); });
  };
  const auto list = [](std::string name, const std::string& value) {
    return leaf(std::move(name), Check::kSct, Reason::kSctInvalid, [value](Leaf& leaf) { leaf.sct_list = value; });
  };
  return {
      sct("SctSignatureBroken", [](Sct& sct) { sct.broken_signature = true; }),
      sct("SctForAnotherAuthority", [](Sct& sct) { sct.issuer_spki = SigningKey::make().spki(); }),
      sct("SctExtensionsChanged", [](Sct& sct) { sct.extensions_on_the_wire = std::string("\0\0\5\0\0\0\0\7", 8); }),
      sct("SctAtATimeThatIsNone", [](Sct& sct) { sct.milliseconds = -1; }),
      leaf("SctOfAnotherLogUnderThisLogsId", Check::kSct, Reason::kSctInvalid,
           [](Leaf& leaf) {
             static const sandbox::CertificateLog other;
             leaf.scts.front().log = &other;
             leaf.scts.front().log_id = one_sigstore().certificate_log.id();
           }),
      leaf("SecondSctBroken", Check::kSct, Reason::kSctInvalid,
           [](Leaf& leaf) { leaf.scts.push_back(Sct{.broken_signature = true}); }),
      leaf("MoreSctsThanThereMayBeCve202445395", Check::kSct, Reason::kLimitExceeded,
           [](Leaf& leaf) { leaf.scts.assign(limits::kCertificateTimestamps + 1, Sct{}); }),
      list("SctListTooShort", der::octets(std::string("\0\4\0\1", 4))),
      list("SctListWithLeftovers", der::octets(std::string("\0\0\0", 3))),
      list("SctListIsNoOctetString", der::null()),
      sct("SctByAnAlgorithmThatLogsDoNotUse", [](Sct& sct) { sct.algorithm = "\5\3"; }),
  };
}

TEST_P(Mutations, AreRefusedForWhatIsWrong) {
  expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(OfTheProfile, Mutations, ::testing::ValuesIn(profile_mutations()), mutation_name);
INSTANTIATE_TEST_SUITE_P(OfTheIdentity, Mutations, ::testing::ValuesIn(identity_mutations()), mutation_name);
INSTANTIATE_TEST_SUITE_P(OfTheChain, Mutations, ::testing::ValuesIn(chain_mutations()), mutation_name);
INSTANTIATE_TEST_SUITE_P(OfCertificateTimestamps, Mutations, ::testing::ValuesIn(sct_mutations()), mutation_name);

bool counts(const Report& report, std::size_t certificate_logs) {
  return check_requirements(*report.verified, {.trust_root = kSceneRoot, .certificate_logs = certificate_logs})[1]
             .outcome == Outcome::kPassed;
}

TEST(CertificateTimestamps, CountLogsAndNotTimestampsCve202649834) {
  Signing signing;
  signing.leaf.scts.push_back(Sct{.milliseconds = kNow * 1000 + 1});
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_TRUE(counts(report, 1));
  EXPECT_FALSE(counts(report, 2));
}

TEST(CertificateTimestamps, WithExtensionsAreVerifiedWithThem) {
  Signing signing;
  signing.leaf.scts.front().extensions = std::string("\0\0\5\0\0\0\0\7", 8);
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_TRUE(counts(report, 1));
}

// What another log wrote, in whatever form, is no reason to doubt what the known one wrote.
TEST(CertificateTimestamps, OfUnknownLogsMayBeInAnyForm) {
  static const sandbox::CertificateLog unknown;
  Signing signing;
  signing.leaf.scts.push_back(Sct{.log = &unknown, .algorithm = "\5\3"});
  signing.leaf.scts.push_back(Sct{.log = &unknown, .version = '\1'});
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_TRUE(counts(report, 1));
  EXPECT_FALSE(counts(report, 2));
  EXPECT_EQ(report.verified->corroborations().front().ignored.size(), 2U);
}

TEST(CertificateTimestamps, OfAnotherVersionCountForNothing) {
  Signing signing;
  signing.leaf.scts.front().version = '\1';
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_FALSE(counts(report, 1));
}

TEST(CertificateTimestamps, OfLogsThatWereNotTrustedThenDoNotCount) {
  Signing signing;
  signing.leaf.scts.front().milliseconds = 1;
  Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_FALSE(counts(report, 1));
  EXPECT_EQ(report.verified->corroborations().front().ignored.size(), 1U);
  // Both ends of the window are in it.
  nlohmann::json root = one_sigstore().trusted_root();
  root["ctlogs"][0]["publicKey"]["validFor"] = {{"start", "2026-03-01T12:00:00Z"}, {"end", "2026-03-01T12:00:00Z"}};
  report = verify_bundle(one_sigstore().bundle({}), trust_of(root));
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_TRUE(counts(report, 1));
}

TEST(CertificateTimestamps, MissingIsTheRequirementsQuestion) {
  Signing signing;
  signing.leaf.scts.clear();
  const Report report = verify_bundle(one_sigstore().bundle(signing));
  ASSERT_TRUE(report.verified) << told(report);
  const auto findings = check_requirements(*report.verified, usual_requirements(kSceneRoot));
  EXPECT_EQ(findings[1].check, Check::kEnoughCertificateLogs);
  EXPECT_EQ(findings[1].reason, Reason::kSctMissing);
}

TEST(CertificateChain, IsValidAtBothEndsOfEveryWindow) {
  VirtualSigstore edge = one_sigstore();
  edge.fulcio.intermediate.not_after = kNow;
  edge.fulcio.root.not_before = kNow;
  nlohmann::json root = edge.trusted_root();
  root["certificateAuthorities"][0]["validFor"] = {{"start", "2026-03-01T12:00:00Z"}, {"end", "2026-03-01T12:00:00Z"}};
  Signing signing;
  signing.leaf.not_before = kNow;
  signing.leaf.not_after = kNow;
  const Report report = verify_bundle(edge.bundle(signing), trust_of(root));
  EXPECT_TRUE(report.verified) << told(report);
}

TEST(CertificateChain, HasToBeValidAtEveryProvenTime) {
  // One time inside and one outside: nobody may pick the convenient one.
  for (std::int64_t other : {kNow - 61, kNow + 541}) {
    Signing signing;
    signing.stamps = {Stamp{.time = other}};
    const Report report = verify_bundle(one_sigstore().bundle(signing));
    EXPECT_EQ(report.most_telling()->check, Check::kTime) << told(report);
  }
}

TEST(CertificateChain, MayComeWithTheBundleAndIsNotUsed) {
  Signing signing;
  signing.version = "0.2";
  nlohmann::json bundle = one_sigstore().bundle(signing);
  auto& chain = bundle["verificationMaterial"]["x509CertificateChain"]["certificates"];
  const std::string intermediate = sandbox::base64(one_sigstore().fulcio.intermediate_der());
  chain.push_back({{"rawBytes", intermediate}});
  EXPECT_TRUE(verify_bundle(bundle).verified);
  chain.push_back({{"rawBytes", sandbox::base64(one_sigstore().fulcio.root_der())}});
  expect_refused(verify_bundle(bundle), Check::kCertificate, Reason::kEvidenceUnreadable);
  // An anchor that the evidence brings is worth nothing, even with everything else in order.
  EXPECT_FALSE(verify_bundle(bundle, trust_of(VirtualSigstore().trusted_root())).verified);
  chain[2]["rawBytes"] = sandbox::base64(std::string(limits::kCertificateBytes + 1, 'x'));
  expect_refused(verify_bundle(bundle), Check::kCertificate, Reason::kLimitExceeded);
}

}  // namespace
}  // namespace pullgate::verify
