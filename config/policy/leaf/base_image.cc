#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/policy/leaf/leaf.h"
#include "config/policy/lists.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

std::vector<policy::BaseProof> read_proof_kinds(const yaml::Node& node, yaml::Problems& problems) {
  static constexpr std::array kProofs = {policy::BaseProof::kLayers, policy::BaseProof::kProvenance,
                                         policy::BaseProof::kAnnotation};
  std::vector<policy::BaseProof> proofs;
  for (const yaml::Node& item : yaml::read_list(node, "'proof'", problems)) {
    const auto choice = yaml::read_choice(item, {"layers", "provenance", "annotation"}, "a proof", problems);
    if (!choice) continue;
    const policy::BaseProof proof = kProofs.at(*choice);
    if (std::ranges::find(proofs, proof) != proofs.end()) {
      problems.add(item.mark, fmt::format("'{}' is listed twice", item.text));
    }
    proofs.push_back(proof);
  }
  return proofs;
}

}  // namespace

std::optional<policy::Requirement> read_base_image_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Problems& problems = draft.problems;
  yaml::Mapping entry(node, "'baseImage'", problems);
  const yaml::Node* proof = entry.require("proof");
  const yaml::Node* from = entry.find("from");
  const yaml::Node* digests = entry.find("digests");
  const yaml::Node* satisfies = entry.find("satisfies");
  const yaml::Node* max_age = entry.find("maxAge");
  entry.finish();
  policy::BaseImageLeaf leaf;
  if (proof != nullptr) leaf.proof = read_proof_kinds(*proof, problems);
  if (from != nullptr) leaf.from = read_scopes(*from, "'from'", problems).scopes;
  if (digests != nullptr) leaf.digests = read_digests(*digests, problems);
  if (satisfies != nullptr && yaml::read_choice(*satisfies, {"policy"}, "'satisfies'", problems)) {
    leaf.satisfies = policy::BaseJudgement::kThisPolicy;
  }
  if (max_age != nullptr) leaf.max_age = read_max_age(*max_age, problems);
  if (from == nullptr && digests == nullptr && entry.is_mapping()) {
    problems.add(node.mark, "'baseImage' needs 'from' or 'digests': which bases are allowed");
  }
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
