#include "policy/base_image.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policy/base_image/named.h"
#include "policy/evaluate.h"
#include "policy/policy.h"

namespace pullgate::policy {
namespace {

void collect_leaves(const Requirement& requirement, std::vector<const BaseImageLeaf*>& leaves) {
  if (const auto* leaf = std::get_if<BaseImageLeaf>(&requirement.node)) leaves.push_back(leaf);
  for (const Requirement& child : children_of(requirement)) collect_leaves(child, leaves);
}

/// The baseImage requirements of everything that applies to a repository.
std::vector<const BaseImageLeaf*> leaves_for(const PolicySet& policy, const Repository& repository) {
  std::vector<const BaseImageLeaf*> leaves;
  for (const Rule* entry : policy.entries_for(repository)) collect_leaves(entry->require, leaves);
  return leaves;
}

bool wants_layers(const BaseImageLeaf& leaf) {
  return std::ranges::find(leaf.proof, BaseProof::kLayers) != leaf.proof.end();
}

bool has_to_be_seen(const BaseImageLeaf& leaf) {
  return wants_layers(leaf) || leaf.max_age || leaf.satisfies == BaseJudgement::kThisPolicy;
}

}  // namespace

BasesWanted bases_wanted(const PolicySet& policy, const Repository& repository) {
  BasesWanted wanted;
  for (const BaseImageLeaf* leaf : leaves_for(policy, repository)) {
    wanted.layers = wanted.layers || wants_layers(*leaf) || leaf->max_age.has_value();
    wanted.decisions = wanted.decisions || leaf->satisfies == BaseJudgement::kThisPolicy;
  }
  return wanted;
}

bool is_possible_base(const PolicySet& policy, const Repository& repository) {
  std::vector<const BaseImageLeaf*> leaves;
  for (const Rule& entry : policy.baseline()) collect_leaves(entry.require, leaves);
  for (const Rule& entry : policy.rules()) collect_leaves(entry.require, leaves);
  return std::ranges::any_of(leaves, [&](const BaseImageLeaf* leaf) {
    return wants_layers(*leaf) &&
           std::ranges::any_of(leaf->from, [&](const Scope& scope) { return scope.matches(repository); });
  });
}

bool is_allowed_base(const PolicySet& policy, const Repository& repository, const BaseToSee& base) {
  return std::ranges::any_of(leaves_for(policy, repository), [&](const BaseImageLeaf* leaf) {
    return has_to_be_seen(*leaf) && is_allowed(*leaf, base.repository, base.digest);
  });
}

std::vector<BaseToSee> bases_to_see(const PolicySet& policy, const Repository& repository,
                                    const ManifestDocument& image, const std::vector<Leaf>& leaves,
                                    const std::vector<verify::Report>& reports) {
  std::vector<NamedBase> named = {annotated_base(annotations_of(image)).base};
  for (const Leaf& leaf : leaves) {
    if (leaf.layers) named.push_back(annotated_base(leaf.layers->annotations).base);
  }
  for (const verify::Report& report : reports) {
    if (!report.verified) continue;
    const auto* statement = std::get_if<verify::Statement>(&report.verified->claim());
    if (statement == nullptr || !statement->provenance) continue;
    for (const verify::ImageMaterial& material : statement->provenance->images) named.push_back(base_of(material));
  }
  std::set<BaseToSee> bases;
  for (const NamedBase& base : named) {
    if (!base.repository || !base.digest) continue;
    BaseToSee candidate{*base.repository, *base.digest};
    if (is_allowed_base(policy, repository, candidate)) bases.insert(std::move(candidate));
  }
  return {bases.begin(), bases.end()};
}

}  // namespace pullgate::policy
