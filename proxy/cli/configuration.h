#pragma once
/// The operator's two files, loaded for a command.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/load.h"

namespace pullgate::proxy {

/// `policy_file` replaces the one that the settings name. Every problem of both files is printed to standard error, one
/// a line; then there is no value.
std::optional<config::Configuration> load_configuration(const std::filesystem::path& settings_file,
                                                        const std::optional<std::filesystem::path>& policy_file);

/// What an option that may be left out says.
std::optional<std::filesystem::path> optional_path(const std::string& option);

/// Prints them to standard error, one a line.
void print_problems(const std::vector<config::Problem>& problems);

}  // namespace pullgate::proxy
