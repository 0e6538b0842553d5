#include "proxy/pull/manifest_source.h"

#include <optional>

#include "proxy/pull/concurrently.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// What a parsed manifest takes in memory, compared with its bytes.
constexpr std::size_t kParsedManifest = 4;

ReadManifest read_manifest(FetchedManifest fetched) {
  Result<ManifestDocument> document = parse_manifest(fetched.content, fetched.content_type);
  verify::ArtifactClass artifact = verify::ArtifactClass::kRunnable;
  if (document) {
    if (const auto* manifest = std::get_if<Manifest>(&*document)) artifact = verify::classify(*manifest);
  }
  return {std::move(fetched.content), std::move(document), artifact};
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
  ReadManifest parsed = co_await on_pool(workers_, [own] { return read_manifest(std::move(*own)); });
  if (parsed.artifact == verify::ArtifactClass::kEvidenceIfDocuments) {
    const auto settled =
        co_await settled_class(*upstream, repository.path(), std::get<Manifest>(parsed.document.value()).layers);
    if (!settled) co_return settled.error();
    parsed.artifact = *settled;
  }
  const Read read = std::make_shared<const ReadManifest>(std::move(parsed));
  known_.store({repository, read->content.digest()}, read, read->content.size() * kParsedManifest);
  co_return read;
}

asio::awaitable<Result<verify::ArtifactClass>> ManifestSource::settled_class(Upstream& upstream, std::string repository,
                                                                             std::vector<Descriptor> layers) {
  auto artifact = verify::ArtifactClass::kEvidence;
  std::optional<Error> failure;
  std::vector<Task> tasks;
  for (const Descriptor& layer : layers) {
    tasks.emplace_back([&]() -> asio::awaitable<void> {
      if (failure || artifact == verify::ArtifactClass::kRunnable) co_return;
      Result<Content> content = co_await upstream.small_blob(repository, layer, limits::kEvidenceBytes);
      if (!content) {
        failure = content.error();
        co_return;
      }
      // Other bytes would say nothing about the ones that a client gets later.
      if (content->digest() != layer.digest) {
        failure = Error{ErrorCode::kUpstreamInvalid, "the upstream sent bytes that do not have this digest"};
        co_return;
      }
      const Status document = co_await on_pool(
          workers_, [content = std::move(*content)] { return verify::check_document(content.bytes()); });
      if (!document) artifact = verify::ArtifactClass::kRunnable;
    });
  }
  co_await run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
  if (!failure) co_return artifact;
  // The manifest is there; only what it names is not.
  if (failure->code == ErrorCode::kNotFound) failure->code = ErrorCode::kUpstreamInvalid;
  failure->message = "a layer of the manifest cannot be looked into: " + failure->message;
  co_return *failure;
}

}  // namespace pullgate::proxy
