#pragma once
/// Bases by what somebody says: annotations of the manifest, and materials of provenance.

#include <map>
#include <optional>
#include <string>

#include "policy/requirement.h"
#include "verify/digest.h"
#include "verify/provenance.h"
#include "verify/reference.h"

namespace pullgate::policy {

// OCI image-spec "Pre-Defined Annotation Keys".
inline constexpr const char* kBaseNameAnnotation = "org.opencontainers.image.base.name";
inline constexpr const char* kBaseDigestAnnotation = "org.opencontainers.image.base.digest";

inline constexpr const char* kVersionLabel = "org.opencontainers.image.version";

/// As far as it can be compared.
struct NamedBase {
  std::optional<Repository> repository;
  std::optional<Digest> digest;
  std::string shown;  ///< printable
};

/// By its digest, or by a repository in `from`.
bool is_allowed(const BaseImageLeaf& leaf, const std::optional<Repository>& repository,
                const std::optional<Digest>& digest);
inline bool is_allowed(const BaseImageLeaf& leaf, const NamedBase& base) {
  return is_allowed(leaf, base.repository, base.digest);
}

NamedBase base_of(const verify::ImageMaterial& image);

struct AnnotatedBase {
  enum class State { kAbsent, kUnreadable, kPresent } state = State::kAbsent;
  NamedBase base;
};

/// The name is a reference and may pin a digest itself; one that contradicts base.digest names two bases at once.
AnnotatedBase annotated_base(const std::map<std::string, std::string>& annotations);

/// "allowed bases are ghcr.io/acme/base/**, sha256:0123456789ab"
std::string allowed_bases(const BaseImageLeaf& leaf);

}  // namespace pullgate::policy
