#pragma once
/// `where: [ { path: /scanner/result, size: { atMost: 0 } }, ... ]`

#include <vector>

#include "config/yaml/node.h"
#include "config/yaml/problems.h"
#include "policy/condition.h"

namespace pullgate::config {

/// The conditions that could be read.
std::vector<policy::Condition> read_conditions(const yaml::Node& node, yaml::Problems& problems);

}  // namespace pullgate::config
