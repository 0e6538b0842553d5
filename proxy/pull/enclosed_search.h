#pragma once
/// What lies in an index beside its platforms: BuildKit's attestation manifests, with statements that nobody signed by
/// themselves.

#include <cstddef>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "policy/evaluate.h"
#include "proxy/pull/manifest_source.h"
#include "proxy/upstream/upstream.h"
#include "verify/manifest.h"
#include "verify/reference.h"

namespace pullgate::proxy {

struct FoundEnclosed {
  policy::Enclosed enclosed;
  std::size_t bytes = 0;  ///< of the statements
};

/// Every byte is tied to the index by its digest. What could not be fetched now is a gap. Runs on the caller's
/// executor, one handler at a time; the references have to stay.
boost::asio::awaitable<FoundEnclosed> search_enclosed(Upstream& upstream, boost::asio::thread_pool& workers,
                                                      ManifestSource& manifests, Repository repository,
                                                      const Index& index, ManifestSource::Deadline deadline,
                                                      std::vector<policy::Gap>& gaps);

}  // namespace pullgate::proxy
