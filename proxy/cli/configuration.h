#pragma once
/// The operator's two files, loaded for a command.

#include <filesystem>
#include <optional>

#include "config/load.h"

namespace pullgate::proxy {

/// `policy_file` replaces the one that the settings name. Every problem of both files is printed to standard error, one
/// a line; then there is no value.
std::optional<config::Configuration> load_configuration(const std::filesystem::path& settings_file,
                                                        const std::optional<std::filesystem::path>& policy_file);

}  // namespace pullgate::proxy
