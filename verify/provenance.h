#pragma once
/// SLSA provenance as types: v0.2 (https://slsa.dev/provenance/v0.2) and v1 (https://slsa.dev/provenance/v1), read
/// out of a signed statement. What the producer did not say is absent, never guessed.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/digest.h"

namespace pullgate::verify {

inline constexpr std::string_view kSlsaProvenanceV02 = "https://slsa.dev/provenance/v0.2";
inline constexpr std::string_view kSlsaProvenanceV1 = "https://slsa.dev/provenance/v1";

/// A material (v0.2) or resolved dependency (v1): a ResourceDescriptor reduced to what can be compared.
struct Material {
  std::string uri;
  std::string name;
  std::map<std::string, std::string> digest;  ///< algorithm -> lower-case hex, as stated

  friend bool operator==(const Material&, const Material&) = default;
};

/// Where the source was. `repository` has no "git+" prefix, no ".git" suffix and no "@ref"; `ref` is a full ref
/// ("refs/heads/main") when the producer gives one; `commit` is lower-case hex.
struct Source {
  std::string repository;
  std::string ref;
  std::string commit;

  friend bool operator==(const Source&, const Source&) = default;
};

/// A material that is a container image. `name` is "registry/path" in full (docker.io/library/alpine).
struct ImageMaterial {
  std::string name;
  std::string tag;
  std::optional<Digest> digest;

  friend bool operator==(const ImageMaterial&, const ImageMaterial&) = default;
};

struct Provenance {
  std::string predicate_type;
  std::string builder_id;
  std::string build_type;
  std::string entry_point;  ///< the workflow file or target, when stated
  std::optional<Source> source;
  std::vector<Material> materials;
  std::vector<ImageMaterial> images;  ///< those of `materials` that are images: pkg:docker, pkg:oci, docker://, oci://
};

}  // namespace pullgate::verify
