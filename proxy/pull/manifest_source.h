#pragma once
/// Manifests as they are read once: fetched, hashed, parsed and classified.

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "proxy/pull/bounded_cache.h"
#include "proxy/pull/single_flight.h"
#include "proxy/pull/upstreams.h"
#include "verify/evidence.h"
#include "verify/manifest.h"
#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// Bytes of ours and what they say; or why every client might read them differently.
struct ReadManifest {
  Content content;
  Result<ManifestDocument> document;
  /// Settled: never kEvidenceIfDocuments.
  verify::ArtifactClass artifact = verify::ArtifactClass::kRunnable;
};

/// Thread-safe.
class ManifestSource {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  using Read = std::shared_ptr<const ReadManifest>;

  /// Fetching happens on `loop`, parsing on `workers`; both, and the upstreams, must outlive this object.
  ManifestSource(boost::asio::any_io_executor loop, boost::asio::thread_pool& workers, const Upstreams& upstreams);

  /// A digest that was read before is not fetched again. A tag is resolved now, together with everybody who asks for
  /// it at this moment; the bytes that came with the answer are the ones that count from here on.
  boost::asio::awaitable<Result<Read>> read(Repository repository, TagOrDigest which, Deadline deadline);

 private:
  using Key = std::pair<Repository, TagOrDigest>;

  boost::asio::awaitable<Result<Read>> fetch(Repository repository, TagOrDigest which);
  /// Evidence or runnable, of a manifest whose layers have to be looked into to tell.
  boost::asio::awaitable<Result<verify::ArtifactClass>> settled_class(Upstream& upstream, std::string repository,
                                                                      std::vector<Descriptor> layers);

  boost::asio::thread_pool& workers_;
  const Upstreams& upstreams_;
  BoundedCache<std::pair<Repository, Digest>, const ReadManifest> known_;
  SingleFlight<Key, Read> fetches_;
};

}  // namespace pullgate::proxy
