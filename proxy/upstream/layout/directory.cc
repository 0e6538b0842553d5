#include "proxy/upstream/layout/directory.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace pullgate::proxy::layout {

namespace {

Error failure(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return {ErrorCode::kNotFound, "not in the image layout"};
    case ELOOP:
      return {ErrorCode::kUnreachable, "a symbolic link in the image layout is not followed"};
    default:
      return {ErrorCode::kUnreachable,
              fmt::format("the image layout cannot be read: {}", std::generic_category().message(error_number))};
  }
}

Error changed() {
  return {ErrorCode::kUpstreamInvalid, "a file of the image layout changed while it was read"};
}

/// One component only; callers pass names whose grammar has no slash, and this keeps it so.
bool is_component(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && !name.contains('/') && !name.contains('\0');
}

Result<OwnedFd> open_at(int directory, std::string_view name, int flags) {
  if (!is_component(name)) return Error{ErrorCode::kNotFound, "not in the image layout"};
  const std::string path(name);
  const int fd = ::openat(directory, path.c_str(), flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return failure(errno);
  return OwnedFd(fd);
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<FileStamp> File::stamp() const {
  struct stat status = {};
  if (::fstat(descriptor_.get(), &status) != 0) return failure(errno);
  return FileStamp{.device = status.st_dev,
                   .inode = status.st_ino,
                   .size = static_cast<std::uint64_t>(status.st_size),
                   .modified_ns = nanoseconds(status.st_mtim),
                   .changed_ns = nanoseconds(status.st_ctim)};
}

Status File::read(std::string& buffer, std::uint64_t offset, std::size_t count) const {
  buffer.resize(count);
  std::size_t have = 0;
  while (have < count) {
    const auto got = ::pread(descriptor_.get(), buffer.data() + have, count - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(errno);
    if (got == 0) return changed();
    have += static_cast<std::size_t>(got);
  }
  return Done{};
}

Result<std::string> File::read_all(std::size_t limit) const {
  const auto before = stamp();
  if (!before) return before.error();
  if (before->size > limit)
    return Error{ErrorCode::kLimitExceeded, fmt::format("a file of the image layout is larger than {} bytes", limit)};
  std::string bytes;
  if (auto done = read(bytes, 0, before->size); !done) return done.error();
  const auto after = stamp();
  if (!after) return after.error();
  if (*after != *before) return changed();
  return bytes;
}

Result<Directory> Directory::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) return Directory(OwnedFd(fd));
  // Not "not found": the whole upstream is missing, and nothing can be said about any image in it.
  return Error{ErrorCode::kUnreachable,
               fmt::format("the image layout cannot be read: {}", std::generic_category().message(errno))};
}

Result<Directory> Directory::directory(std::string_view name) const {
  auto opened = open_at(descriptor_.get(), name, O_DIRECTORY);
  if (!opened) return opened.error();
  return Directory(std::move(*opened));
}

Result<File> Directory::file(std::string_view name) const {
  // Non-blocking, because opening a pipe would wait for a writer.
  auto opened = open_at(descriptor_.get(), name, O_NONBLOCK | O_NOCTTY);
  if (!opened) return opened.error();
  struct stat status = {};
  if (::fstat(opened->get(), &status) != 0) return failure(errno);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kUnreachable, "not a regular file in the image layout"};
  return File(std::move(*opened));
}

}  // namespace pullgate::proxy::layout
