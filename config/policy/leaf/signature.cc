#include <utility>

#include <fmt/format.h>

#include "config/policy/leaf/leaf.h"
#include "config/policy/lists.h"
#include "config/yaml/read_parsed.h"
#include "config/yaml/reader.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

/// With a tag or digest: a name that leaves both out is never signed as it stands.
Result<ImageReference> parse_exact_reference(std::string_view text) {
  Result<ImageReference> reference = ImageReference::parse_as_written(text);
  if (reference && !reference->tag && !reference->digest) {
    return {ErrorCode::kMalformed, "a tag or a digest is missing"};
  }
  return reference;
}

Result<Repository> parse_exact_repository(std::string_view text) {
  Result<ImageReference> reference = ImageReference::parse_as_written(text);
  if (!reference) return std::move(reference).error();
  if (reference->tag || reference->digest) {
    return {ErrorCode::kMalformed, "a repository has neither tag nor digest"};
  }
  return std::move(reference->repository);
}

Result<std::string> parse_prefix(std::string_view text) {
  const Status checked = policy::check_name_prefix(text);
  if (!checked) return checked.error();
  return std::string(text);
}

std::optional<policy::SignedIdentity> read_remap(const yaml::Node& node, yaml::Problems& problems) {
  yaml::Mapping entry(node, "'remap'", problems);
  const yaml::Node* prefix = entry.require("prefix");
  const yaml::Node* signed_prefix = entry.require("signedPrefix");
  entry.finish();
  std::optional<std::string> from;
  std::optional<std::string> to;
  if (prefix != nullptr) from = yaml::read_parsed(*prefix, "'prefix'", parse_prefix, problems);
  if (signed_prefix != nullptr) to = yaml::read_parsed(*signed_prefix, "'signedPrefix'", parse_prefix, problems);
  if (!from || !to) return std::nullopt;
  return policy::Remap{*std::move(from), *std::move(to)};
}

/// A word, or a mapping with one key.
std::optional<policy::SignedIdentity> read_signed_identity(const yaml::Node& node, yaml::Problems& problems) {
  if (node.kind != yaml::Node::Kind::kMapping) {
    const auto choice = yaml::read_choice(node, {"matchExact", "matchRepoDigestOrExact", "matchRepository"},
                                          "'signedIdentity' without a value", problems);
    if (!choice) return std::nullopt;
    if (*choice == 0) return policy::MatchExact{};
    if (*choice == 1) return policy::MatchRepoDigestOrExact{};
    return policy::MatchRepository{};
  }
  yaml::Mapping entry(node, "'signedIdentity'", problems);
  const yaml::Node* reference = entry.find("exactReference");
  const yaml::Node* repository = entry.find("exactRepository");
  const yaml::Node* remap = entry.find("remap");
  entry.finish();
  if (node.members.size() != 1) {
    problems.add(node.mark, "'signedIdentity' has exactly one of exactReference, exactRepository, remap");
    return std::nullopt;
  }
  if (reference != nullptr) {
    auto exact = yaml::read_parsed(*reference, "'exactReference'", parse_exact_reference, problems);
    if (exact) return policy::ExactReference{*std::move(exact)};
  }
  if (repository != nullptr) {
    auto exact = yaml::read_parsed(*repository, "'exactRepository'", parse_exact_repository, problems);
    if (exact) return policy::ExactRepository{*std::move(exact)};
  }
  if (remap != nullptr) return read_remap(*remap, problems);
  return std::nullopt;
}

policy::SignatureLeaf read_mapping(const yaml::Node& node, LeafDraft draft) {
  yaml::Problems& problems = draft.problems;
  yaml::Mapping entry(node, "'signature'", problems);
  const yaml::Node* attestor = entry.require("attestor");
  const yaml::Node* identity = entry.find("signedIdentity");
  const yaml::Node* annotations = entry.find("annotations");
  entry.finish();
  policy::SignatureLeaf leaf;
  if (attestor != nullptr) {
    draft.places.names.emplace(draft.requirement, attestor->mark);
    leaf.attestor = yaml::read_text(*attestor, "'attestor'", problems).value_or("");
  }
  if (identity != nullptr) leaf.signed_identity = read_signed_identity(*identity, problems);
  if (annotations != nullptr) {
    for (const auto& [key, value] : read_annotations(*annotations, problems)) {
      if (auto text = yaml::read_text(*value, fmt::format("'{}'", printable(key, 80)), problems)) {
        leaf.annotations.emplace(key, *std::move(text));
      }
    }
  }
  return leaf;
}

}  // namespace

std::optional<policy::Requirement> read_signature_leaf(const yaml::Node& node, LeafDraft draft) {
  policy::SignatureLeaf leaf;
  if (node.kind == yaml::Node::Kind::kMapping) {
    leaf = read_mapping(node, draft);
  } else {
    draft.places.names.emplace(draft.requirement, node.mark);
    leaf.attestor = yaml::read_text(node, "'signature' (the name of an attestor)", draft.problems).value_or("");
  }
  if (leaf.attestor.empty()) return std::nullopt;
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
