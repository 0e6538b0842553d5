#pragma once
/// One client's connection: requests one after the other, each with its time, until either side has had enough.

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "config/settings.h"
#include "proxy/server/service.h"
#include "proxy/wire/request_reader.h"
#include "proxy/wire/stream.h"

namespace pullgate::proxy {

/// All members belong to the stream's thread.
class Session {
 public:
  /// `service` must outlive it. `id` begins the ids of its requests.
  Session(std::unique_ptr<Stream> stream, const Service& service, const config::Timeouts& timeouts, std::string id);

  /// Returns when the connection is closed. What a handler throws becomes a 500 and a log line; the process lives.
  boost::asio::awaitable<void> run();

  /// No more requests: an answer under way is completed, a connection that waits is closed now.
  void finish();
  /// Closes now, whatever is under way.
  void cut() { stream_->close(); }

 private:
  enum class Next { kAnotherRequest, kLingeringClose, kClose };

  boost::asio::awaitable<Next> serve_next();
  boost::asio::awaitable<Result<std::variant<Request, RequestFault>>> read_request();
  boost::asio::awaitable<Next> answer(Request request);
  boost::asio::awaitable<void> answer_fault(RequestFault fault);
  boost::asio::awaitable<void> linger();
  [[nodiscard]] Exchange::Settings settings_for(KeepAlive keep_alive);

  std::unique_ptr<Stream> stream_;
  const Service& service_;
  config::Timeouts timeouts_;
  std::string id_;
  RequestReader reader_;
  std::size_t requests_ = 0;
  bool is_finishing_ = false;
  bool is_answering_ = false;
};

}  // namespace pullgate::proxy
