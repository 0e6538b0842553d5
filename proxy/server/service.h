#pragma once
/// What the server answers with, and the one way from a request to its answer.

#include <functional>

#include <boost/asio/awaitable.hpp>

#include "proxy/ops/log.h"
#include "proxy/pull/judge.h"
#include "proxy/pull/upstreams.h"
#include "proxy/server/exchange.h"
#include "proxy/server/naming.h"

namespace pullgate::proxy {

/// Shared by all threads; everything it refers to outlives it.
struct Service {
  Judge& judge;
  const Upstreams& upstreams;
  Naming naming;
  const Log& log;
  std::function<Time()> wall_clock;
};

/// Answers one request, whatever it is.
boost::asio::awaitable<void> answer_request(const Service& service, Exchange& exchange);

}  // namespace pullgate::proxy
