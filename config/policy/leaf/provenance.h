#pragma once
/// Parts of a provenance leaf.

#include "config/yaml/node.h"
#include "config/yaml/problems.h"
#include "policy/provenance_leaf.h"

namespace pullgate::config {

policy::SourceRequirement read_source(const yaml::Node& node, yaml::Problems& problems);

}  // namespace pullgate::config
