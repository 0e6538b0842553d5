#pragma once
/// A small file of the operator's, whole.

#include <cstddef>
#include <filesystem>
#include <string>

#include "verify/result.h"

namespace pullgate::config {

/// kNotFound, kInternal (unreadable, a directory, a device) or kLimitExceeded, with a message that goes after the
/// file's name: "cannot be read: No such file or directory".
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace pullgate::config
