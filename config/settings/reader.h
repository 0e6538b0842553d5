#pragma once

#include <filesystem>

#include "config/settings.h"
#include "config/yaml/problems.h"

namespace pullgate::config {

/// What could be read of pullgate.yaml; to be used only to look for further problems when there are any.
Settings read_settings(const std::filesystem::path& file, yaml::Problems& problems);

}  // namespace pullgate::config
