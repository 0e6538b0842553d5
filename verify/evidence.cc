#include "verify/evidence.h"

#include <algorithm>
#include <array>

#include "verify/json/reader.h"
#include "verify/limits.h"

namespace pullgate::verify {
namespace {

constexpr std::string_view kSimpleSigningType = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr std::string_view kDsseType = "application/vnd.dsse.envelope.v1+json";
constexpr std::string_view kInTotoType = "application/vnd.in-toto+json";
constexpr std::string_view kBundlePrefix = "application/vnd.dev.sigstore.bundle";

/// What else signing and SBOM tools attach, and what no runtime unpacks: notary signatures, SPDX, CycloneDX, Syft.
constexpr std::array<std::string_view, 10> kOtherEvidenceTypes = {"application/jose+json",
                                                                  "application/cose",
                                                                  "application/spdx+json",
                                                                  "text/spdx",
                                                                  "text/spdx+json",
                                                                  "text/spdx+xml",
                                                                  "application/vnd.cyclonedx",
                                                                  "application/vnd.cyclonedx+json",
                                                                  "application/vnd.cyclonedx+xml",
                                                                  "application/vnd.syft+json"};

/// Docker's configs make a manifest runnable whatever its layers are called, as OCI's does. Docker itself takes the
/// last three for an image's config too, because registries once recorded configs under these types.
constexpr std::array<std::string_view, 6> kImageConfigTypes = {
    media_type::kOciConfig,     media_type::kDockerConfig, "application/vnd.docker.plugin.v1+json",
    "application/octet-stream", "application/json",        "text/html"};

std::optional<EvidenceKind> kind_of(std::string_view media_type) {
  if (media_type == kSimpleSigningType) return EvidenceKind::kSimpleSigning;
  if (media_type == kDsseType) return EvidenceKind::kDsseEnvelope;
  // "application/vnd.in-toto.<predicate>+dsse", in-toto attestation spec "Envelope: file naming".
  if (media_type.starts_with("application/vnd.in-toto.") && media_type.ends_with("+dsse")) {
    return EvidenceKind::kDsseEnvelope;
  }
  if (media_type.starts_with(kBundlePrefix)) return EvidenceKind::kSigstoreBundle;
  return std::nullopt;
}

bool is_evidence_type(std::string_view media_type) {
  return kind_of(media_type) || media_type == kInTotoType ||
         std::ranges::find(kOtherEvidenceTypes, media_type) != kOtherEvidenceTypes.end();
}

/// cosign's `.sig` and `.att` and BuildKit's attestation manifests come with an image config.
bool may_have_image_config(std::string_view media_type) {
  return media_type == kSimpleSigningType || media_type == kDsseType || media_type == kInTotoType;
}

/// POSIX pax, "ustar Interchange Format": the octal number at 148 is the sum of the header's bytes with itself as
/// blanks. Readers also accept the sum over signed bytes.
bool begins_like_a_tar_archive(std::string_view bytes) {
  constexpr std::size_t kHeaderSize = 512;
  constexpr std::size_t kSumAt = 148;
  constexpr std::size_t kSumSize = 8;
  if (bytes.size() < kHeaderSize) return false;
  std::int64_t unsigned_sum = 0;
  std::int64_t signed_sum = 0;
  for (std::size_t i = 0; i < kHeaderSize; ++i) {
    const char c = i >= kSumAt && i < kSumAt + kSumSize ? ' ' : bytes[i];
    unsigned_sum += static_cast<unsigned char>(c);
    signed_sum += static_cast<signed char>(c);
  }
  std::int64_t stated = 0;
  for (const char c : bytes.substr(kSumAt, kSumSize)) {
    if (c >= '0' && c <= '7') stated = stated * 8 + (c - '0');
  }
  return stated == unsigned_sum || stated == signed_sum;
}

std::string tag_for(const Digest& subject) {
  return std::string(to_string(subject.algorithm())) + "-" + subject.hex();
}

}  // namespace

std::string_view to_string(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::kSimpleSigning:
      return "cosign signature";
    case EvidenceKind::kDsseEnvelope:
      return "DSSE attestation";
    case EvidenceKind::kSigstoreBundle:
      return "Sigstore bundle";
  }
  return "unknown";
}

std::vector<EvidenceLayer> evidence_layers(const Manifest& manifest) {
  std::vector<EvidenceLayer> layers;
  for (const Descriptor& layer : manifest.layers) {
    if (const std::optional<EvidenceKind> kind = kind_of(layer.media_type)) layers.push_back({*kind, layer});
  }
  return layers;
}

ArtifactClass classify(const Manifest& manifest) {
  if (manifest.layers.empty() || manifest.layers.size() > limits::kEvidencePieces) return ArtifactClass::kRunnable;
  // A manifest in Docker's own form is an image to Docker, whatever its config is called.
  const bool has_image_config =
      manifest.media_type == media_type::kDockerManifest ||
      (manifest.config && std::ranges::find(kImageConfigTypes, manifest.config->media_type) != kImageConfigTypes.end());
  std::uint64_t room = limits::kEvidenceTotalBytes;
  const auto fits = [&](const Descriptor& descriptor) {
    if (descriptor.size > limits::kEvidenceBytes || descriptor.size > room) return false;
    room -= descriptor.size;
    return true;
  };
  if (manifest.config && !fits(*manifest.config)) return ArtifactClass::kRunnable;
  for (const Descriptor& layer : manifest.layers) {
    if (!is_evidence_type(layer.media_type) || !fits(layer)) return ArtifactClass::kRunnable;
    if (has_image_config && !may_have_image_config(layer.media_type)) return ArtifactClass::kRunnable;
  }
  return has_image_config ? ArtifactClass::kEvidenceIfDocuments : ArtifactClass::kEvidence;
}

Status check_document(std::string_view bytes) {
  if (const Result<json::Document> document = json::parse(bytes); !document) return document.error();
  if (begins_like_a_tar_archive(bytes)) return {ErrorCode::kMalformed, "JSON that is a tar archive as well"};
  return Done{};
}

std::string referrers_tag(const Digest& subject) {
  // distribution-spec: at most 32 characters of the algorithm and 64 of the encoded part.
  return std::string(to_string(subject.algorithm())) + "-" + subject.hex().substr(0, 64);
}

std::string signature_tag(const Digest& subject) {
  return tag_for(subject) + ".sig";
}

std::string attestation_tag(const Digest& subject) {
  return tag_for(subject) + ".att";
}

}  // namespace pullgate::verify
