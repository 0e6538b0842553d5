#include <algorithm>
#include <utility>

#include "proxy/server/blob_relay.h"
#include "proxy/server/handlers.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

OciError unknown_blob() {
  return {404, OciCode::kBlobUnknown, "pullgate: no image that was pulled from this repository names this blob"};
}

asio::awaitable<void> serve_blob_head(Exchange& exchange, Upstream& upstream, const BlobPass& pass) {
  const Result<BlobSize> size = co_await upstream.blob_size(pass.repository().path(), pass.digest());
  if (!size) {
    co_await exchange.refuse(upstream_failure(size.error(), Wanted::kBlob));
    co_return;
  }
  co_await exchange.begin(blob_head(200, pass), size->bytes);
}

asio::awaitable<void> refuse_range(Exchange& exchange, std::uint64_t size) {
  OciError error{416, OciCode::kUnsupported, "pullgate: the blob has " + std::to_string(size) + " bytes"};
  ResponseHead head = error_head(error);
  head.add("Content-Range", "bytes */" + std::to_string(size));
  co_await exchange.refuse(std::move(error), std::move(head));
}

/// RFC 9110 section 13.1.5: a range of another version is not wanted.
std::optional<RequestedRange> wanted_range(const Request& request, const Digest& digest) {
  const std::string* header = request.header("range");
  if (header == nullptr) return std::nullopt;
  // RFC 9110 section 5.3: two lines are one list, which is no single range; neither line may be obeyed alone.
  if (std::ranges::count(request.headers, "range", [](const auto& line) { return line.first; }) > 1)
    return std::nullopt;
  if (request.header("if-range") != nullptr && !names_digest(request, "if-range", digest)) return std::nullopt;
  return parse_range(*header);
}

/// The only place from which a blob is served: whoever comes here was given a pass by the judge.
asio::awaitable<void> serve_blob(const Service& service, Exchange& exchange, Upstream& upstream, BlobPass pass) {
  const auto wanted = wanted_range(exchange.request(), pass.digest());
  const std::string path = pass.repository().path();
  std::optional<ByteRange> range;
  if (wanted) {
    const Result<BlobSize> size = co_await upstream.blob_size(path, pass.digest());
    if (!size) {
      co_await exchange.refuse(upstream_failure(size.error(), Wanted::kBlob));
      co_return;
    }
    range = resolve_range(*wanted, size->bytes);
    if (!range) {
      co_await refuse_range(exchange, size->bytes);
      co_return;
    }
    // The whole as a range: then it can be hashed.
    if (range->first == 0 && range->last == size->bytes - 1) range.reset();
  }
  Result<std::unique_ptr<BlobSource>> source = co_await upstream.blob(path, pass.digest(), range);
  if (!source) {
    co_await exchange.refuse(upstream_failure(source.error(), Wanted::kBlob));
    co_return;
  }
  const std::string blob = pass.repository().text() + "@" + pass.digest().text();
  const Status relayed = co_await relay_blob(exchange, std::move(pass), std::move(*source), wanted);
  if (relayed) co_return;
  // A client that goes away in the middle is an everyday event (containerd does it on purpose); a bad upstream is not.
  const bool is_upstream = relayed.error().code == ErrorCode::kUpstreamInvalid;
  service.log.write(is_upstream ? LogLevel::kWarning : LogLevel::kInfo, "blob-broken-off",
                    {{"request", exchange.id()},
                     {"client", exchange.peer()},
                     {"blob", blob},
                     {"error", std::string(to_string(relayed.error().code))},
                     {"cause", relayed.error().message}});
}

}  // namespace

asio::awaitable<void> answer_blob(const Service& service, Exchange& exchange, Repository repository,
                                  BlobRequest request) {
  Upstream* upstream = service.upstreams.find(repository.registry());
  std::optional<BlobPass> pass = co_await service.judge.blob(std::move(repository), request.digest);
  if (!pass || upstream == nullptr) {
    co_await exchange.refuse(unknown_blob());
  } else if (names_digest(exchange.request(), "if-none-match", pass->digest())) {
    co_await exchange.answer(blob_head(304, *pass), {});
  } else if (exchange.request().method == Method::kHead) {
    co_await serve_blob_head(exchange, *upstream, *pass);
  } else {
    co_await serve_blob(service, exchange, *upstream, std::move(*pass));
  }
}

}  // namespace pullgate::proxy
