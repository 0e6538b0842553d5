#pragma once
/// A blob from an upstream to a client, hashed as it passes. The last piece is held back until the digest is known to
/// match: a client never receives a complete blob with a wrong digest, it sees the connection break.

#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "proxy/pull/admission.h"
#include "proxy/server/exchange.h"
#include "proxy/server/range.h"
#include "proxy/upstream/upstream.h"

namespace pullgate::proxy {

/// Answers the exchange from `source`: 200 for the whole, 206 for the part that was granted of `range`. Of a part only
/// the length can be checked; the client checks the digest of what it puts together. An error is why the connection
/// had to be broken off, for the log.
boost::asio::awaitable<Status> relay_blob(Exchange& exchange, BlobPass pass, std::unique_ptr<BlobSource> source,
                                          std::optional<RequestedRange> range);

/// The headers of every blob answer. Always application/octet-stream: old containerd takes a blob that calls itself
/// a manifest for one.
ResponseHead blob_head(int status, const BlobPass& pass);

}  // namespace pullgate::proxy
