#include "proxy/pull/manifest_source.h"

#include "proxy/pull/concurrently.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// What a parsed manifest takes in memory, compared with its bytes.
constexpr std::size_t kParsedFactor = 4;

ManifestSource::Read read_manifest(FetchedManifest fetched) {
  Result<ManifestDocument> document = parse_manifest(fetched.content, fetched.content_type);
  verify::ArtifactClass artifact = verify::ArtifactClass::kRunnable;
  if (document) {
    if (const auto* manifest = std::get_if<Manifest>(&*document)) artifact = verify::classify(*manifest);
  }
  return std::make_shared<const ReadManifest>(ReadManifest{std::move(fetched.content), std::move(document), artifact});
}

}  // namespace

ManifestSource::ManifestSource(asio::any_io_executor loop, asio::thread_pool& workers, const Upstreams& upstreams)
    : workers_(workers),
      upstreams_(upstreams),
      known_(limits::kJudgedImages, limits::kJudgedBytes),
      fetches_(std::move(loop), limits::kJudgementsAtOnce) {}

asio::awaitable<Result<ManifestSource::Read>> ManifestSource::read(Repository repository, TagOrDigest which,
                                                                   Deadline deadline) {
  if (const auto* digest = std::get_if<Digest>(&which)) {
    if (auto known = known_.find({repository, *digest})) co_return Read(std::move(known));
  }
  co_return co_await fetches_.run({repository, which}, deadline,
                                  [this, repository, which] { return fetch(repository, which); });
}

asio::awaitable<Result<ManifestSource::Read>> ManifestSource::fetch(Repository repository, TagOrDigest which) {
  Upstream* upstream = upstreams_.find(repository.registry());
  if (upstream == nullptr) {
    co_return Error{ErrorCode::kNotFound, "no upstream is configured for " + repository.registry()};
  }
  Result<FetchedManifest> fetched = co_await upstream->manifest(repository.path(), which);
  if (!fetched) co_return std::move(fetched).error();
  if (fetched->content.size() > limits::kManifestBytes) {
    co_return Error{ErrorCode::kLimitExceeded, "the manifest is larger than every client accepts"};
  }
  if (const auto* digest = std::get_if<Digest>(&which); digest != nullptr && fetched->content.digest() != *digest) {
    co_return Error{ErrorCode::kUpstreamInvalid, "the upstream sent a manifest that does not have this digest"};
  }
  auto own = std::make_shared<FetchedManifest>(std::move(*fetched));
  Read read = co_await on_pool(workers_, [own] { return read_manifest(std::move(*own)); });
  known_.store({repository, read->content.digest()}, read, read->content.size() * kParsedFactor);
  co_return read;
}

}  // namespace pullgate::proxy
