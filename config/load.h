#pragma once
/// Everything that an operator wrote, read together, so that all that is wrong is shown at once.

#include <filesystem>

#include "config/policy_file.h"
#include "config/problem.h"
#include "config/settings.h"

namespace pullgate::config {

struct Configuration {
  Settings settings;
  Policy policy;
};

/// pullgate.yaml and the policy file that it names. The problems of both, the settings' first.
Loaded<Configuration> load(const std::filesystem::path& settings_file);

}  // namespace pullgate::config
