#pragma once
/// The operator's two files, loaded for a command.

#include <filesystem>
#include <optional>

#include "config/policy_file.h"
#include "config/settings.h"

namespace pullgate::proxy {

struct Configuration {
  config::Settings settings;
  config::Policy policy;
};

/// `policy_file` replaces the one that the settings name. Every problem of both files is printed to standard error, one
/// a line; then there is no value.
std::optional<Configuration> load_configuration(const std::filesystem::path& settings_file,
                                                const std::optional<std::filesystem::path>& policy_file);

}  // namespace pullgate::proxy
