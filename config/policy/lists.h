#pragma once
/// What several entries of a policy file have.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// `maxAge`: a minute or more.
std::optional<std::chrono::milliseconds> read_max_age(const yaml::Node& node, yaml::Problems& problems);

/// The members of `annotations`, at least one: each key, and where its value stands.
std::vector<std::pair<std::string, const yaml::Node*>> read_annotations(const yaml::Node& node,
                                                                        yaml::Problems& problems);

}  // namespace pullgate::config
