// trusted_root.json: what is read, what is left out, and what is refused.

#include <algorithm>
#include <cctype>
#include <functional>

#include <gtest/gtest.h>

#include "tests/support/der.h"
#include "tests/unit/verify/data.h"
#include "tests/unit/verify/sigstore/scene.h"
#include "tests/unit/verify/sigstore/spoiling.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::base64;
namespace der = sandbox::der;

Result<SigstoreRoot> parsed(const Json& root) {
  return SigstoreRoot::parse("test", root.dump());
}

std::string file(const char* name) {
  return bytes_of(std::filesystem::path(PULLGATE_TEST_DATA) / "../config/trust" / name);
}

TEST(TrustedRoot, OfSigstoresPublicInstanceIsReadWhole) {
  const SigstoreRoot root = SigstoreRoot::parse("public-good", file("public-good.json")).value();
  EXPECT_EQ(root.certificate_authorities(), 2U);
  EXPECT_EQ(root.logs(), 2U);
  EXPECT_EQ(root.certificate_logs(), 2U);
  EXPECT_EQ(root.timestamp_authorities(), 1U);
  EXPECT_TRUE(root.left_out().empty());
}

TEST(TrustedRoot, OfTheStagingInstanceIsReadButForAKeyOfADeprecatedKind) {
  const SigstoreRoot root = SigstoreRoot::parse("staging", file("staging.json")).value();
  EXPECT_EQ(root.logs(), 4U);
  EXPECT_EQ(root.certificate_logs(), 3U);
  ASSERT_EQ(root.left_out().size(), 1U);
  EXPECT_NE(root.left_out().front().find("PKCS1_RSA_PKCS1V5"), std::string::npos);
}

TEST(TrustedRoot, IsReadInEveryVersionOfItsForm) {
  for (const char* type :
       {"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot.v0.1+json", "application/vnd.dev.sigstore.trustedroot.v0.2+json"}) {
    Json root = one_sigstore().trusted_root();
    root["mediaType"] = type;
    EXPECT_TRUE(parsed(root)) << type;
  }
  Json root = one_sigstore().trusted_root();
  root["tlogs"][1]["checkpointKeyId"] = {{"keyId", base64(one_sigstore().rekor2.id().substr(0, 4))}};
  root["tlogs"][1]["operator"] = "sigstore.dev";
  root["certificateAuthorities"][0]["operator"] = "sigstore.dev";
  EXPECT_TRUE(parsed(root));
}

TEST(TrustedRoot, WithoutLogsIsOneThatHasNone) {
  Json root = one_sigstore().trusted_root();
  root.erase("tlogs");
  root.erase("ctlogs");
  const SigstoreRoot read = parsed(root).value();
  EXPECT_EQ(read.logs(), 0U);
  EXPECT_EQ(read.certificate_logs(), 0U);
}

TEST(TrustedRoot, LeavesOutWhatTheFormKnowsAndWeDoNotSupport) {
  for (const char* details : {"ML_DSA_65", "PKIX_RSA_PSS", "PKIX_ECDSA_P256_HMAC_SHA_256"}) {
    Json root = one_sigstore().trusted_root();
    root["tlogs"][0]["publicKey"]["keyDetails"] = details;
    const SigstoreRoot read = parsed(root).value();
    EXPECT_EQ(read.logs(), 1U);
    EXPECT_EQ(read.left_out().size(), 1U);
  }
  Json root = one_sigstore().trusted_root();
  root["ctlogs"][0]["hashAlgorithm"] = "SHA2_512";
  EXPECT_EQ(parsed(root).value().certificate_logs(), 0U);
}

TEST(TrustedRoot, LeavesOutAuthoritiesThatUseWhatWeDoNotSupport) {
  const auto without = [](const std::function<void(sandbox::VirtualSigstore&)>& change) {
    sandbox::VirtualSigstore odd = one_sigstore();
    change(odd);
    return parsed(odd.trusted_root()).value();
  };
  const sandbox::CertificateExtension constraints{"2.5.29.30", der::sequence(std::string()), true};
  SigstoreRoot root = without([&](auto& odd) { odd.fulcio.intermediate.extensions.push_back(constraints); });
  EXPECT_EQ(root.certificate_authorities(), 0U);
  EXPECT_EQ(root.timestamp_authorities(), 1U);
  ASSERT_EQ(root.left_out().size(), 1U);
  EXPECT_NE(root.left_out().front().find("name constraints"), std::string::npos) << root.left_out().front();
  root = without([&](auto& odd) { odd.timestamp_authority.authority.root.extensions.push_back(constraints); });
  EXPECT_EQ(root.certificate_authorities(), 1U);
  EXPECT_EQ(root.timestamp_authorities(), 0U);
  EXPECT_EQ(root.left_out().size(), 1U);
}

TEST(TrustedRoot, NeedsNothingThatTheFormLeavesOpen) {
  Json root = one_sigstore().trusted_root();
  // 32 bytes of which a checkpoint has the first 4, a host in another case, and logs without a URL.
  root["tlogs"][1]["checkpointKeyId"] = {{"keyId", base64(one_sigstore().rekor2.id())}};
  std::string url = root["tlogs"][1]["baseUrl"];
  std::ranges::transform(url, url.begin(), [](unsigned char c) { return std::toupper(c); });
  root["tlogs"][1]["baseUrl"] = url;
  root["tlogs"][0].erase("baseUrl");
  root["ctlogs"][0].erase("baseUrl");
  EXPECT_TRUE(verify_bundle(one_sigstore().bundle({}), trust_of(root)).verified);
  sandbox::Signing rekor2;
  rekor2.log = sandbox::Signing::Log::kRekor2;
  rekor2.stamps = {sandbox::Stamp{}};
  EXPECT_TRUE(verify_bundle(one_sigstore().bundle(rekor2), trust_of(root)).verified);
  // Without its URL nobody knows what a log of Rekor v2 is called.
  root["tlogs"][1].erase("baseUrl");
  EXPECT_FALSE(verify_bundle(one_sigstore().bundle(rekor2), trust_of(root)).verified);
  root["tlogs"][0].erase("hashAlgorithm");
  EXPECT_EQ(parsed(root).value().logs(), 1U);
}

TEST(TrustedRoot, MayHaveAnchorsThatDoNotSayWhatTheirKeyIsFor) {
  sandbox::VirtualSigstore plain = one_sigstore();
  std::erase_if(plain.fulcio.root.extensions, [](const auto& extension) { return extension.oid == "2.5.29.15"; });
  EXPECT_TRUE(verify_bundle(plain.bundle({}), trust_of(plain.trusted_root())).verified);
}

TEST(TrustedRoot, TrustsALogThatIsListedTwiceInBothWindows) {
  Json root = one_sigstore().trusted_root();
  Json first = root["tlogs"][0];
  first["publicKey"]["validFor"] = {{"start", "2020-01-01T00:00:00Z"}, {"end", "2021-01-01T00:00:00Z"}};
  root["tlogs"].insert(root["tlogs"].begin(), first);
  EXPECT_EQ(parsed(root).value().logs(), 2U);
  EXPECT_TRUE(verify_bundle(one_sigstore().bundle({}), trust_of(root)).verified);
}

TEST(TrustedRoot, IsRefusedWhereItIsNotUnderstood) {
  struct Change {
    const char* what;
    std::function<void(Json&)> change;
  };
  const auto certificate = [](Json& root, const char* list, std::size_t index) -> Json& {
    return root[list][0]["certChain"]["certificates"][index]["rawBytes"];
  };
  const std::vector<Change> changes = {
      {"media type", [](Json& root) { root["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v0.3+json"; }},
      {"unknown member", [](Json& root) { root["more"] = 1; }},
      {"unknown member of a log", [](Json& root) { root["tlogs"][0]["more"] = 1; }},
      {"unknown member of an authority", [](Json& root) { root["certificateAuthorities"][0]["more"] = 1; }},
      {"log without a start", [](Json& root) { root["tlogs"][0]["publicKey"]["validFor"].erase("start"); }},
      {"log without a window", [](Json& root) { root["tlogs"][0]["publicKey"].erase("validFor"); }},
      {"certificate log without a start",
       [](Json& root) { root["ctlogs"][0]["publicKey"]["validFor"].erase("start"); }},
      {"end before start",
       [](Json& root) { root["tlogs"][0]["publicKey"]["validFor"]["end"] = "2024-01-01T00:00:00Z"; }},
      {"time that is none", [](Json& root) { root["tlogs"][0]["publicKey"]["validFor"]["start"] = "yesterday"; }},
      {"unknown kind of key", [](Json& root) { root["tlogs"][0]["publicKey"]["keyDetails"] = "PKIX_ECDSA_P224"; }},
      {"key of another kind", [](Json& root) { root["tlogs"][0]["publicKey"]["keyDetails"] = "PKIX_ED25519"; }},
      {"key that is none", [](Json& root) { root["tlogs"][0]["publicKey"]["rawBytes"] = base64("key"); }},
      {"log id too short", [](Json& root) { root["tlogs"][0]["logId"]["keyId"] = base64("id"); }},
      {"checkpoint key id too short",
       [](Json& root) { root["tlogs"][1]["checkpointKeyId"] = {{"keyId", base64("id")}}; }},
      {"certificate log under a foreign id",
       [](Json& root) { root["ctlogs"][0]["logId"]["keyId"] = base64(std::string(32, 'x')); }},
      {"one log id with two keys",
       [](Json& root) {
         Json other = root["tlogs"][0];
         other["publicKey"]["rawBytes"] = base64(sandbox::SigningKey::make().spki());
         root["tlogs"].push_back(other);
       }},
      {"empty chain",
       [](Json& root) { root["certificateAuthorities"][0]["certChain"]["certificates"] = Json::array(); }},
      {"certificate that is none", [&](Json& root) { certificate(root, "certificateAuthorities", 0) = base64("x"); }},
      {"certificate with trailing bytes",
       [&](Json& root) {
         certificate(root, "certificateAuthorities", 0) = base64(one_sigstore().fulcio.intermediate_der() + "x");
       }},
      {"chain in the wrong order",
       [](Json& root) {
         Json& chain = root["certificateAuthorities"][0]["certChain"]["certificates"];
         std::swap(chain[0], chain[1]);
       }},
      {"chain of strangers",
       [&](Json& root) {
         certificate(root, "certificateAuthorities", 1) = base64(sandbox::VirtualSigstore().fulcio.root_der());
       }},
      {"signer that its chain did not issue",
       [&](Json& root) {
         certificate(root, "timestampAuthorities", 0) =
             base64(sandbox::VirtualSigstore().timestamp_authority.signer_der());
       }},
      {"authority that is none",
       [&](Json& root) { certificate(root, "certificateAuthorities", 0) = base64(one_sigstore().certificate({})); }},
      {"timestamp authority for code",
       [](Json& root) { root["timestampAuthorities"] = root["certificateAuthorities"]; }},
      {"certificate authority for timestamps",
       [](Json& root) {
         root["certificateAuthorities"] = root["timestampAuthorities"];
         root["certificateAuthorities"][0]["certChain"]["certificates"].erase(0);
       }},
      {"logs that are no list", [](Json& root) { root["tlogs"] = Json::object(); }},
  };
  for (const Change& change : changes) {
    Json root = one_sigstore().trusted_root();
    ASSERT_TRUE(parsed(root));
    change.change(root);
    EXPECT_FALSE(parsed(root)) << change.what;
  }
}

TEST(TrustedRoot, OfAnotherShapeTrustsNobodyMoreCve202623991) {
  const SigstoreRoot good = parsed(one_sigstore().trusted_root()).value();
  for (const Field& field : fields_of(one_sigstore().trusted_root().dump())) {
    for (const char* other : {"null", "true", "0", "-1", "\"\"", "[]", "{}"}) {
      const Result<SigstoreRoot> read = SigstoreRoot::parse("test", field.with(other));
      if (!read) continue;
      EXPECT_LE(read->logs(), good.logs()) << field.pointer << " as " << other;
      EXPECT_LE(read->certificate_logs(), good.certificate_logs()) << field.pointer << " as " << other;
      EXPECT_LE(read->certificate_authorities(), good.certificate_authorities()) << field.pointer << " as " << other;
      EXPECT_LE(read->timestamp_authorities(), good.timestamp_authorities()) << field.pointer << " as " << other;
    }
  }
}

TEST(TrustedRoot, RefusesAuthoritiesThatMayNotIssue) {
  const auto refused = [](const std::function<void(sandbox::CertificateAuthority&)>& change) {
    sandbox::VirtualSigstore wrong = one_sigstore();
    change(wrong.fulcio);
    return !parsed(wrong.trusted_root());
  };
  const auto extension = [](sandbox::CertificateDraft& draft, const char* oid) -> sandbox::CertificateExtension& {
    return *std::ranges::find(draft.extensions, oid, &sandbox::CertificateExtension::oid);
  };
  EXPECT_FALSE(refused([](auto&) {}));
  EXPECT_TRUE(refused([&](auto& fulcio) { extension(fulcio.intermediate, "2.5.29.15").value = der::named_bits({0}); }));
  EXPECT_TRUE(refused([&](auto& fulcio) { extension(fulcio.root, "2.5.29.15").value = der::named_bits({6}); }));
  EXPECT_TRUE(refused([&](auto& fulcio) { extension(fulcio.intermediate, "2.5.29.19").value = der::sequence(); }));
  EXPECT_TRUE(refused([&](auto& fulcio) {
    extension(fulcio.root, "2.5.29.19").value = der::sequence(der::boolean(true), der::integer(0));
  }));
  EXPECT_TRUE(refused([&](auto& fulcio) {
    extension(fulcio.intermediate, "2.5.29.37").value = der::sequence(der::oid("1.3.6.1.5.5.7.3.1"));
  }));
  EXPECT_TRUE(refused([](auto& fulcio) { fulcio.intermediate.issuer = sandbox::name("somebody"); }));
  EXPECT_TRUE(refused([](auto& fulcio) { fulcio.root_key = sandbox::SigningKey::make(); }));
}

TEST(TrustedRoot, ChangesTheGenerationOfTheTrust) {
  const Json root = one_sigstore().trusted_root();
  const TrustRoot none({});
  const TrustRoot one({}, {SigstoreRoot::parse("a", root.dump()).value()});
  const TrustRoot renamed({}, {SigstoreRoot::parse("b", root.dump()).value()});
  const TrustRoot other({}, {SigstoreRoot::parse("a", sandbox::VirtualSigstore().trusted_root().dump()).value()});
  EXPECT_NE(none.generation(), one.generation());
  EXPECT_NE(one.generation(), renamed.generation());
  EXPECT_NE(one.generation(), other.generation());
  EXPECT_EQ(one.generation(), TrustRoot({}, {SigstoreRoot::parse("a", root.dump()).value()}).generation());
}

}  // namespace
}  // namespace pullgate::verify
