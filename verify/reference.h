#pragma once
/// Names of images, OCI distribution-spec "Pulling manifests" and the reference grammar that docker and containerd
/// share. Parsing is the only constructor, so a Repository, Tag or ImageReference is always well formed.

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "verify/digest.h"
#include "verify/result.h"

namespace pullgate {

/// A registry host (lower case, optional port) and a repository path. docker.io's other names (index.docker.io,
/// registry-1.docker.io) are folded into docker.io, and its one-component paths get their "library/".
class Repository {
 public:
  static Result<Repository> parse(std::string_view registry, std::string_view path);

  [[nodiscard]] const std::string& registry() const { return registry_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// "ghcr.io/acme/app"
  [[nodiscard]] std::string text() const { return registry_ + "/" + path_; }

  friend auto operator<=>(const Repository&, const Repository&) = default;
  friend bool operator==(const Repository&, const Repository&) = default;

 private:
  Repository(std::string registry, std::string path) : registry_(std::move(registry)), path_(std::move(path)) {}

  std::string registry_;
  std::string path_;
};

/// A registry host as Repository keeps it, or an error: for configuration files and `ns=` parameters.
Result<std::string> parse_registry_host(std::string_view text);
/// The repository path grammar of distribution-spec; at most limits::kRepositoryPathLength characters.
Status check_repository_path(std::string_view path);

class Tag {
 public:
  /// [A-Za-z0-9_][A-Za-z0-9._-]{0,127}
  static Result<Tag> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }

  friend auto operator<=>(const Tag&, const Tag&) = default;
  friend bool operator==(const Tag&, const Tag&) = default;

 private:
  explicit Tag(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// What a manifest is asked for by.
using TagOrDigest = std::variant<Tag, Digest>;
Result<TagOrDigest> parse_tag_or_digest(std::string_view text);
std::string to_string(const TagOrDigest& which);

/// "registry/path[:tag][@digest]" as people write it; without both, the tag is "latest"; without a registry, docker.io.
struct ImageReference {
  Repository repository;
  std::optional<Tag> tag;
  std::optional<Digest> digest;

  static Result<ImageReference> parse(std::string_view text);
  /// The same, but for the tag that nobody wrote: what is left out stays out.
  static Result<ImageReference> parse_as_written(std::string_view text);
  [[nodiscard]] std::string text() const;

  friend bool operator==(const ImageReference&, const ImageReference&) = default;
};

}  // namespace pullgate
