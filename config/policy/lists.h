#pragma once
/// What several entries of a policy file have.

#include <optional>
#include <string_view>
#include <vector>

#include "config/yaml/node.h"
#include "config/yaml/problems.h"
#include "policy/pattern.h"
#include "verify/digest.h"
#include "verify/time.h"

namespace pullgate::config {

/// The scopes that could be read, each with its mark.
struct ReadScopes {
  std::vector<policy::Scope> scopes;
  std::vector<yaml::Mark> marks;
};
ReadScopes read_scopes(const yaml::Node& node, std::string_view what, yaml::Problems& problems);

std::vector<Digest> read_digests(const yaml::Node& node, yaml::Problems& problems);

/// RFC 3339.
std::optional<Time> read_moment(const yaml::Node& node, std::string_view what, yaml::Problems& problems);

}  // namespace pullgate::config
