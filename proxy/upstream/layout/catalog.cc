#include "proxy/upstream/layout/catalog.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "policy/spelling.h"
#include "verify/limits.h"

namespace pullgate::proxy::layout {

namespace {

constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";
constexpr std::string_view kKind = "kind";
constexpr std::string_view kCosign = "dev.cosignproject.cosign/";

std::string_view annotation(const Descriptor& entry, std::string_view key) {
  const auto found = entry.annotations.find(std::string(key));
  return found == entry.annotations.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

Result<Catalog> Catalog::read(std::string index_json) {
  auto document = parse_manifest(Content::of(std::move(index_json)));
  const auto refuse = [](ErrorCode code, std::string_view why) {
    return Error{code, fmt::format("index.json of the image layout: {}", why)};
  };
  if (!document) {
    const bool too_much = document.error().code == ErrorCode::kLimitExceeded;
    return refuse(too_much ? ErrorCode::kLimitExceeded : ErrorCode::kUpstreamInvalid, document.error().message);
  }
  auto* index = std::get_if<Index>(&*document);
  if (index == nullptr) return refuse(ErrorCode::kUpstreamInvalid, "not an image index");
  Catalog catalog;
  catalog.entries_ = std::move(index->manifests);
  catalog.take_tags();
  catalog.take_saved_evidence();
  return catalog;
}

Result<Digest> Catalog::tagged(const Tag& tag) const {
  const auto found = tags_.find(tag.text());
  if (found == tags_.end())
    return Error{ErrorCode::kNotFound,
                 fmt::format("the image layout has no tag {}{}", tag.text(), what_there_is_for(tag))};
  if (found->second.size() > 1) {
    return Error{ErrorCode::kUpstreamInvalid,
                 fmt::format("the image layout gives the tag {} to {} and to {}", tag.text(),
                             found->second[0].short_text(), found->second[1].short_text())};
  }
  return found->second.front();
}

std::vector<std::string> Catalog::tags() const {
  std::vector<std::string> names;
  names.reserve(tags_.size());
  for (const auto& [name, digests] : tags_) names.push_back(name);
  return names;
}

/// Evidence is asked for by tags of its own, which are neither told nor answered with those of images.
std::string Catalog::what_there_is_for(const Tag& tag) const {
  constexpr std::string_view kEvidence = "sha256-";
  if (tag.text().starts_with(kEvidence)) return {};
  std::vector<std::string> names = tags();
  std::erase_if(names, [&](const std::string& name) { return name.starts_with(kEvidence); });
  return policy::there_are(names);
}

std::string Catalog::media_type_of(const Digest& digest) const {
  const auto found = std::ranges::find(entries_, digest, &Descriptor::digest);
  return found == entries_.end() ? std::string() : found->media_type;
}

void Catalog::take_tags() {
  for (const auto& entry : entries_) {
    const auto tag = Tag::parse(annotation(entry, kRefName));
    if (!tag) continue;  // whole references and free text also occur there; they cannot be asked for
    auto& digests = tags_[tag->text()];
    if (std::ranges::find(digests, entry.digest) == digests.end()) digests.push_back(entry.digest);
  }
}

void Catalog::take_saved_evidence() {
  std::optional<Digest> image;
  for (const auto& entry : entries_) {
    auto kind = annotation(entry, kKind);
    if (!kind.starts_with(kCosign)) continue;
    kind.remove_prefix(kCosign.size());
    if (kind == "image" || kind == "imageIndex") {
      image = entry.digest;
    } else if (image && (kind == "sigs" || kind == "atts")) {
      const auto tag =
          fmt::format("{}-{}.{}", to_string(image->algorithm()), image->hex(), kind == "sigs" ? "sig" : "att");
      // A tag that the layout itself gives stands.
      if (Tag::parse(tag)) tags_.try_emplace(tag, 1, entry.digest);
    }
  }
}

Result<Referrers> find_referrers(const std::vector<Descriptor>& entries,
                                 const std::function<Result<Content>(const Digest&)>& read) {
  struct Step {
    Descriptor descriptor;
    std::size_t depth;
  };
  std::vector<Step> pending;
  const auto enqueue = [&](const std::vector<Descriptor>& descriptors, std::size_t depth) {
    for (const auto& descriptor : descriptors)
      if (is_manifest_media_type(descriptor.media_type)) pending.push_back({descriptor, depth});
  };
  enqueue(entries, 0);
  Referrers referrers;
  std::set<Digest> visited;
  while (!pending.empty()) {
    const auto step = std::move(pending.back());
    pending.pop_back();
    if (!visited.insert(step.descriptor.digest).second) continue;
    if (visited.size() > limits::kLayoutManifests)
      return Error{ErrorCode::kLimitExceeded,
                   fmt::format("the image layout has more than {} manifests", limits::kLayoutManifests)};
    const auto content = read(step.descriptor.digest);
    if (!content && content.error().code == ErrorCode::kUnreachable) return content.error();
    if (!content) continue;
    const auto document = parse_manifest(*content, step.descriptor.media_type);
    if (!document) continue;
    if (const auto& subject = subject_of(*document)) {
      auto& list = referrers[subject->digest];
      if (list.size() == limits::kReferrers)
        return Error{ErrorCode::kLimitExceeded, fmt::format("more than {} referrers", limits::kReferrers)};
      const auto* manifest = std::get_if<Manifest>(&*document);
      list.push_back({.media_type = std::string(served_media_type(*document)),
                      .digest = content->digest(),
                      .size = content->size(),
                      .artifact_type = manifest != nullptr ? std::string(manifest->effective_artifact_type())
                                                           : std::get<Index>(*document).artifact_type,
                      .annotations = annotations_of(*document)});
    }
    if (const auto* index = std::get_if<Index>(&*document); index != nullptr && step.depth < limits::kIndexDepth)
      enqueue(index->manifests, step.depth + 1);
  }
  return referrers;
}

}  // namespace pullgate::proxy::layout
