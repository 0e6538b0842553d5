#pragma once
/// Which file this is: somebody who hands over another one wants to know that, not twelve unknown keys.

#include <optional>
#include <string>

#include "config/yaml/node.h"

namespace pullgate::config {

enum class FileKind { kSettings, kPolicy, kPolicyTest };

/// What the file is instead, as a problem for the file as a whole; nothing where it may well be what is wanted.
std::optional<std::string> problem_with_kind(const yaml::Node& root, FileKind wanted);

}  // namespace pullgate::config
