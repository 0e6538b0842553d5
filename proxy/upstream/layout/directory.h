#pragma once
/// Read-only access to files below one directory, one path component at a time. Symbolic links are not followed: a
/// link in an image layout could otherwise publish any file that pullgate can read. Neither are devices, sockets or
/// pipes opened. Everything here blocks.

#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "verify/result.h"

namespace pullgate::proxy::layout {

/// Owns an open file descriptor.
class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd();
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Which state of which file: differs after every way of changing or replacing it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// A regular file, open for reading.
class File {
 public:
  explicit File(OwnedFd descriptor) : descriptor_(std::move(descriptor)) {}

  [[nodiscard]] Result<FileStamp> stamp() const;
  /// Exactly `count` bytes from `offset` into `buffer`, replacing what is there; kUpstreamInvalid when the file is
  /// shorter by now.
  Status read(std::string& buffer, std::uint64_t offset, std::size_t count) const;
  /// All of it; kLimitExceeded when it is larger than `limit`.
  [[nodiscard]] Result<std::string> read_all(std::size_t limit) const;

 private:
  OwnedFd descriptor_;
};

/// Absent names are kNotFound; what is there but cannot be used is kUnreachable, with the cause and without the path.
class Directory {
 public:
  /// `path` is the operator's own: links in it are followed. kUnreachable also when it is absent.
  static Result<Directory> open(const std::filesystem::path& path);

  [[nodiscard]] Result<Directory> directory(std::string_view name) const;
  [[nodiscard]] Result<File> file(std::string_view name) const;

 private:
  explicit Directory(OwnedFd descriptor) : descriptor_(std::move(descriptor)) {}

  OwnedFd descriptor_;
};

}  // namespace pullgate::proxy::layout
