// The public Sigstore conformance suite, as far as it is about managed keys. Its bundles carry material of the public
// log, which is read for its form and not held against the log.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/verify/data.h"
#include "verify/verifier.h"

namespace pullgate::verify {
namespace {

namespace fs = std::filesystem;

struct Judged {
  Report report;
  std::string name;
};

/// Every case of the suite whose key can be trusted: its own, or that of the good case.
std::vector<Judged> judgements(const fs::path& suite) {
  std::vector<Judged> all;
  const Content common = Content::of(bytes_of(suite / "a.txt"));
  for (const auto& entry : fs::directory_iterator(suite)) {
    if (!fs::exists(entry.path() / "bundle.sigstore.json")) continue;
    const fs::path own_key = entry.path() / "key.pub";
    const fs::path key_file = fs::exists(own_key) ? own_key : suite / "managed-key-happy-path" / "key.pub";
    const Result<PublicKey> key = PublicKey::parse_pem(bytes_of(key_file));
    if (!key) continue;
    const fs::path artifact = entry.path() / "artifact";
    const Evidence evidence{.kind = EvidenceKind::kSigstoreBundle,
                            .place = entry.path().filename(),
                            .payload = Content::of(bytes_of(entry.path() / "bundle.sigstore.json")),
                            .media_type = {},
                            .annotations = {}};
    const auto trust = std::make_shared<const TrustRoot>(std::vector{TrustedKey{*key, default_schemes(key->type())}});
    all.push_back({Verifier(trust).verify(evidence, fs::exists(artifact) ? Content::of(bytes_of(artifact)) : common),
                   evidence.place});
  }
  return all;
}

fs::path suite() {
  const fs::path shared = shared_data();
  return shared.empty() ? shared : shared / "sigstore-conformance";
}

#define SKIP_WITHOUT_THE_SUITE() \
  if (suite().empty() || !fs::exists(suite())) GTEST_SKIP() << "no copy of the Sigstore conformance suite"

TEST(SigstoreConformance, WithAManagedKeyIsAccepted) {
  SKIP_WITHOUT_THE_SUITE();
  std::size_t seen = 0;
  for (const Judged& judged : judgements(suite())) {
    if (judged.name != "managed-key-happy-path" && judged.name != "managed-key-and-trusted-root") continue;
    ++seen;
    ASSERT_TRUE(judged.report.verified) << judged.name << ": " << judged.report.most_telling()->detail;
    EXPECT_TRUE(std::holds_alternative<ImageSignature>(judged.report.verified->claim()));
  }
  EXPECT_GT(seen, 0U);
}

TEST(SigstoreConformance, WithAnythingElseIsRefused) {
  SKIP_WITHOUT_THE_SUITE();
  for (const Judged& judged : judgements(suite())) {
    if (judged.name.starts_with("managed-key") && !judged.name.ends_with("_fail")) continue;
    EXPECT_FALSE(judged.report.verified) << judged.name;
    EXPECT_NE(judged.report.most_telling(), nullptr) << judged.name;
  }
}

TEST(SigstoreConformance, WithCertificatesIsReadAndSaidToBeKeyless) {
  SKIP_WITHOUT_THE_SUITE();
  for (const Judged& judged : judgements(suite())) {
    if (!judged.name.starts_with("happy-path") && !judged.name.starts_with("rekor2-happy-path")) continue;
    ASSERT_NE(judged.report.most_telling(), nullptr);
    EXPECT_EQ(judged.report.most_telling()->check, Check::kKeyHint)
        << judged.name << judged.report.most_telling()->detail;
    EXPECT_EQ(judged.report.most_telling()->reason, Reason::kFormatUnsupported) << judged.name;
  }
}

TEST(SigstoreConformance, WithTheWrongKeyIsRefusedWhereTheKeyIsRead) {
  SKIP_WITHOUT_THE_SUITE();
  EXPECT_FALSE(PublicKey::parse_pem(bytes_of(suite() / "managed-key-wrong-key_fail" / "key.pub")));
}

}  // namespace
}  // namespace pullgate::verify
