#include "config/files/kind.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "verify/bytes.h"

namespace pullgate::config {
namespace {

struct Signs {
  FileKind kind;
  std::string_view what;
  std::vector<std::string_view> keys;  ///< that only such a file has
};

/// "policy" is a key of the settings and of tests.
const std::array<Signs, 3>& known_kinds() {
  static const std::array<Signs, 3> kKinds = {{
      {FileKind::kSettings, "the settings (pullgate.yaml)", {"listen", "upstreams", "defaultRegistry"}},
      {FileKind::kPolicy, "a policy (policy.yaml)", {"trustRoots", "attestors", "builders", "rules", "baseline"}},
      {FileKind::kPolicyTest, "cases for 'pullgate policy test'", {"cases"}},
  }};
  return kKinds;
}

std::string_view remedy_for(FileKind wanted) {
  switch (wanted) {
    case FileKind::kSettings:
      return "the settings (pullgate.yaml) are wanted, which name the policy";
    case FileKind::kPolicy:
      return "a policy (policy.yaml) is wanted";
    case FileKind::kPolicyTest:
      return "cases for 'pullgate policy test' are wanted";
  }
  return "";
}

bool has(const yaml::Node& root, std::string_view key) {
  return std::ranges::find(root.members, key, &yaml::Member::key) != root.members.end();
}

bool has_any(const yaml::Node& root, const std::vector<std::string_view>& keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return has(root, key); });
}

std::optional<std::string> what_is_foreign(const yaml::Node& root) {
  if (has(root, "apiVersion") && has(root, "kind")) {
    const auto kind = std::ranges::find(root.members, "kind", &yaml::Member::key);
    return fmt::format("a Kubernetes resource ({})", printable(kind->value.text, 60));
  }
  if (has(root, "default") && (has(root, "transports") || root.members.size() == 1)) {
    return "a policy.json of podman, skopeo and CRI-O";
  }
  if (has(root, "trustPolicies")) return "a trust policy of Notary Project";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_with_kind(const yaml::Node& root, FileKind wanted) {
  for (const Signs& signs : known_kinds()) {
    if (signs.kind == wanted && has_any(root, signs.keys)) return std::nullopt;
  }
  if (const auto foreign = what_is_foreign(root)) {
    return fmt::format("this is {}; 'From another tool' in config/README.md says how it is written here", *foreign);
  }
  for (const Signs& signs : known_kinds()) {
    if (has_any(root, signs.keys)) return fmt::format("these look like {}, and {}", signs.what, remedy_for(wanted));
  }
  return std::nullopt;
}

}  // namespace pullgate::config
