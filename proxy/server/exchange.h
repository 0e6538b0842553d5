#pragma once
/// One request and its answer. Knows what was promised in the head and what was sent, so that a connection is never
/// used again after an answer that is not complete.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "proxy/server/oci_error.h"
#include "proxy/wire/request.h"
#include "proxy/wire/response.h"
#include "proxy/wire/stream.h"
#include "verify/time.h"

namespace pullgate::proxy {

/// Used by one coroutine; the stream and the request must outlive it.
class Exchange {
 public:
  struct Settings {
    /// A write that makes no progress for this long has lost its reader.
    std::chrono::milliseconds patience{30'000};
    std::function<Time()> wall_clock;
    KeepAlive keep_alive = KeepAlive::kNo;
    std::string id;  ///< of this request, for logs
  };

  Exchange(Stream& stream, const Request& request, Settings settings)
      : stream_(stream), request_(request), settings_(std::move(settings)) {}

  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] const std::string& id() const { return settings_.id; }
  [[nodiscard]] const std::string& peer() const { return stream_.peer(); }
  [[nodiscard]] Stream::Deadline now() const { return stream_.now(); }

  /// Echoed in every answer from here on: distribution-spec "Registry Proxying".
  void set_name_space(std::string registry) { name_space_ = std::move(registry); }

  /// A whole answer. HEAD gets the head alone, with the length that GET would have had. `body` must stay valid.
  boost::asio::awaitable<void> answer(ResponseHead head, std::string_view body);
  boost::asio::awaitable<void> refuse(OciError error);
  boost::asio::awaitable<void> refuse(OciError error, ResponseHead head);

  /// An answer in pieces: exactly `length` bytes have to follow, unless the request is HEAD.
  boost::asio::awaitable<void> begin(ResponseHead head, std::uint64_t length);
  /// An error, here or in begin(), is why nothing more can be sent.
  boost::asio::awaitable<Status> send(std::string_view piece);

  [[nodiscard]] bool has_begun() const { return has_begun_; }
  [[nodiscard]] bool is_complete() const { return has_begun_ && !failure_ && owed_ == 0; }
  /// May the connection carry another request? Only after a complete answer, if both sides want to.
  [[nodiscard]] bool is_reusable() const { return is_complete() && settings_.keep_alive == KeepAlive::kYes; }
  [[nodiscard]] int status() const { return status_; }
  /// Nothing follows on this connection; to be said before the answer begins.
  void close_afterwards() { settings_.keep_alive = KeepAlive::kNo; }

 private:
  [[nodiscard]] std::string head_text(ResponseHead head, std::uint64_t length) const;
  boost::asio::awaitable<void> write(std::string_view first, std::string_view second);

  Stream& stream_;
  const Request& request_;
  Settings settings_;
  std::string name_space_;
  bool has_begun_ = false;
  std::optional<Error> failure_;
  std::uint64_t owed_ = 0;  // bytes of the body that were promised and not sent
  int status_ = 0;
};

}  // namespace pullgate::proxy
