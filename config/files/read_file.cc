#include "config/files/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace pullgate::config {

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return {ErrorCode::kNotFound, "cannot be read: there is no such file"};
  }
  if (error) return {ErrorCode::kInternal, fmt::format("cannot be read: {}", error.message())};
  // A pipe or a device could block for ever or never end.
  if (status.type() != std::filesystem::file_type::regular) {
    return {ErrorCode::kInternal, status.type() == std::filesystem::file_type::directory ? "is a directory, not a file"
                                                                                         : "is not a regular file"};
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return {ErrorCode::kInternal, fmt::format("cannot be read: {}", std::generic_category().message(errno))};
  }
  std::string bytes(max_bytes + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (stream.bad()) return {ErrorCode::kInternal, "cannot be read: the device reports an error"};
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  if (bytes.size() > max_bytes) {
    return {ErrorCode::kLimitExceeded, fmt::format("is larger than the limit of {} bytes", max_bytes)};
  }
  return bytes;
}

}  // namespace pullgate::config
