// Four public images with the keyless provenance that slsa-github-generator pushed for them between 2023 and 2025, held
// against the trust root of Sigstore's public instance that comes with the program.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/verify/data.h"
#include "verify/requirements.h"
#include "verify/verifier.h"

namespace pullgate::verify {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Image {
  Content manifest;
  std::vector<Evidence> attestations;
};

std::string blob(const fs::path& layout, const std::string& digest) {
  return bytes_of(layout / "blobs" / "sha256" / digest.substr(7));
}

Image read_image(const fs::path& layout) {
  Image image{.manifest = Content::of({}), .attestations = {}};
  for (const json& entry : json::parse(bytes_of(layout / "index.json")).at("manifests")) {
    const std::string kind = entry.at("annotations").at("kind");
    const std::string digest = entry.at("digest");
    if (kind != "dev.cosignproject.cosign/atts") {
      image.manifest = Content::of(blob(layout, digest));
      continue;
    }
    for (const json& layer : json::parse(blob(layout, digest)).at("layers")) {
      image.attestations.push_back({.kind = EvidenceKind::kDsseEnvelope,
                                    .place = layout.filename(),
                                    .payload = Content::of(blob(layout, layer.at("digest"))),
                                    .media_type = layer.at("mediaType"),
                                    .annotations = layer.at("annotations")});
    }
  }
  return image;
}

std::vector<fs::path> layouts() {
  std::vector<fs::path> all;
  const fs::path folder = shared_data() / "images";
  if (shared_data().empty() || !fs::exists(folder)) return all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("slsa-container-")) all.push_back(entry.path());
  }
  return all;
}

std::shared_ptr<const TrustRoot> public_good() {
  const std::string json = bytes_of(fs::path(PULLGATE_TEST_DATA) / "../config/trust/public-good.json");
  return std::make_shared<const TrustRoot>(std::vector<TrustedKey>(),
                                           std::vector{SigstoreRoot::parse("public-good", json).value()});
}

#define SKIP_WITHOUT_THE_IMAGES() \
  if (layouts().empty()) GTEST_SKIP() << "no copy of the public images (shared/data)"

TEST(PublicImages, HaveProvenanceThatHoldsUnderThePublicTrustRoot) {
  SKIP_WITHOUT_THE_IMAGES();
  const Verifier verifier(public_good());
  for (const fs::path& layout : layouts()) {
    const Image image = read_image(layout);
    ASSERT_FALSE(image.attestations.empty()) << layout;
    for (const Evidence& evidence : image.attestations) {
      const Report report = verifier.verify(evidence, image.manifest);
      ASSERT_TRUE(report.verified) << layout << ": " << to_string(report.most_telling()->check) << ": "
                                   << report.most_telling()->detail;
      const auto& signer = std::get<CertificateSigner>(report.verified->signer());
      EXPECT_EQ(signer.trust_root, "public-good");
      EXPECT_EQ(signer.issuer, "https://token.actions.githubusercontent.com");
      EXPECT_TRUE(
          signer.subject.value.starts_with("https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"
                                           "generator_container_slsa3.yml@refs/tags/v"))
          << signer.subject.value;
      EXPECT_EQ(source_repository(signer), "https://github.com/slsa-framework/example-package");

      const auto& statement = std::get<Statement>(report.verified->claim());
      ASSERT_TRUE(statement.provenance);
      EXPECT_EQ(statement.provenance->source->repository, "https://github.com/slsa-framework/example-package");
      EXPECT_EQ(source_ref(signer), statement.provenance->source->ref);
      for (const Finding& finding : check_requirements(*report.verified, usual_requirements("public-good"))) {
        EXPECT_EQ(finding.outcome, Outcome::kPassed) << layout << finding.detail;
      }
    }
  }
}

TEST(PublicImages, ProveNothingAboutOneAnother) {
  SKIP_WITHOUT_THE_IMAGES();
  const Verifier verifier(public_good());
  for (const fs::path& layout : layouts()) {
    for (const fs::path& other : layouts()) {
      if (layout == other) continue;
      const Report report = verifier.verify(read_image(layout).attestations.front(), read_image(other).manifest);
      EXPECT_FALSE(report.verified);
      EXPECT_EQ(report.most_telling()->check, Check::kSubject);
    }
  }
}

TEST(PublicImages, ProveNothingWhenLogEntriesAreSwapped) {
  SKIP_WITHOUT_THE_IMAGES();
  const Verifier verifier(public_good());
  for (const fs::path& layout : layouts()) {
    const Image image = read_image(layout);
    for (const fs::path& other : layouts()) {
      if (layout == other) continue;
      Evidence evidence = image.attestations.front();
      evidence.annotations["dev.sigstore.cosign/bundle"] =
          read_image(other).attestations.front().annotations.at("dev.sigstore.cosign/bundle");
      const Report report = verifier.verify(evidence, image.manifest);
      EXPECT_FALSE(report.verified);
      EXPECT_EQ(report.most_telling()->check, Check::kTransparency);
    }
  }
}

TEST(PublicImages, ProveNothingUnderAnotherTrustRootOrNone) {
  SKIP_WITHOUT_THE_IMAGES();
  const std::string staging = bytes_of(fs::path(PULLGATE_TEST_DATA) / "../config/trust/staging.json");
  const std::vector roots{SigstoreRoot::parse("staging", staging).value()};
  for (const auto& trust : {TrustRoot({}, roots), TrustRoot({})}) {
    const Verifier verifier(std::make_shared<const TrustRoot>(trust));
    for (const fs::path& layout : layouts()) {
      const Image image = read_image(layout);
      const Report report = verifier.verify(image.attestations.front(), image.manifest);
      EXPECT_FALSE(report.verified);
      EXPECT_EQ(report.most_telling()->check, Check::kChain);
      EXPECT_EQ(report.most_telling()->reason, Reason::kSignerNotTrusted);
    }
  }
}

}  // namespace
}  // namespace pullgate::verify
