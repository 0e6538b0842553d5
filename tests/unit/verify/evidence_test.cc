#include "verify/evidence.h"

#include <gtest/gtest.h>

#include "verify/limits.h"

namespace pullgate::verify {
namespace {

constexpr std::string_view kSimple = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr std::string_view kDsse = "application/vnd.dsse.envelope.v1+json";
constexpr std::string_view kBundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr std::string_view kLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

Descriptor descriptor(std::string_view media_type, std::uint64_t size = 100) {
  return {.media_type = std::string(media_type), .digest = Digest::of(media_type), .size = size};
}

Manifest manifest(std::string_view config, std::initializer_list<std::string_view> layers) {
  Manifest result;
  result.media_type = media_type::kOciManifest;
  if (!config.empty()) result.config = descriptor(config);
  for (std::string_view layer : layers) result.layers.push_back(descriptor(layer));
  return result;
}

TEST(EvidenceLayers, AreKnownByTheirMediaType) {
  const auto layers = evidence_layers(
      manifest(media_type::kOciEmpty,
               {kSimple, kLayer, kDsse, kBundle, "application/vnd.dev.sigstore.bundle+json;version=0.1",
                "application/vnd.in-toto.provenance+dsse", "application/vnd.in-toto+json", "application/spdx+json"}));
  std::vector<EvidenceKind> kinds;
  for (const EvidenceLayer& layer : layers) kinds.push_back(layer.kind);
  EXPECT_EQ(kinds,
            (std::vector{EvidenceKind::kSimpleSigning, EvidenceKind::kDsseEnvelope, EvidenceKind::kSigstoreBundle,
                         EvidenceKind::kSigstoreBundle, EvidenceKind::kDsseEnvelope}));
  EXPECT_TRUE(evidence_layers(manifest(media_type::kOciConfig, {kLayer})).empty());
}

TEST(ArtifactClass, IsEvidenceForWhatSigningToolsPush) {
  for (const Manifest& evidence :
       {manifest(media_type::kOciEmpty, {kSimple, kDsse}), manifest(media_type::kOciEmpty, {kBundle}),
        manifest("application/vnd.cncf.notary.signature", {"application/jose+json"}),
        manifest(media_type::kOciEmpty, {"application/spdx+json"}), manifest("", {"application/cose"})}) {
    EXPECT_EQ(classify(evidence), ArtifactClass::kEvidence);
  }
}

// podman unpacks the layers of a manifest with an image's config whatever their media types say, older dockers too; and
// docker takes configs of three more types for an image's.
TEST(ArtifactClass, DependsOnTheLayersThemselvesWhereTheConfigIsAnImages) {
  Manifest docker = manifest("application/vnd.acme.config", {kSimple});
  docker.media_type = media_type::kDockerManifest;
  for (const Manifest& dressed :
       {manifest(media_type::kOciConfig, {kSimple, kSimple}), manifest(media_type::kOciConfig, {kDsse}),
        manifest(media_type::kOciConfig, {"application/vnd.in-toto+json"}),
        manifest(media_type::kDockerConfig, {kSimple}), manifest("application/octet-stream", {kSimple}),
        manifest("application/json", {kDsse}), manifest("text/html", {kDsse}), docker}) {
    EXPECT_EQ(classify(dressed), ArtifactClass::kEvidenceIfDocuments);
  }
  for (const char* config : {"application/octet-stream", "application/json", "text/html"}) {
    EXPECT_EQ(classify(manifest(config, {"application/spdx+json"})), ArtifactClass::kRunnable) << config;
  }
}

TEST(Document, IsJsonThatCannotBeUnpacked) {
  EXPECT_TRUE(check_document(R"({"critical":{},"optional":null})"));
  EXPECT_TRUE(check_document("{\"text\":\"" + std::string(4096, 'x') + "\"}"));
  for (const std::string& bytes : {std::string(), std::string("\x1f\x8b\x08"), std::string("bin/sh\0\0\0", 9),
                                   std::string("\x28\xb5\x2f\xfd"), std::string("BZh9"), std::string("{} {}")}) {
    EXPECT_FALSE(check_document(bytes)) << bytes;
  }
}

// A header of a tar archive needs no NUL byte: a file whose name begins `{"` can be a JSON document as well.
TEST(Document, IsNotJsonThatIsAnArchiveAsWell) {
  std::string polyglot = R"({"a":")" + std::string(94, 'x') + "0000755 0000000 0000000 00000000014 00000000000 ";
  polyglot.resize(148, ' ');
  polyglot += "        0";
  polyglot.resize(510, ' ');
  polyglot += "\"}";
  unsigned sum = 0;
  for (const char c : polyglot) sum += static_cast<unsigned char>(c);
  std::string stated(8, ' ');
  for (std::size_t digit = 6; digit-- > 0; sum /= 8) stated[digit] = static_cast<char>('0' + sum % 8);
  const std::string harmless = polyglot;
  polyglot.replace(148, 8, stated);
  EXPECT_TRUE(check_document(harmless));
  EXPECT_FALSE(check_document(polyglot));
  EXPECT_FALSE(check_document(polyglot + "\n"));
}

// A runnable image pushed under a signature's tag or with a signature's artifactType must still be judged.
TEST(ArtifactClass, IsRunnableForImagesThatDressUpAsEvidence) {
  Manifest dressed = manifest(media_type::kOciConfig, {kLayer});
  dressed.artifact_type = kBundle;
  dressed.subject = descriptor(media_type::kOciManifest);
  dressed.annotations = {{"dev.sigstore.bundle.content", "dsse-envelope"}};
  EXPECT_EQ(classify(dressed), ArtifactClass::kRunnable);
  for (const Manifest& image :
       {manifest(media_type::kOciConfig, {kSimple, kLayer}), manifest(media_type::kOciEmpty, {kBundle, kLayer}),
        manifest(media_type::kOciEmpty, {kLayer}), manifest(media_type::kDockerConfig, {kBundle}),
        manifest(media_type::kOciConfig, {kBundle}), manifest(media_type::kOciConfig, {"application/spdx+json"}),
        manifest(media_type::kOciConfig, {"application/octet-stream"}), manifest(media_type::kOciEmpty, {})}) {
    EXPECT_EQ(classify(image), ArtifactClass::kRunnable);
  }
}

TEST(ArtifactClass, IsRunnableForWhatIsTooLargeToBeEvidence) {
  Manifest large = manifest(media_type::kOciEmpty, {});
  large.layers = {descriptor(kBundle, limits::kEvidenceBytes)};
  EXPECT_EQ(classify(large), ArtifactClass::kEvidence);
  large.layers = {descriptor(kBundle, limits::kEvidenceBytes + 1)};
  EXPECT_EQ(classify(large), ArtifactClass::kRunnable);
  large.layers = {3, descriptor(kBundle, limits::kEvidenceBytes)};
  EXPECT_EQ(classify(large), ArtifactClass::kRunnable);
  large.layers = {2, descriptor(kBundle, ~std::uint64_t{0} - 5)};
  EXPECT_EQ(classify(large), ArtifactClass::kRunnable);
  large.layers = {limits::kEvidencePieces + 1, descriptor(kBundle)};
  EXPECT_EQ(classify(large), ArtifactClass::kRunnable);
}

TEST(EvidenceTags, AreThoseOfTheSpecificationAndOfCosign) {
  const Digest image = Digest::of("abc");
  const std::string stem = "sha256-" + image.hex();
  EXPECT_EQ(referrers_tag(image), stem);
  EXPECT_EQ(signature_tag(image), stem + ".sig");
  EXPECT_EQ(attestation_tag(image), stem + ".att");
  const Digest longer = Digest::of("abc", Digest::Algorithm::kSha512);
  EXPECT_EQ(referrers_tag(longer), "sha512-" + longer.hex().substr(0, 64));
}

}  // namespace
}  // namespace pullgate::verify
