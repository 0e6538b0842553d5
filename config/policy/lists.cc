#include "config/policy/lists.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "config/yaml/read_parsed.h"
#include "config/yaml/reader.h"
#include "verify/bytes.h"

namespace pullgate::config {

ReadScopes read_scopes(const yaml::Node& node, std::string_view what, yaml::Problems& problems) {
  ReadScopes read;
  for (const yaml::Node& item : yaml::read_list(node, what, problems)) {
    const auto text = yaml::read_text(item, "a scope", problems);
    if (!text) continue;
    auto scope = policy::Scope::parse(*text);
    if (!scope) {
      problems.add(item.mark, scope.error().message);
      continue;
    }
    read.scopes.push_back(*std::move(scope));
    read.marks.push_back(item.mark);
  }
  return read;
}

std::vector<Digest> read_digests(const yaml::Node& node, yaml::Problems& problems) {
  std::vector<Digest> digests;
  for (const yaml::Node& item : yaml::read_list(node, "'digests'", problems)) {
    if (auto digest = yaml::read_parsed(item, "a digest", Digest::parse, problems)) digests.push_back(*digest);
  }
  return digests;
}

std::optional<Time> read_moment(const yaml::Node& node, std::string_view what, yaml::Problems& problems) {
  const auto text = yaml::read_text(node, what, problems);
  if (!text) return std::nullopt;
  const Result<Time> time = parse_rfc3339(*text);
  if (time) return *time;
  const std::string midnight = *text + "T00:00:00Z";
  problems.add(node.mark, fmt::format("{} must be a moment {}", what,
                                      parse_rfc3339(midnight) ? fmt::format("with its time; write {}", midnight)
                                                              : "such as 2026-12-01T00:00:00Z"));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> read_max_age(const yaml::Node& node, yaml::Problems& problems) {
  constexpr std::chrono::hours kLongest(24 * 365 * 10);
  return yaml::read_duration(node, std::chrono::minutes(1), kLongest, "'maxAge'", problems);
}

std::vector<std::pair<std::string, const yaml::Node*>> read_annotations(const yaml::Node& node,
                                                                        yaml::Problems& problems) {
  std::vector<std::pair<std::string, const yaml::Node*>> annotations;
  if (node.kind != yaml::Node::Kind::kMapping || node.members.empty()) {
    problems.add(node.mark, "'annotations' must be a mapping of at least one annotation to its value");
    return annotations;
  }
  for (const yaml::Member& member : node.members) {
    if (member.value.kind == yaml::Node::Kind::kNull) {
      problems.add(member.mark, fmt::format("'{}' has no value", printable(member.key, 80)));
    } else {
      annotations.emplace_back(member.key, &member.value);
    }
  }
  return annotations;
}

}  // namespace pullgate::config
