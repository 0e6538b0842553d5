#include "policy/exemption.h"

#include <algorithm>
#include <utility>

namespace pullgate::policy {
namespace {

enum class Place { kFree, kUnderThreshold };

void collect(const Requirement& requirement, const std::string& name, Place place, std::string_view written,
             std::string_view of_kind, NamedRequirements& found) {
  if (name == written || kind_of(requirement) == of_kind) {
    (place == Place::kFree ? found.names : found.under_threshold).push_back(name);
  }
  const Place below = std::holds_alternative<Threshold>(requirement.node) ? Place::kUnderThreshold : place;
  const std::vector<Requirement>& children = children_of(requirement);
  for (std::size_t i = 0; i < children.size(); ++i) {
    collect(children[i], child_name(name, i, kind_of(children[i])), below, written, of_kind, found);
  }
}

bool is_in(const std::string& name, const std::vector<std::string>& names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool Exemption::covers(const Repository& repository, const Digest& digest) const {
  if (digests.empty() && scopes.empty()) return false;
  if (!digests.empty() && std::ranges::find(digests, digest) == digests.end()) return false;
  return scopes.empty() || std::ranges::any_of(scopes, [&](const Scope& scope) { return scope.matches(repository); });
}

NamedRequirements requirements_named(std::string_view written, std::string_view rule, const Requirement& tree) {
  NamedRequirements found;
  if (!written.starts_with(rule) || written.substr(rule.size()).substr(0, 1) != "/") return found;
  collect(tree, root_name(rule, kind_of(tree)), Place::kFree, written, written.substr(rule.size() + 1), found);
  const std::string in_full(written);
  if (is_in(in_full, found.names)) return {{in_full}, {}};
  if (is_in(in_full, found.under_threshold)) return {{}, {in_full}};
  return found;
}

}  // namespace pullgate::policy
