#include <utility>

#include "config/policy/leaf/leaf.h"
#include "config/yaml/reader.h"

namespace pullgate::config {

std::optional<policy::Requirement> read_signature_leaf(const yaml::Node& node, LeafDraft draft) {
  draft.places.names.emplace(draft.requirement, node.mark);
  auto attestor = yaml::read_text(node, "'signature' (the name of an attestor)", draft.problems);
  if (!attestor) return std::nullopt;
  return policy::Requirement{policy::SignatureLeaf{*std::move(attestor)}};
}

}  // namespace pullgate::config
