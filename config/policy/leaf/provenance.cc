#include <algorithm>
#include <utility>

#include "config/policy/leaf/leaf.h"
#include "config/yaml/read_parsed.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

Result<std::string> parse_commit(std::string_view text) {
  const bool is_hex =
      std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (is_hex && (text.size() == 40 || text.size() == 64)) return std::string(text);
  return {ErrorCode::kMalformed, "a commit is written with all its 40 or 64 lower-case hexadecimal digits"};
}

policy::SourceRequirement read_source(const yaml::Node& node, yaml::Problems& problems) {
  yaml::Mapping entry(node, "'source'", problems);
  const yaml::Node* repository = entry.find("repository");
  const yaml::Node* ref = entry.find("ref");
  const yaml::Node* commit = entry.find("commit");
  entry.finish();
  policy::SourceRequirement source;
  if (repository != nullptr) {
    source.repository = yaml::read_parsed(*repository, "'repository'", policy::TextTemplate::parse, problems);
  }
  if (ref != nullptr) source.ref = yaml::read_parsed(*ref, "'ref'", policy::TextTemplate::parse, problems);
  if (commit != nullptr) source.commit = yaml::read_parsed(*commit, "'commit'", parse_commit, problems);
  if (node.kind == yaml::Node::Kind::kMapping && node.members.empty()) {
    problems.add(node.mark, "'source' must not be empty: it has repository, ref, commit");
  }
  return source;
}

}  // namespace

std::optional<policy::Requirement> read_provenance_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Problems& problems = draft.problems;
  yaml::Mapping entry(node, "'provenance'", problems);
  const yaml::Node* builder = entry.require("builder");
  const yaml::Node* min_level = entry.find("minLevel");
  const yaml::Node* build_type = entry.find("buildType");
  const yaml::Node* source = entry.find("source");
  for (const char* later : {"materials", "externalParameters", "maxAge", "workflow"}) entry.refuse_later(later);
  entry.finish();
  policy::ProvenanceLeaf leaf;
  if (builder != nullptr) {
    draft.places.names.emplace(draft.requirement, builder->mark);
    leaf.builder = yaml::read_text(*builder, "'builder'", problems).value_or("");
  }
  if (min_level != nullptr) {
    leaf.min_level = static_cast<int>(yaml::read_integer(*min_level, 0, 3, "'minLevel'", problems).value_or(0));
  }
  if (build_type != nullptr) {
    leaf.build_type = yaml::read_parsed(*build_type, "'buildType'", policy::TextPattern::glob, problems);
  }
  if (source != nullptr) leaf.source = read_source(*source, problems);
  if (leaf.builder.empty()) return std::nullopt;
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
