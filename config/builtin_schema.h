#pragma once
/// The published JSON Schemas of the operator's files, as they came with the program.

#include <string_view>

namespace pullgate::config {

std::string_view settings_schema();     ///< of pullgate.yaml
std::string_view policy_schema();       ///< of policy.yaml
std::string_view policy_test_schema();  ///< of a file for `pullgate policy test`

}  // namespace pullgate::config
