#include "proxy/upstream/layout.h"

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "proxy/upstream/json_documents.h"
#include "proxy/upstream/layout/catalog.h"
#include "proxy/upstream/layout/directory.h"
#include "proxy/upstream/suspend.h"
#include "verify/limits.h"

namespace pullgate::proxy {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;
/// Repositories whose index.json is kept in memory.
constexpr std::size_t kCatalogsKept = 1024;

/// Runs `work` on a thread of the pool while the calling coroutine is suspended.
template <class T, class Work>
asio::awaitable<Result<T>> on_pool(asio::thread_pool& pool, Work work) {
  auto start = [&pool, work = std::move(work)](Waiter<Result<T>> waiter) mutable {
    asio::post(pool, [work = std::move(work), waiter = std::move(waiter)]() mutable {
      const auto guarded = [&]() -> Result<T> {
        try {
          return work();
        } catch (const std::exception& error) {
          return Error{ErrorCode::kInternal, fmt::format("reading the image layout failed: {}", error.what())};
        }
      };
      waiter(guarded());
    });
  };
  // Cancelling waits for the piece being read; it is a small one.
  return suspended<Result<T>>(std::move(start), [] {});
}

/// One state of one index.json, with what was learnt from it.
struct Generation {
  layout::FileStamp stamp;
  layout::Catalog catalog;
  std::mutex mutex = {};
  std::optional<Result<layout::Referrers>> referrers = std::nullopt;  // under mutex
};

/// The layout that answers for a repository. `key` tells it from the others of the same tree.
struct OpenLayout {
  layout::Directory directory;
  std::string key;
};

class LayoutBlob final : public BlobSource {
 public:
  LayoutBlob(asio::thread_pool& files, layout::File file, layout::FileStamp stamp, ByteRange part)
      : files_(files),
        file_(std::make_shared<const layout::File>(std::move(file))),
        stamp_(stamp),
        part_(part),
        offset_(part.first),
        end_(part.last ? *part.last + 1 : 0) {}

  [[nodiscard]] std::uint64_t total_size() const override { return stamp_.size; }
  [[nodiscard]] ByteRange part() const override { return part_; }

  asio::awaitable<Result<std::string_view>> read() override {
    const auto count = std::min<std::uint64_t>(kPieceBytes, end_ - offset_);
    auto piece = co_await on_pool<std::string>(
        files_, [file = file_, stamp = stamp_, buffer = std::move(buffer_), offset = offset_, count]() mutable {
          return read_piece(*file, stamp, std::move(buffer), offset, count);
        });
    if (!piece) co_return std::move(piece).error();
    buffer_ = std::move(*piece);
    offset_ += buffer_.size();
    co_return std::string_view(buffer_);
  }

 private:
  static Result<std::string> read_piece(const layout::File& file, const layout::FileStamp& expected, std::string buffer,
                                        std::uint64_t offset, std::size_t count) {
    if (auto done = file.read(buffer, offset, count); !done) return done.error();
    // A file that is written to while it is read has neither its old content nor its new one.
    const auto now = file.stamp();
    if (!now) return now.error();
    if (now->size != expected.size || now->modified_ns != expected.modified_ns)
      return Error{ErrorCode::kUpstreamInvalid, "a blob of the image layout changed while it was read"};
    return buffer;
  }

  asio::thread_pool& files_;
  std::shared_ptr<const layout::File> file_;
  layout::FileStamp stamp_;
  ByteRange part_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::string buffer_;
};

/// The blocking side: everything here runs on the pool.
class LayoutFiles {
 public:
  explicit LayoutFiles(std::filesystem::path root) : root_(std::move(root)) {}

  Result<FetchedManifest> manifest(const std::string& repository, const TagOrDigest& which);
  Result<Content> small_blob(const std::string& repository, const Descriptor& expected);
  Result<std::pair<layout::File, layout::FileStamp>> blob(const std::string& repository, const Digest& digest);
  Result<std::vector<Descriptor>> referrers(const std::string& repository, const Digest& subject);
  Result<std::vector<std::string>> tags(const std::string& repository);

 private:
  [[nodiscard]] Result<OpenLayout> open(const std::string& repository) const;
  Result<std::shared_ptr<Generation>> generation(const OpenLayout& layout);
  static Result<layout::File> blob_file(const layout::Directory& directory, const Digest& digest);
  static Result<Content> content(const layout::Directory& directory, const Digest& digest, std::size_t limit);

  std::filesystem::path root_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Generation>> generations_;  // by OpenLayout::key; under mutex_
};

Result<OpenLayout> LayoutFiles::open(const std::string& repository) const {
  if (auto checked = check_repository_path(repository); !checked) return checked.error();
  auto directory = layout::Directory::open(root_);
  if (!directory) return directory.error();
  std::string key;
  auto marker = directory->file("oci-layout");
  if (!marker && marker.error().code == ErrorCode::kNotFound) {  // no layout itself, so a tree of them
    for (std::size_t begin = 0; begin < repository.size();) {
      const auto end = std::min(repository.find('/', begin), repository.size());
      auto next = directory->directory(std::string_view(repository).substr(begin, end - begin));
      if (!next) return next.error();
      directory = std::move(next);
      begin = end + 1;
    }
    key = repository;
    marker = directory->file("oci-layout");
  }
  if (!marker) return marker.error();
  const auto text = marker->read_all(limits::kErrorBodyBytes);
  if (!text) return text.error();
  if (auto checked = check_layout_marker(*text); !checked) return checked.error();
  return OpenLayout{std::move(*directory), std::move(key)};
}

Result<std::shared_ptr<Generation>> LayoutFiles::generation(const OpenLayout& layout) {
  const auto unusable = [](const Error& error) {
    const bool absent = error.code == ErrorCode::kNotFound;
    return absent ? Error{ErrorCode::kUnreachable, "the image layout has no index.json"} : error;
  };
  const auto file = layout.directory.file("index.json");
  if (!file) return unusable(file.error());
  const auto stamp = file->stamp();
  if (!stamp) return stamp.error();
  {
    const std::lock_guard lock(mutex_);
    const auto known = generations_.find(layout.key);
    if (known != generations_.end() && known->second->stamp == *stamp) return known->second;
  }
  auto bytes = file->read_all(limits::kManifestBytes);
  if (!bytes) return bytes.error();
  auto catalog = layout::Catalog::read(std::move(*bytes));
  if (!catalog) return catalog.error();
  auto fresh = std::make_shared<Generation>(*stamp, std::move(*catalog));
  const std::lock_guard lock(mutex_);
  if (generations_.size() >= kCatalogsKept) generations_.clear();
  generations_.insert_or_assign(layout.key, fresh);
  return fresh;
}

Result<layout::File> LayoutFiles::blob_file(const layout::Directory& directory, const Digest& digest) {
  const auto blobs = directory.directory("blobs");
  if (!blobs) return blobs.error();
  const auto by_algorithm = blobs->directory(to_string(digest.algorithm()));
  if (!by_algorithm) return by_algorithm.error();
  return by_algorithm->file(digest.hex());
}

Result<Content> LayoutFiles::content(const layout::Directory& directory, const Digest& digest, std::size_t limit) {
  const auto file = blob_file(directory, digest);
  if (!file) return file.error();
  auto bytes = file->read_all(limit);
  if (!bytes) return bytes.error();
  return Content::matching(std::move(*bytes), digest);
}

Result<FetchedManifest> LayoutFiles::manifest(const std::string& repository, const TagOrDigest& which) {
  const auto layout = open(repository);
  if (!layout) return layout.error();
  const auto current = generation(*layout);
  if (!current) return current.error();
  const auto* digest = std::get_if<Digest>(&which);
  const auto wanted = digest != nullptr ? Result<Digest>(*digest) : (*current)->catalog.tagged(std::get<Tag>(which));
  if (!wanted) return wanted.error();
  auto bytes = content(layout->directory, *wanted, limits::kManifestBytes);
  if (!bytes) return bytes.error();
  return FetchedManifest{std::move(*bytes), (*current)->catalog.media_type_of(*wanted)};
}

Result<Content> LayoutFiles::small_blob(const std::string& repository, const Descriptor& expected) {
  const auto layout = open(repository);
  if (!layout) return layout.error();
  auto found = content(layout->directory, expected.digest, expected.size);
  const bool other_size = found ? found->size() != expected.size : found.error().code == ErrorCode::kLimitExceeded;
  if (other_size) {
    return Error{ErrorCode::kUpstreamInvalid, fmt::format("blob {} does not have the {} bytes that its descriptor says",
                                                          expected.digest.short_text(), expected.size)};
  }
  return found;
}

Result<std::pair<layout::File, layout::FileStamp>> LayoutFiles::blob(const std::string& repository,
                                                                     const Digest& digest) {
  const auto layout = open(repository);
  if (!layout) return layout.error();
  auto file = blob_file(layout->directory, digest);
  if (!file) return file.error();
  const auto stamp = file->stamp();
  if (!stamp) return stamp.error();
  return std::pair(std::move(*file), *stamp);
}

Result<std::vector<Descriptor>> LayoutFiles::referrers(const std::string& repository, const Digest& subject) {
  const auto layout = open(repository);
  if (!layout) return layout.error();
  const auto current = generation(*layout);
  if (!current) return current.error();
  // Whoever comes first reads; the others need the same answer and wait.
  const std::lock_guard lock((*current)->mutex);
  auto& known = (*current)->referrers;
  if (!known || (!*known && known->error().code == ErrorCode::kUnreachable)) {
    known = layout::find_referrers((*current)->catalog.entries(), [&](const Digest& digest) {
      return content(layout->directory, digest, limits::kManifestBytes);
    });
  }
  if (!*known) return known->error();
  const auto& referrers_of = **known;
  const auto found = referrers_of.find(subject);
  return found == referrers_of.end() ? std::vector<Descriptor>() : found->second;
}

Result<std::vector<std::string>> LayoutFiles::tags(const std::string& repository) {
  const auto layout = open(repository);
  if (!layout) return layout.error();
  const auto current = generation(*layout);
  if (!current) return current.error();
  return (*current)->catalog.tags();
}

class Layout final : public Upstream {
 public:
  Layout(asio::thread_pool& pool, std::filesystem::path root) : pool_(pool), files_(std::move(root)) {}

  asio::awaitable<Result<FetchedManifest>> manifest(std::string repository, TagOrDigest which) override {
    return on_pool<FetchedManifest>(pool_, [this, repository = std::move(repository), which = std::move(which)] {
      return files_.manifest(repository, which);
    });
  }

  asio::awaitable<Result<Content>> small_blob(std::string repository, Descriptor expected, std::size_t limit) override {
    if (expected.size > limit) {
      co_return Error{ErrorCode::kLimitExceeded, fmt::format("blob {} has {} bytes, more than the {} allowed here",
                                                             expected.digest.short_text(), expected.size, limit)};
    }
    co_return co_await on_pool<Content>(
        pool_, [this, &repository, &expected] { return files_.small_blob(repository, expected); });
  }

  asio::awaitable<Result<std::unique_ptr<BlobSource>>> blob(std::string repository, Digest digest,
                                                            std::optional<ByteRange> range) override {
    auto opened = co_await on_pool<std::pair<layout::File, layout::FileStamp>>(
        pool_, [this, &repository, &digest] { return files_.blob(repository, digest); });
    if (!opened) co_return std::move(opened).error();
    auto& [file, stamp] = *opened;
    ByteRange part{.first = 0, .last = stamp.size > 0 ? std::optional(stamp.size - 1) : std::nullopt};
    if (range) {
      if (range->first >= stamp.size || (range->last && *range->last < range->first))
        co_return Error{ErrorCode::kMalformed, "the blob does not have the bytes of this range"};
      part = {.first = range->first, .last = std::min(range->last.value_or(stamp.size - 1), stamp.size - 1)};
    }
    co_return std::make_unique<LayoutBlob>(pool_, std::move(file), stamp, part);
  }

  asio::awaitable<Result<BlobSize>> blob_size(std::string repository, Digest digest) override {
    const auto opened = co_await on_pool<std::pair<layout::File, layout::FileStamp>>(
        pool_, [this, &repository, &digest] { return files_.blob(repository, digest); });
    if (!opened) co_return opened.error();
    co_return BlobSize{opened->second.size};
  }

  asio::awaitable<Result<std::vector<Descriptor>>> referrers(std::string repository, Digest subject) override {
    return on_pool<std::vector<Descriptor>>(
        pool_, [this, repository = std::move(repository), subject] { return files_.referrers(repository, subject); });
  }

  asio::awaitable<Result<std::vector<std::string>>> tags(std::string repository) override {
    return on_pool<std::vector<std::string>>(
        pool_, [this, repository = std::move(repository)] { return files_.tags(repository); });
  }

 private:
  asio::thread_pool& pool_;
  LayoutFiles files_;
};

}  // namespace

std::unique_ptr<Upstream> make_layout_upstream(asio::thread_pool& files, const config::LayoutDirectory& layout) {
  return std::make_unique<Layout>(files, layout.path);
}

}  // namespace pullgate::proxy
