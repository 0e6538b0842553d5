#include "policy/base_image/named.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

/// "registry/path" as provenance states it, already in full form.
std::optional<Repository> repository_of(const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  auto repository = Repository::parse(name.substr(0, slash), name.substr(slash + 1));
  if (!repository) return std::nullopt;
  return *std::move(repository);
}

}  // namespace

bool is_allowed(const BaseImageLeaf& leaf, const std::optional<Repository>& repository,
                const std::optional<Digest>& digest) {
  if (digest && std::ranges::find(leaf.digests, *digest) != leaf.digests.end()) return true;
  return repository && std::ranges::any_of(leaf.from, [&](const Scope& scope) { return scope.matches(*repository); });
}

NamedBase base_of(const verify::ImageMaterial& image) {
  std::string shown = printable(image.name, 200);
  if (!image.tag.empty()) shown += ":" + printable(image.tag);
  if (image.digest) shown += "@" + image.digest->text();
  return {repository_of(image.name), image.digest, std::move(shown)};
}

AnnotatedBase annotated_base(const std::map<std::string, std::string>& annotations) {
  const auto name = annotations.find(kBaseNameAnnotation);
  const auto digest = annotations.find(kBaseDigestAnnotation);
  AnnotatedBase annotated;
  if (name == annotations.end() && digest == annotations.end()) return annotated;
  annotated.state = AnnotatedBase::State::kUnreadable;
  annotated.base.shown =
      fmt::format("{}{}{}", name == annotations.end() ? "" : printable(name->second),
                  digest == annotations.end() ? "" : "@", digest == annotations.end() ? "" : printable(digest->second));
  if (digest != annotations.end()) {
    const Result<Digest> parsed = Digest::parse(digest->second);
    if (!parsed) return annotated;
    annotated.base.digest = *parsed;
  }
  if (name != annotations.end()) {
    const Result<ImageReference> parsed = ImageReference::parse(name->second);
    if (!parsed) return annotated;
    if (parsed->digest && annotated.base.digest && parsed->digest != annotated.base.digest) return annotated;
    if (parsed->digest) annotated.base.digest = parsed->digest;
    annotated.base.repository = parsed->repository;
  }
  annotated.state = AnnotatedBase::State::kPresent;
  return annotated;
}

std::string allowed_bases(const BaseImageLeaf& leaf) {
  std::vector<std::string> allowed;
  for (const Scope& scope : leaf.from) allowed.push_back(scope.text());
  for (const Digest& digest : leaf.digests) allowed.push_back(digest.short_text());
  return fmt::format("allowed bases are {}", fmt::join(allowed, ", "));
}

}  // namespace pullgate::policy
