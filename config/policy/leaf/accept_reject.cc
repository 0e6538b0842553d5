#include <utility>

#include "config/policy/leaf/leaf.h"
#include "config/policy/lists.h"
#include "config/yaml/reader.h"

namespace pullgate::config {

std::optional<policy::Requirement> read_accept_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Mapping(node, "'accept'", draft.problems).finish();
  return policy::Requirement{policy::AcceptLeaf{}};
}

std::optional<policy::Requirement> read_reject_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Mapping entry(node, "'reject'", draft.problems);
  const yaml::Node* digests = entry.find("digests");
  entry.finish();
  policy::RejectLeaf leaf;
  // Without 'digests' everything is rejected; an empty list would mean the opposite to whoever wrote it.
  if (digests != nullptr) leaf.digests = read_digests(*digests, draft.problems);
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
