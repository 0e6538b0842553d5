#pragma once
/// Values in a spelling that no certificate, statement or workflow has, so that they match nobody.

#include "config/lint/remarks.h"
#include "config/yaml/node.h"

namespace pullgate::config {

/// About keyless attestors, builders and the sources of provenance, wherever they stand in a policy file.
void remark_on_spelling(const yaml::Node& root, Remarks& remarks);

}  // namespace pullgate::config
