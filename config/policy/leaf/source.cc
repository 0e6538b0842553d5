#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "config/policy/leaf/provenance.h"
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

/// Whoever writes the whole ref there would wait for a branch named "refs/heads/refs/heads/main".
Result<policy::TextTemplate> parse_short_ref(std::string_view text) {
  if (text.starts_with("refs/")) {
    return {ErrorCode::kMalformed, "the name alone is meant; a full ref such as refs/heads/main is written as 'ref'"};
  }
  return policy::TextTemplate::parse(text);
}

}  // namespace

policy::SourceRequirement read_source(const yaml::Node& node, yaml::Problems& problems) {
  yaml::Mapping entry(node, "'source'", problems);
  const yaml::Node* repository = entry.find("repository");
  const yaml::Node* commit = entry.find("commit");
  struct Ref {
    std::string_view key;
    const yaml::Node* node;
  };
  std::array refs = {Ref{"ref", nullptr}, Ref{"branch", nullptr}, Ref{"tag", nullptr}, Ref{"versionedTag", nullptr}};
  std::vector<Ref> written;
  for (Ref& ref : refs) {
    ref.node = entry.find(ref.key);
    if (ref.node != nullptr) written.push_back(ref);
  }
  entry.finish();
  if (written.size() > 1) {
    problems.add(written[1].node->mark, fmt::format("'{}' and '{}' are one too many: one of ref, branch, tag and "
                                                    "versionedTag says which ref is wanted",
                                                    written[0].key, written[1].key));
  }
  const auto& [ref, branch, tag, versioned_tag] = refs;
  policy::SourceRequirement source;
  if (repository != nullptr) {
    source.repository = yaml::read_parsed(*repository, "'repository'", policy::TextTemplate::parse, problems);
  }
  if (commit != nullptr) source.commit = yaml::read_parsed(*commit, "'commit'", parse_commit, problems);
  if (ref.node != nullptr) source.ref = yaml::read_parsed(*ref.node, "'ref'", policy::TextTemplate::parse, problems);
  if (branch.node != nullptr) source.branch = yaml::read_parsed(*branch.node, "'branch'", parse_short_ref, problems);
  if (tag.node != nullptr) source.tag = yaml::read_parsed(*tag.node, "'tag'", parse_short_ref, problems);
  if (versioned_tag.node != nullptr) {
    source.versioned_tag =
        yaml::read_parsed(*versioned_tag.node, "'versionedTag'", policy::VersionPrefix::parse, problems);
  }
  if (node.kind == yaml::Node::Kind::kMapping && node.members.empty()) {
    problems.add(node.mark, "'source' must not be empty: it has repository, ref, branch, tag, versionedTag, commit");
  }
  return source;
}

}  // namespace pullgate::config
