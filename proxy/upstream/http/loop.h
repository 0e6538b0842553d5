#pragma once
/// Single HTTP exchanges on an event loop: one request to one URL, one answer, redirects included in what is answered.

#include <chrono>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "proxy/upstream/http/network.h"
#include "proxy/upstream/http/url.h"
#include "proxy/upstream/http_client.h"

namespace pullgate::proxy {

struct Exchanged {
  std::unique_ptr<HttpResponse> response;
  Network peer = Network::kInternet;  ///< where the address is that answered
};

/// Thread-safe. Everything inside happens on one strand of the io_context; callers' coroutines resume on their own
/// executors.
class HttpLoop {
 public:
  virtual ~HttpLoop() = default;
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  /// Asks `url` (not request.url) with the method, headers and limits of `request`. Resumes when the head is here, or
  /// with kTimedOut at `head_deadline`. kUpstreamInvalid when the host turns out to be at an address out of `reach`;
  /// then nothing is sent there.
  virtual boost::asio::awaitable<Result<Exchanged>> exchange(HttpRequest request, Url url, Reach reach,
                                                             std::chrono::steady_clock::time_point head_deadline) = 0;

  /// Ends every transfer with kCancelled, closes all connections, and refuses what comes later. Returns at once; the
  /// work is done on the strand.
  virtual void shut_down() = 0;

 protected:
  HttpLoop() = default;
};

std::shared_ptr<HttpLoop> make_http_loop(boost::asio::io_context& context);

}  // namespace pullgate::proxy
