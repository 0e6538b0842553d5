#include "proxy/server/blob_relay.h"

#include <utility>

#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

struct Part {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  bool is_whole = false;
};

/// What the source says it yields, if that makes sense.
std::optional<Part> part_of(const BlobSource& source) {
  const std::uint64_t total = source.total_size();
  const ByteRange range = source.part();
  if (total == 0) return Part{0, 0, true};
  const std::uint64_t last = range.last.value_or(total - 1);
  if (range.first > last || last >= total) return std::nullopt;
  const std::uint64_t length = last - range.first + 1;
  return Part{range.first, length, length == total};
}

/// Reads on, counts and hashes.
class Meter {
 public:
  Meter(BlobSource& source, const Digest& digest, Part part)
      : source_(source), digest_(digest), part_(part), hasher_(digest.algorithm()) {}

  /// The next piece; empty exactly when everything came and, of a whole blob, the digest is right.
  asio::awaitable<Result<std::string_view>> next() {
    Result<std::string_view> piece = co_await source_.read();
    if (!piece) co_return piece;
    received_ += piece->size();
    if (received_ > part_.length) co_return Error{ErrorCode::kUpstreamInvalid, "the blob is longer than announced"};
    if (!piece->empty()) {
      if (part_.is_whole) hasher_.update(*piece);
      co_return piece;
    }
    if (received_ < part_.length) co_return Error{ErrorCode::kUpstreamInvalid, "the blob is shorter than announced"};
    if (part_.is_whole && hasher_.finish() != digest_) {
      co_return Error{ErrorCode::kUpstreamInvalid, "the blob does not have the digest that was asked for"};
    }
    co_return piece;
  }

  [[nodiscard]] bool is_complete() const { return received_ == part_.length; }

 private:
  BlobSource& source_;
  Digest digest_;
  Part part_;
  Hasher hasher_;
  std::uint64_t received_ = 0;
};

ResponseHead head_for(const BlobPass& pass, const Part& part, std::uint64_t total,
                      const std::optional<RequestedRange>& range) {
  const bool is_granted = range && (!part.is_whole || resolve_range(*range, total) == ByteRange{0, total - 1});
  ResponseHead head = blob_head(is_granted ? 206 : 200, pass);
  if (is_granted) {
    head.add("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                  std::to_string(part.first + part.length - 1) + "/" + std::to_string(total));
  }
  return head;
}

}  // namespace

ResponseHead blob_head(int status, const BlobPass& pass) {
  ResponseHead head(status);
  head.add("Content-Type", "application/octet-stream");
  head.add("Docker-Content-Digest", pass.digest().text());
  head.add("ETag", "\"" + pass.digest().text() + "\"");
  head.add("Accept-Ranges", "bytes");
  return head;
}

asio::awaitable<Status> relay_blob(Exchange& exchange, BlobPass pass, std::unique_ptr<BlobSource> source,
                                   std::optional<RequestedRange> range) {
  const auto part = part_of(*source);
  if (!part) {
    const Error error{ErrorCode::kUpstreamInvalid, "the upstream sent a part that does not exist"};
    co_await exchange.refuse(upstream_failure(error, Wanted::kBlob));
    co_return error;
  }
  Meter meter(*source, pass.digest(), *part);
  std::string held;
  // Until the head is sent a failure can still be told. A blob of one piece is therefore read to its end first.
  Result<std::string_view> piece = co_await meter.next();
  if (piece && !piece->empty() && meter.is_complete()) {
    held.assign(*piece);
    piece = co_await meter.next();
  }
  if (!piece) {
    co_await exchange.refuse(upstream_failure(piece.error(), Wanted::kBlob));
    co_return piece.error();
  }
  co_await exchange.begin(head_for(pass, *part, source->total_size(), range), part->length);
  Status sent = Done{};
  // One piece always stays behind: what was sent is never all of it before the digest is known.
  while (sent && !piece->empty()) {
    if (!held.empty()) sent = co_await exchange.send(held);
    if (!sent) break;
    held.assign(*piece);
    piece = co_await meter.next();
    if (!piece) co_return piece.error();
  }
  if (sent && !held.empty()) sent = co_await exchange.send(held);
  co_return sent;
}

}  // namespace pullgate::proxy
