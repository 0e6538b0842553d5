// The public Sigstore conformance suite, in the process: every case that is there, with its artifact as bytes and as a
// digest. The same suite runs against the program in tests/conformance.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/verify/data.h"
#include "verify/requirements.h"
#include "verify/verifier.h"

namespace pullgate::verify {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIdentity =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr std::string_view kIssuer = "https://token.actions.githubusercontent.com";
constexpr const char* kRoot = "root";

fs::path suite() {
  const fs::path shared = shared_data();
  return shared.empty() ? shared : shared / "sigstore-conformance";
}

/// A file of the case, or what the suite says stands for it.
std::string text_or(const fs::path& path, std::string_view otherwise) {
  if (!fs::exists(path)) return std::string(otherwise);
  std::string text = bytes_of(path);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

struct ConformanceCase {
  fs::path folder;
  std::optional<PublicKey> key;
  std::shared_ptr<const TrustRoot> trust;

  [[nodiscard]] std::string name() const { return folder.filename(); }
  [[nodiscard]] bool must_fail() const { return name().ends_with("_fail"); }
};

/// Nothing when the key or the trust root of the case cannot be read, which is a refusal too.
std::optional<ConformanceCase> read_case(const fs::path& folder) {
  ConformanceCase read{.folder = folder, .key = std::nullopt, .trust = nullptr};
  const fs::path own_root = folder / "trusted_root.json";
  Result<SigstoreRoot> root = SigstoreRoot::parse(
      kRoot,
      bytes_of(fs::exists(own_root) ? own_root : fs::path(PULLGATE_TEST_DATA) / "../config/trust/public-good.json"));
  if (!root) return std::nullopt;
  std::vector<TrustedKey> keys;
  if (fs::exists(folder / "key.pub")) {
    const Result<PublicKey> key = PublicKey::parse_pem(bytes_of(folder / "key.pub"));
    if (!key) return std::nullopt;
    read.key = *key;
    keys.push_back({*key, default_schemes(key->type())});
  }
  read.trust = std::make_shared<const TrustRoot>(std::move(keys), std::vector{std::move(*root)});
  return read;
}

/// What the clients of the suite ask for.
bool is_accepted(const ConformanceCase& test, const Artifact& artifact, std::string& why) {
  const Evidence evidence{.kind = EvidenceKind::kSigstoreBundle,
                          .place = test.name(),
                          .payload = Content::of(bytes_of(test.folder / "bundle.sigstore.json")),
                          .media_type = {},
                          .annotations = {}};
  const Report report = Verifier(test.trust).verify(evidence, artifact, PredicateReading::kOpaque);
  if (!report.verified) {
    why = report.most_telling()->detail;
    return false;
  }
  EvidenceRequirements requirements = usual_requirements(kRoot);
  if (test.key) requirements.time_sources = 0;
  for (const Finding& finding : check_requirements(*report.verified, requirements)) {
    if (finding.outcome != Outcome::kPassed) why = finding.detail;
  }
  if (!why.empty()) return false;
  const Signer& signer = report.verified->signer();
  if (test.key) return std::holds_alternative<KeySigner>(signer);
  const auto* const certificate = std::get_if<CertificateSigner>(&signer);
  return certificate != nullptr && certificate->subject.value == text_or(test.folder / "identity", kIdentity) &&
         certificate->issuer == text_or(test.folder / "issuer", kIssuer);
}

TEST(SigstoreConformance, IsMetByEveryCaseWithItsArtifactAsBytesAndAsDigest) {
  if (suite().empty() || !fs::exists(suite()))
    GTEST_SKIP() << "no copy of the Sigstore conformance suite (shared/data)";
  std::size_t good = 0;
  std::size_t bad = 0;
  for (const auto& entry : fs::directory_iterator(suite())) {
    if (!fs::exists(entry.path() / "bundle.sigstore.json")) continue;
    const bool must_fail = entry.path().filename().string().ends_with("_fail");
    (must_fail ? bad : good) += 1;
    const std::optional<ConformanceCase> test = read_case(entry.path());
    if (!test) {
      EXPECT_TRUE(must_fail) << entry.path();
      continue;
    }
    const fs::path own = test->folder / "artifact";
    const Content content = Content::of(bytes_of(fs::exists(own) ? own : suite() / "a.txt"));
    for (const Artifact& artifact : {Artifact(content), Artifact::known_by(content.digest())}) {
      std::string why;
      EXPECT_EQ(is_accepted(*test, artifact, why), !must_fail)
          << test->name() << (artifact.bytes() ? "" : " by digest") << ": " << why;
    }
  }
  EXPECT_GE(good, 13U);
  EXPECT_GE(bad, 26U);
}

}  // namespace
}  // namespace pullgate::verify
