#pragma once
/// Manifests and indexes, read out of Content: OCI image-spec "manifest", "image-index", "descriptor"; Docker image
/// manifest v2 schema 2 and manifest list. Reading is strict where clients disagree, because a document that two
/// clients read differently cannot be judged once for both:
///  - a key that equals a known key except for case (also in Unicode's folding of s and k) is refused: Go clients
///    would obey it; duplicate keys, depth, trailing bytes and number forms are refused by the JSON reader;
///  - a document with both `manifests` and any of `config`, `layers`, `fsLayers` is refused (CVE-2021-41190);
///  - `mediaType`, when present, must agree with the structure and with the Content-Type that came along;
///  - a descriptor with embedded `data` or with `urls` is refused: containerd would fetch or use those without us.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "verify/content.h"
#include "verify/digest.h"
#include "verify/result.h"

namespace pullgate {

namespace media_type {
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciEmpty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
}  // namespace media_type

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;

  friend bool operator==(const Platform&, const Platform&) = default;
};

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::string artifact_type = {};
  std::optional<Platform> platform = std::nullopt;
  std::map<std::string, std::string> annotations = {};
};

/// `config` is absent only in the withdrawn OCI artifact manifest, which old registries still hold.
struct Manifest {
  std::string media_type;
  std::string artifact_type;
  std::optional<Descriptor> config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject;
  std::map<std::string, std::string> annotations;

  /// `artifactType`, else the config's media type: distribution-spec "Listing referrers".
  [[nodiscard]] std::string_view effective_artifact_type() const;
};

struct Index {
  std::string media_type;
  std::string artifact_type;
  std::vector<Descriptor> manifests;
  std::optional<Descriptor> subject;
  std::map<std::string, std::string> annotations;
};

using ManifestDocument = std::variant<Manifest, Index>;

/// `content_type` is what the upstream claimed, without parameters; none, empty or application/octet-stream (some
/// registries know no better) leave it to the structure.
Result<ManifestDocument> parse_manifest(const Content& content, std::string_view content_type = {});

/// The type to serve the document under: always the one that the bytes themselves have.
std::string_view served_media_type(const ManifestDocument& document);
const std::optional<Descriptor>& subject_of(const ManifestDocument& document);
const std::map<std::string, std::string>& annotations_of(const ManifestDocument& document);

/// Is this the media type of a manifest or index that parse_manifest knows?
bool is_manifest_media_type(std::string_view media_type);

/// Every descriptor that the document names: children, config, layers. Not the subject: a referrer does not make its
/// subject reachable.
std::vector<Descriptor> named_descriptors(const ManifestDocument& document);

}  // namespace pullgate
