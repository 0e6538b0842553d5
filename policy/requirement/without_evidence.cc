#include "policy/requirement/without_evidence.h"

#include <algorithm>
#include <cstddef>
#include <variant>
#include <vector>

namespace pullgate::policy {

bool is_static(const Requirement& requirement) {
  if (std::holds_alternative<AcceptLeaf>(requirement.node)) return true;
  if (std::holds_alternative<RejectLeaf>(requirement.node)) return true;
  if (std::holds_alternative<ImageLeaf>(requirement.node)) return true;
  const std::vector<Requirement>& children = children_of(requirement);
  return !children.empty() && std::ranges::all_of(children, is_static);
}

bool asks_for_all_evidence(const Requirement& requirement) {
  const auto* leaf = std::get_if<AttestationLeaf>(&requirement.node);
  return (leaf != nullptr && leaf->select != Select::kAny) ||
         std::ranges::any_of(children_of(requirement), asks_for_all_evidence);
}

bool Rejection::by(const Rule& entry) const {
  return by(entry.require, root_name(entry.name, kind_of(entry.require)));
}

bool Rejection::by(const Requirement& requirement, const std::string& name) const {
  const Exemption* exemption = policy_.exemption_of(name, repository_, digest_);
  if (exemption != nullptr && at_ < exemption->expires) return false;
  if (const auto* reject = std::get_if<RejectLeaf>(&requirement.node)) return reject->rejects(digest_);
  const std::vector<Requirement>& children = children_of(requirement);
  std::size_t rejected = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (by(children[i], child_name(name, i, kind_of(children[i])))) ++rejected;
  }
  if (std::holds_alternative<AllOf>(requirement.node)) return rejected > 0;
  if (std::holds_alternative<AnyOf>(requirement.node)) return rejected == children.size();
  return false;
}

}  // namespace pullgate::policy
