#pragma once
/// Where evidence about an image can hide, and getting it: the referrers API, the referrers fallback tag, cosign's
/// `.sig` and `.att` tags. Nothing found is believed; what is not about this image is set aside and said so.

#include <cstddef>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "policy/evaluate.h"
#include "proxy/upstream/upstream.h"
#include "verify/evidence.h"
#include "verify/finding.h"

namespace pullgate::proxy {

struct FoundEvidence {
  /// In an order that does not depend on which answer came first.
  std::vector<verify::Evidence> evidence;
  /// Candidates that cannot count, each with the check that it failed: not readable, or about another image.
  std::vector<verify::Report> rejected;
  std::vector<std::string> places;
  std::vector<policy::Gap> gaps;
  /// The manifests that carried the evidence: manifests, so never blobs.
  std::vector<Digest> manifests;
  std::size_t bytes = 0;
};

/// Asks every place at once. Never fails as a whole: a place that cannot be searched is a gap. Runs on the caller's
/// executor, which must run one handler at a time, and reads what it found on `workers`; both references have to stay.
boost::asio::awaitable<FoundEvidence> search_evidence(Upstream& upstream, boost::asio::thread_pool& workers,
                                                      std::string repository, Digest image);

/// What an Error of an upstream means as a reason.
Reason reason_of(const Error& error);

}  // namespace pullgate::proxy
