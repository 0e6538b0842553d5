#include <string>
#include <utility>
#include <vector>

#include "config/policy/leaf/leaf.h"
#include "config/policy/lists.h"
#include "config/yaml/read_parsed.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

policy::VerifiersPolicy read_verifiers_policy(const yaml::Node& node, yaml::Problems& problems) {
  yaml::Mapping entry(node, "'policy'", problems);
  const yaml::Node* uri = entry.find("uri");
  const yaml::Node* digest = entry.find("digest");
  entry.finish();
  policy::VerifiersPolicy policy;
  if (uri != nullptr) policy.uri = yaml::read_text(*uri, "'uri'", problems);
  if (digest != nullptr) policy.digest = yaml::read_parsed(*digest, "a digest", Digest::parse, problems);
  if (entry.is_mapping() && node.members.empty()) {
    problems.add(node.mark, "'policy' must not be empty: it has uri, digest");
  }
  return policy;
}

std::vector<std::string> read_levels(const yaml::Node& node, yaml::Problems& problems) {
  std::vector<std::string> levels;
  for (const yaml::Node& item : yaml::read_list(node, "'levels'", problems)) {
    if (auto level = yaml::read_text(item, "a level", problems)) levels.push_back(*std::move(level));
  }
  return levels;
}

}  // namespace

std::optional<policy::Requirement> read_vsa_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Problems& problems = draft.problems;
  yaml::Mapping entry(node, "'vsa'", problems);
  const yaml::Node* attestor = entry.require("attestor");
  const yaml::Node* verifier = entry.require("verifier");
  const yaml::Node* resource = entry.find("resourceUri");
  const yaml::Node* levels = entry.require("levels");
  const yaml::Node* policy = entry.find("policy");
  const yaml::Node* max_age = entry.find("maxAge");
  entry.finish();
  policy::VsaLeaf leaf;
  if (attestor != nullptr) {
    draft.places.names.emplace(draft.requirement, attestor->mark);
    leaf.attestor = yaml::read_text(*attestor, "'attestor'", problems).value_or("");
  }
  if (verifier != nullptr) leaf.verifier = yaml::read_text(*verifier, "'verifier'", problems).value_or("");
  if (resource != nullptr) {
    leaf.resource_uri = yaml::read_parsed(*resource, "'resourceUri'", policy::TextTemplate::parse, problems);
  }
  if (levels != nullptr) leaf.levels = read_levels(*levels, problems);
  if (policy != nullptr) leaf.policy = read_verifiers_policy(*policy, problems);
  if (max_age != nullptr) leaf.max_age = read_max_age(*max_age, problems);
  if (leaf.attestor.empty()) return std::nullopt;
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
