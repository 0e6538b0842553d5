// From policy.yaml to the decision: evidence of a virtual Sigstore, verified under the trust root that the file names
// and weighed by the attestor that it describes.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/policy_file.h"
#include "policy/evaluate.h"
#include "tests/support/der.h"
#include "tests/support/virtual_sigstore.h"
#include "tests/unit/config/folder.h"
#include "verify/verifier.h"

namespace pullgate::config {
namespace {

using policy::Verdict;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;
using ::testing::IsEmpty;

const sandbox::VirtualSigstore& sigstore() {
  static const sandbox::VirtualSigstore one;
  return one;
}

const SigningKey& release_key() {
  static const SigningKey one = SigningKey::make();
  return one;
}

const std::string kKeyless = std::string("keyless: { trustRoot: test, issuer: '") + sandbox::kIssuerUrl +
                             "', subject: '" + sandbox::kSubjectUri + "' }";
const std::string kKey = "key: { file: release.pub }, trustRoot: test";

/// A signature of the image, as cosign's newer form: over the manifest itself.
Signing keyless() {
  Signing signing;
  signing.content = Signing::Content::kMessage;
  return signing;
}

Signing by_key() {
  Signing signing = keyless();
  signing.managed_key = &release_key();
  return signing;
}

class JudgedKeyless : public ::testing::Test {
 protected:
  /// What becomes of an image with this evidence, whose signature an attestor of this description has to have made.
  policy::Decision decision(const std::string& attestor, const nlohmann::json& bundle,
                            const nlohmann::json& trusted_root = sigstore().trusted_root()) {
    folder_.write("root.json", trusted_root.dump());
    folder_.write("release.pub", release_key().public_pem());
    const Loaded<Policy> loaded = load_policy(folder_.write(
        "policy.yaml",
        "version: 1\ntrustRoots: { test: { sigstore: { trustedRoot: root.json } } }\nattestors: { ci: { " + attestor +
            " } }\ndefaults: { noMatch: deny }\nrules: [ { name: apps, scopes: ['ghcr.io/**'], "
            "require: { signature: ci } } ]\n"));
    EXPECT_THAT(folder_.problems(loaded), IsEmpty());
    const Content image = Content::of(Signing().artifact);
    policy::Gathered gathered;
    gathered.reports.push_back(verify::Verifier(loaded->trust)
                                   .verify({.kind = verify::EvidenceKind::kSigstoreBundle,
                                            .place = "here",
                                            .payload = Content::of(bundle.dump()),
                                            .media_type = {},
                                            .annotations = {}},
                                           image));
    return evaluate(*loaded->rules,
                    {ImageReference::parse("ghcr.io/acme/app:1").value(), image.digest(), loaded->rules->generation(),
                     loaded->trust->generation()},
                    Manifest{}, gathered);
  }

  void allows(const std::string& attestor, const Signing& signing) {
    const policy::Decision made = decision(attestor, sigstore().bundle(signing));
    EXPECT_EQ(made.verdict(), Verdict::kAllow)
        << attestor << ": " << (made.objections().empty() ? "" : made.objections()[0].found);
  }

  void refuses(const std::string& attestor, const Signing& signing, Reason reason) {
    const policy::Decision made = decision(attestor, sigstore().bundle(signing));
    EXPECT_EQ(made.verdict(), Verdict::kDeny) << attestor;
    ASSERT_FALSE(made.objections().empty());
    EXPECT_EQ(made.objections()[0].reason, reason)
        << attestor << ": " << to_string(made.objections()[0].reason) << " " << made.objections()[0].found;
  }

  Folder folder_;
};

TEST_F(JudgedKeyless, CountsUnderTheUsualRequirements) {
  allows(kKeyless, keyless());
}

TEST_F(JudgedKeyless, NeedsTheNameAndTheIssuerOfTheFile) {
  refuses("keyless: { trustRoot: test, issuer: 'https://accounts.google.com', subject: '" +
              std::string(sandbox::kSubjectUri) + "' }",
          keyless(), Reason::kSignerNotTrusted);
  refuses("keyless: { trustRoot: test, issuer: '" + std::string(sandbox::kIssuerUrl) + "', subject: 'https://x' }",
          keyless(), Reason::kSignerNotTrusted);
}

TEST_F(JudgedKeyless, DoesNotTakeAnAttestationOfAnyTypeForASignatureCve202235929Cve202235930) {
  refuses(kKeyless, Signing(), Reason::kNoEvidence);
}

TEST_F(JudgedKeyless, AsksTheCertificateForEveryExtensionOfTheFileCve202648815) {
  const auto oid = [](unsigned arc) { return "1.3.6.1.4.1.57264.1." + std::to_string(arc); };
  for (const verify::FulcioExtensionName& name : verify::kFulcioExtensionNames) {
    Signing signing = keyless();
    // The older and the newer form of one thing would have to agree.
    for (const verify::FulcioExtensionName& other : verify::kFulcioExtensionNames) {
      signing.leaf.remove(oid(other.arc));
    }
    // The older ones are the text itself, from .8 on it is the DER of a UTF8String.
    const std::string value = "wanted";
    signing.leaf.extensions.push_back({oid(name.arc), name.arc < 8 ? value : sandbox::der::utf8(value)});
    const std::string attestor =
        kKeyless.substr(0, kKeyless.rfind('}')) + ", extensions: { " + std::string(name.name) + ": ";
    allows(attestor + "wanted } }", signing);
    refuses(attestor + "another } }", signing, Reason::kSignerNotTrusted);
    signing.leaf.remove(oid(name.arc));
    refuses(attestor + "wanted } }", signing, Reason::kSignerNotTrusted);
  }
}

TEST_F(JudgedKeyless, NeedsTheLog) {
  Signing unlogged = keyless();
  unlogged.log = Signing::Log::kNone;
  unlogged.stamps = {Stamp{}};
  refuses(kKeyless, unlogged, Reason::kTlogMissing);
  refuses(kKeyless + ", transparencyLog: { atLeast: 2 }", keyless(), Reason::kThresholdNotMet);
  allows(kKeyless + ", transparencyLog: ifPresent", unlogged);
  allows(kKeyless + ", transparencyLog: none", unlogged);
}

TEST_F(JudgedKeyless, NeedsTheCertificateLog) {
  Signing unlogged = keyless();
  unlogged.leaf.scts.clear();
  refuses(kKeyless, unlogged, Reason::kSctMissing);
  allows(kKeyless + ", sct: none", unlogged);
}

TEST_F(JudgedKeyless, NeedsTheTimestamp) {
  Signing stamped = keyless();
  stamped.stamps = {Stamp{}};
  refuses(kKeyless + ", timestamp: required", keyless(), Reason::kTimestampMissing);
  allows(kKeyless + ", timestamp: required", stamped);
  // The time of a log is no timestamp.
  refuses(kKeyless + ", transparencyLog: none", keyless(), Reason::kTimestampMissing);
  Signing included = stamped;  // a log that proves no time, as Rekor v2 does not
  included.promise = false;
  allows(kKeyless, included);
  refuses(kKeyless + ", timestamp: none", included, Reason::kTimestampMissing);
}

TEST_F(JudgedKeyless, OfAPrivateInstanceNeedsWhatItsTrustRootHas) {
  nlohmann::json root = sigstore().trusted_root();
  root["tlogs"] = nlohmann::json::array();
  root["ctlogs"] = nlohmann::json::array();
  Signing signing = keyless();
  signing.log = Signing::Log::kNone;
  signing.leaf.scts.clear();
  const std::string attestor = kKeyless + ", transparencyLog: none, sct: none, timestamp: required";
  signing.stamps = {Stamp{}};
  EXPECT_EQ(decision(attestor, sigstore().bundle(signing), root).verdict(), Verdict::kAllow);
  signing.stamps.clear();
  EXPECT_EQ(decision(attestor, sigstore().bundle(signing), root).verdict(), Verdict::kDeny);
}

TEST_F(JudgedKeyless, OfAKeyCountsTheLogOfItsTrustRoot) {
  Signing unlogged = by_key();
  unlogged.log = Signing::Log::kNone;
  allows(kKey + ", transparencyLog: required", by_key());
  refuses(kKey + ", transparencyLog: required", unlogged, Reason::kTlogMissing);
  refuses(kKey + ", timestamp: required", by_key(), Reason::kTimestampMissing);
  allows(kKey + ", transparencyLog: ifPresent", unlogged);
}

TEST_F(JudgedKeyless, OfAKeyIsJudgedWithinItsWindowByProvenTimesCve202654787) {
  const std::string logged = kKey + ", transparencyLog: required, ";
  allows(logged + "validFrom: 2026-03-01T12:00:00Z, validUntil: 2026-03-01T12:00:00Z", by_key());
  refuses(logged + "validUntil: 2026-03-01T11:59:59Z", by_key(), Reason::kTimeOutsideValidity);
  refuses(logged + "validFrom: 2026-03-01T12:00:01Z", by_key(), Reason::kTimeOutsideValidity);
  allows(logged + "distrustedFrom: 2026-03-01T12:00:01Z", by_key());
  refuses(logged + "distrustedFrom: 2026-03-01T12:00:00Z", by_key(), Reason::kKeyDistrusted);
  Signing undated = by_key();
  undated.promise = false;
  refuses(logged + "validUntil: 2027-03-01T00:00:00Z", undated, Reason::kTimestampMissing);
  refuses(logged + "distrustedFrom: 2027-03-01T00:00:00Z", undated, Reason::kKeyDistrusted);
  undated.stamps = {Stamp{}};
  allows(logged + "validUntil: 2027-03-01T00:00:00Z", undated);
}

TEST_F(JudgedKeyless, DoesNotCountTimestampsOfOneAuthorityTwiceCve202649834) {
  Signing stamped = keyless();
  stamped.stamps = {Stamp{}, Stamp{.time = sandbox::kNow + 1}};
  nlohmann::json root = sigstore().trusted_root();
  const sandbox::TimestampAuthority second;
  nlohmann::json other = root["timestampAuthorities"][0];
  other["uri"] = "https://second.test";
  const auto encoded = [](const std::string& der) { return nlohmann::json{{"rawBytes", sandbox::base64(der)}}; };
  other["certChain"]["certificates"] = {encoded(second.signer_der()), encoded(second.authority.intermediate_der()),
                                        encoded(second.authority.root_der())};
  root["timestampAuthorities"].push_back(other);
  const policy::Decision made = decision(kKeyless + ", timestamp: { atLeast: 2 }", sigstore().bundle(stamped), root);
  ASSERT_EQ(made.verdict(), Verdict::kDeny);
  ASSERT_FALSE(made.objections().empty());
  EXPECT_EQ(made.objections()[0].reason, Reason::kThresholdNotMet) << made.objections()[0].found;
}

}  // namespace
}  // namespace pullgate::config
