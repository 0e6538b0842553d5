#include <utility>

#include <fmt/format.h>

#include "config/policy/leaf/leaf.h"
#include "config/policy/lists.h"
#include "config/yaml/read_parsed.h"
#include "config/yaml/reader.h"
#include "verify/bytes.h"

namespace pullgate::config {

std::optional<policy::Requirement> read_image_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Problems& problems = draft.problems;
  yaml::Mapping entry(node, "'image'", problems);
  const yaml::Node* digests = entry.find("digests");
  const yaml::Node* tags = entry.find("tags");
  const yaml::Node* annotations = entry.find("annotations");
  entry.finish();
  policy::ImageLeaf leaf;
  if (digests != nullptr) leaf.digests = read_digests(*digests, problems);
  if (tags != nullptr) {
    for (const yaml::Node& item : yaml::read_list(*tags, "'tags'", problems)) {
      if (auto tag = yaml::read_parsed(item, "a tag", policy::TextPattern::glob, problems)) {
        leaf.tags.push_back(*std::move(tag));
      }
    }
  }
  if (annotations != nullptr) {
    for (auto& [key, text] : read_annotations(*annotations, problems)) {
      if (auto pattern =
              yaml::read_parsed(*text, fmt::format("'{}'", printable(key, 80)), policy::TextPattern::glob, problems)) {
        leaf.annotations.emplace(key, *std::move(pattern));
      }
    }
  }
  if (entry.is_mapping() && node.members.empty()) {
    problems.add(node.mark, "'image' must not be empty: it has digests, tags, annotations");
  }
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
