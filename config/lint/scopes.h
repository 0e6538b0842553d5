#pragma once
/// Scopes that can match, but hardly match what is meant.

#include <string>
#include <vector>

#include "config/lint/remarks.h"
#include "config/yaml/node.h"

namespace pullgate::config {

/// About every scope of a policy file that could be read. `registries` are those that there are upstreams for; none:
/// not known.
void remark_on_scopes(const yaml::Node& root, const std::vector<std::string>& registries, Remarks& remarks);

}  // namespace pullgate::config
