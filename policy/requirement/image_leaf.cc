#include "policy/image_leaf.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

std::string list_of(const std::vector<TextPattern>& patterns) {
  std::vector<std::string> texts;
  std::ranges::transform(patterns, std::back_inserter(texts), &TextPattern::text);
  return printable(fmt::format("'{}'", fmt::join(texts, "', '")), 300);
}

Objection unlike(const std::string& name, std::string found, std::string remedy) {
  return {Reason::kConditionFalse, name, std::move(found), std::move(remedy)};
}

/// What the client asked for, and what the manifest says: neither changes with further evidence.
std::optional<Objection> difference(const Case& judged, const ImageLeaf& leaf, const std::string& name) {
  const Decision::About& about = judged.about();
  if (!leaf.digests.empty() && std::ranges::find(leaf.digests, about.digest) == leaf.digests.end()) {
    return unlike(name, fmt::format("the image is {}", about.digest.text()), "it has to be one of those listed");
  }
  if (!leaf.tags.empty()) {
    const std::optional<Tag>& tag = about.requested.tag;
    if (!tag) return unlike(name, "the image was asked for without a tag", "ask for it by a tag that is allowed");
    const auto matches = [&](const TextPattern& pattern) { return pattern.matches(tag->text()); };
    if (!std::ranges::any_of(leaf.tags, matches)) {
      return unlike(name, fmt::format("the tag is '{}'", tag->text()),
                    fmt::format("allowed are {}", list_of(leaf.tags)));
    }
  }
  const std::map<std::string, std::string>& annotations = annotations_of(judged.image());
  for (const auto& [key, pattern] : leaf.annotations) {
    const auto found = annotations.find(key);
    const std::string remedy = fmt::format("'{}' is required", printable(pattern.text()));
    if (found == annotations.end()) {
      return unlike(name, fmt::format("the manifest has no annotation '{}'", printable(key)), remedy);
    }
    if (!pattern.matches(found->second)) {
      return unlike(name,
                    fmt::format("the manifest's annotation '{}' is '{}'", printable(key), printable(found->second)),
                    remedy);
    }
  }
  return std::nullopt;
}

}  // namespace

Judgement judge_image(const Case& judged, const ImageLeaf& leaf, const std::string& name) {
  if (leaf.digests.empty() && leaf.tags.empty() && leaf.annotations.empty()) {
    return Judgement::not_met(Judgement::Prospect::kNone, unlike(name, "the requirement says nothing about the image",
                                                                 "write down what is required"));
  }
  if (auto objection = difference(judged, leaf, name)) {
    return Judgement::not_met(Judgement::Prospect::kNone, *std::move(objection));
  }
  return Judgement::met("the image is as required");
}

}  // namespace pullgate::policy
