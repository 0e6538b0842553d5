#include "policy/base_image.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "policy/base_image/named.h"
#include "policy/evaluate.h"
#include "policy/policy.h"
#include "verify/limits.h"

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

/// Of one statement; builds use a handful of images, and naming many would buy work.
constexpr std::size_t kMaterialsPerStatement = 64;

/// Is it by somebody whom the policy knows, as far as that can be told without the tag that was asked for? Under a
/// public trust root everybody can have verified evidence, and nobody else's word is worth a request.
bool may_be_an_attestor(const PolicySet& policy, const verify::Verified& verified) {
  return std::ranges::any_of(verified.signers(), [&](const verify::Signer& signer) { return policy.may_know(signer); });
}

bool asks_for_labels(const Requirement& requirement) {
  const auto* leaf = std::get_if<ProvenanceLeaf>(&requirement.node);
  return (leaf != nullptr && leaf->labels == LabelAgreement::kRequired) ||
         std::ranges::any_of(children_of(requirement), asks_for_labels);
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
  wanted.layers = wanted.layers || std::ranges::any_of(policy.entries_for(repository), [](const Rule* entry) {
                    return asks_for_labels(entry->require);
                  });
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
                                    const ManifestDocument& image, const Gathered& gathered) {
  const std::vector<const BaseImageLeaf*> wanted = leaves_for(policy, repository);
  if (wanted.empty()) return {};
  std::vector<BaseToSee> bases;
  const auto add = [&](const NamedBase& base) {
    // One more than are looked at shows that there are too many.
    if (!base.repository || !base.digest || bases.size() > limits::kBasesPerImage) return;
    BaseToSee candidate{*base.repository, *base.digest};
    if (std::ranges::find(bases, candidate) != bases.end()) return;
    if (is_allowed_base(policy, repository, candidate)) bases.push_back(std::move(candidate));
  };
  // What the image says about itself first: no statement about it can crowd that out.
  add(annotated_base(annotations_of(image)).base);
  for (const Leaf& leaf : gathered.leaves) {
    if (leaf.layers) add(annotated_base(leaf.layers->annotations).base);
  }
  const auto add_materials = [&](const verify::Statement& statement) {
    if (!statement.provenance) return;
    const std::vector<verify::ImageMaterial>& images = statement.provenance->images;
    for (const verify::ImageMaterial& material : images | std::views::take(kMaterialsPerStatement))
      add(base_of(material));
  };
  for (const verify::Report& report : gathered.reports) {
    if (!report.verified || !may_be_an_attestor(policy, *report.verified)) continue;
    const auto* statement = std::get_if<verify::Statement>(&report.verified->claim());
    if (statement != nullptr) add_materials(*statement);
  }
  for (const EnclosedStatement& enclosed : gathered.enclosed.statements) {
    if (enclosed.statement) add_materials(*enclosed.statement);
  }
  return bases;
}

std::map<std::string, std::string> kept_annotations(const std::map<std::string, std::string>& annotations) {
  std::map<std::string, std::string> kept;
  for (const char* name : {kBaseNameAnnotation, kBaseDigestAnnotation, kSourceLabel, kRevisionLabel}) {
    if (const auto found = annotations.find(name); found != annotations.end()) kept.insert(*found);
  }
  return kept;
}

void keep_what_describes(ImageConfig& config) {
  std::erase_if(config.labels, [](const auto& label) {
    return label.first != kVersionLabel && label.first != kSourceLabel && label.first != kRevisionLabel;
  });
}

}  // namespace pullgate::policy
