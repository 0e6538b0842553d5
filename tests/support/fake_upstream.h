#pragma once
/// An upstream that holds what a test put there and does what the test says: fails, waits, lies. Thread-safe.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proxy/upstream/upstream.h"

namespace pullgate::tests {

/// A blob in pieces of a size that the test chooses.
class FakeBlobSource final : public proxy::BlobSource {
 public:
  FakeBlobSource(std::string bytes, std::uint64_t total, proxy::ByteRange part, std::size_t piece,
                 std::optional<Error> ending)
      : bytes_(std::move(bytes)), total_(total), part_(part), piece_(piece), ending_(std::move(ending)) {}

  [[nodiscard]] std::uint64_t total_size() const override { return total_; }
  [[nodiscard]] proxy::ByteRange part() const override { return part_; }
  boost::asio::awaitable<Result<std::string_view>> read() override {
    const std::size_t size = std::min(piece_, bytes_.size() - at_);
    at_ += size;
    if (size == 0 && ending_) co_return *ending_;
    co_return std::string_view(bytes_).substr(at_ - size, size);
  }

 private:
  std::string bytes_;
  std::uint64_t total_;
  proxy::ByteRange part_;
  std::size_t piece_;
  std::optional<Error> ending_;
  std::size_t at_ = 0;
};

class FakeUpstream final : public proxy::Upstream {
 public:
  /// "manifest latest", "blob sha256:...", "small sha256:...", "size sha256:...", "referrers sha256:...", "tags".
  using Answer = std::function<std::optional<Error>(const std::string& call)>;

  Digest put_manifest(const std::string& repository, std::string bytes, std::string type = {}) {
    const std::scoped_lock lock(mutex_);
    Content content = Content::of(std::move(bytes));
    const Digest digest = content.digest();
    manifests_.insert_or_assign({repository, digest}, proxy::FetchedManifest{std::move(content), std::move(type)});
    return digest;
  }
  /// The bytes need not have the digest.
  void put_manifest_as(const std::string& repository, const Digest& digest, std::string bytes) {
    const std::scoped_lock lock(mutex_);
    manifests_.insert_or_assign({repository, digest}, proxy::FetchedManifest{Content::of(std::move(bytes)), {}});
  }
  void put_tag(const std::string& repository, const std::string& tag, const Digest& digest) {
    const std::scoped_lock lock(mutex_);
    tags_.insert_or_assign({repository, tag}, digest);
  }
  Digest put_blob(const std::string& repository, const std::string& bytes) {
    const Digest digest = Digest::of(bytes);
    put_blob_as(repository, digest, bytes);
    return digest;
  }
  /// The bytes need not have the digest.
  void put_blob_as(const std::string& repository, const Digest& digest, std::string bytes) {
    const std::scoped_lock lock(mutex_);
    blobs_.insert_or_assign({repository, digest}, std::move(bytes));
  }
  void put_referrer(const std::string& repository, const Digest& subject, Descriptor referrer) {
    const std::scoped_lock lock(mutex_);
    referrers_[{repository, subject}].push_back(std::move(referrer));
  }

  /// Asked before every call is answered; an Error becomes the answer.
  void fail_with(Answer answer) {
    const std::scoped_lock lock(mutex_);
    answer_ = std::move(answer);
  }
  /// Calls wait until release(), or for ever.
  void hold() {
    const std::scoped_lock lock(mutex_);
    held_calls_ = "";
  }
  /// Only calls that begin so.
  void hold_calls_of(std::string beginning) {
    const std::scoped_lock lock(mutex_);
    held_calls_ = std::move(beginning);
  }
  /// To be called on the thread of the event loop that the calls wait on.
  void release() {
    const std::scoped_lock lock(mutex_);
    held_calls_.reset();
    for (const auto& waiting : held_) {
      if (const auto timer = waiting.lock()) timer->expires_at(boost::asio::steady_timer::time_point::min());
    }
    held_.clear();
  }
  void without_referrers_api() { has_referrers_api_ = false; }
  void in_pieces_of(std::size_t size) { piece_ = size; }
  void announce_size(std::uint64_t size) { announced_ = size; }
  void end_blobs_with(Error error) { ending_ = std::move(error); }
  void ignore_ranges() { grants_ranges_ = false; }

  [[nodiscard]] std::vector<std::string> calls() const {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }
  [[nodiscard]] std::size_t count(const std::string& beginning) const {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(calls_, [&](const std::string& call) { return call.starts_with(beginning); }));
  }
  void forget_calls() {
    const std::scoped_lock lock(mutex_);
    calls_.clear();
  }

  boost::asio::awaitable<Result<proxy::FetchedManifest>> manifest(std::string repository, TagOrDigest which) override {
    if (auto error = co_await begin("manifest " + to_string(which))) co_return *error;
    const std::scoped_lock lock(mutex_);
    std::optional<Digest> digest;
    if (const auto* by_digest = std::get_if<Digest>(&which)) digest = *by_digest;
    if (const auto* tag = std::get_if<Tag>(&which)) {
      const auto found = tags_.find({repository, tag->text()});
      if (found != tags_.end()) digest = found->second;
    }
    const auto found = digest ? manifests_.find({repository, *digest}) : manifests_.end();
    if (found == manifests_.end()) co_return Error{ErrorCode::kNotFound, "no such manifest"};
    co_return found->second;
  }

  boost::asio::awaitable<Result<Content>> small_blob(std::string repository, Descriptor expected,
                                                     std::size_t limit) override {
    if (auto error = co_await begin("small " + expected.digest.text())) co_return *error;
    const std::scoped_lock lock(mutex_);
    const auto found = blobs_.find({repository, expected.digest});
    if (found == blobs_.end()) co_return Error{ErrorCode::kNotFound, "no such blob"};
    if (expected.size > limit) co_return Error{ErrorCode::kLimitExceeded, "too large"};
    co_return Content::of(found->second);  // whatever digest was asked for
  }

  boost::asio::awaitable<Result<std::unique_ptr<proxy::BlobSource>>> blob(
      std::string repository, Digest digest, std::optional<proxy::ByteRange> range) override {
    if (auto error = co_await begin("blob " + digest.text())) co_return *error;
    const std::scoped_lock lock(mutex_);
    const auto found = blobs_.find({repository, digest});
    if (found == blobs_.end()) co_return Error{ErrorCode::kNotFound, "no such blob"};
    const std::string& bytes = found->second;
    const std::uint64_t total = announced_.value_or(bytes.size());
    if (!range || !grants_ranges_) {
      co_return std::make_unique<FakeBlobSource>(bytes, total, proxy::ByteRange{}, piece_, ending_);
    }
    const std::uint64_t last = std::min<std::uint64_t>(range->last.value_or(bytes.size() - 1), bytes.size() - 1);
    co_return std::make_unique<FakeBlobSource>(bytes.substr(range->first, last - range->first + 1), total,
                                               proxy::ByteRange{range->first, last}, piece_, ending_);
  }

  boost::asio::awaitable<Result<proxy::BlobSize>> blob_size(std::string repository, Digest digest) override {
    if (auto error = co_await begin("size " + digest.text())) co_return *error;
    const std::scoped_lock lock(mutex_);
    const auto found = blobs_.find({repository, digest});
    if (found == blobs_.end()) co_return Error{ErrorCode::kNotFound, "no such blob"};
    co_return proxy::BlobSize{found->second.size()};
  }

  boost::asio::awaitable<Result<std::vector<Descriptor>>> referrers(std::string repository, Digest subject) override {
    if (auto error = co_await begin("referrers " + subject.text())) co_return *error;
    const std::scoped_lock lock(mutex_);
    if (!has_referrers_api_) co_return Error{ErrorCode::kNotFound, "no referrers API"};
    const auto found = referrers_.find({repository, subject});
    co_return found == referrers_.end() ? std::vector<Descriptor>() : found->second;
  }

  boost::asio::awaitable<Result<std::vector<std::string>>> tags(std::string repository) override {
    if (auto error = co_await begin("tags")) co_return *error;
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [key, digest] : tags_) {
      if (key.first == repository) names.push_back(key.second);
    }
    if (names.empty()) co_return Error{ErrorCode::kNotFound, "no such repository"};
    co_return names;
  }

 private:
  using ByDigest = std::pair<std::string, Digest>;

  boost::asio::awaitable<std::optional<Error>> begin(std::string call) {
    std::shared_ptr<boost::asio::steady_timer> wait;
    const auto executor = co_await boost::asio::this_coro::executor;
    {
      const std::scoped_lock lock(mutex_);
      calls_.push_back(call);
      if (held_calls_ && call.starts_with(*held_calls_)) {
        wait = std::make_shared<boost::asio::steady_timer>(executor, boost::asio::steady_timer::time_point::max());
        held_.push_back(wait);
      }
    }
    if (wait) co_await wait->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    const std::scoped_lock lock(mutex_);
    if (answer_) co_return answer_(call);
    co_return std::nullopt;
  }

  mutable std::mutex mutex_;
  std::map<ByDigest, proxy::FetchedManifest> manifests_;
  std::map<std::pair<std::string, std::string>, Digest> tags_;
  std::map<ByDigest, std::string> blobs_;
  std::map<ByDigest, std::vector<Descriptor>> referrers_;
  Answer answer_;
  std::optional<std::string> held_calls_;
  std::vector<std::weak_ptr<boost::asio::steady_timer>> held_;
  bool has_referrers_api_ = true;
  bool grants_ranges_ = true;
  std::size_t piece_ = 64 * 1024;
  std::optional<std::uint64_t> announced_;
  std::optional<Error> ending_;
  std::vector<std::string> calls_;
};

}  // namespace pullgate::tests
