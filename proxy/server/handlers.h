#pragma once
/// One handler an endpoint; the repository is settled and its upstream is configured. Each answers the exchange
/// completely, or leaves it in a state in which the connection is broken off.

#include <boost/asio/awaitable.hpp>

#include "proxy/server/exchange.h"
#include "proxy/server/route.h"
#include "proxy/server/service.h"

namespace pullgate::proxy {

boost::asio::awaitable<void> answer_manifest(const Service& service, Exchange& exchange, Repository repository,
                                             ManifestRequest request);
boost::asio::awaitable<void> answer_blob(const Service& service, Exchange& exchange, Repository repository,
                                         BlobRequest request);
boost::asio::awaitable<void> answer_tags(const Service& service, Exchange& exchange, Repository repository,
                                         TagsRequest request);
boost::asio::awaitable<void> answer_referrers(const Service& service, Exchange& exchange, Repository repository,
                                              ReferrersRequest request);

/// RFC 9110 section 13.1.2; also without quotes, as some clients send it.
bool names_digest(const Request& request, std::string_view header, const Digest& digest);

}  // namespace pullgate::proxy
