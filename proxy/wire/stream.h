#pragma once
/// A connection as the HTTP layer sees it: bytes in, bytes out, with deadlines. Virtual so that everything above it is
/// compiled once, whatever carries the bytes, and can be tested line by line without a socket.

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "verify/result.h"

namespace pullgate::proxy {

/// Used by one coroutine at a time, on the executor that it was made with; close() too belongs to that thread.
/// Failures: kTimedOut when the deadline passed first, kCancelled after close(), kUnreachable when the peer is gone.
class Stream {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  virtual ~Stream() = default;

  /// At least one byte, or 0 at the peer's orderly end.
  virtual boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> into, Deadline deadline) = 0;
  /// Both pieces, in this order and in one go where the transport can; either may be empty. They have to stay valid
  /// until the coroutine returns.
  virtual boost::asio::awaitable<Status> write(std::string_view first, std::string_view second, Deadline deadline) = 0;
  /// Says "no more from us" and keeps reading possible, so that a last answer is not lost to a reset.
  virtual void finish_sending() = 0;
  /// At once; a read or write under way ends with kCancelled.
  virtual void close() = 0;
  /// Who is at the other end, for logs: "127.0.0.1:40312".
  [[nodiscard]] virtual const std::string& peer() const = 0;
  /// The clock that deadlines are measured by.
  [[nodiscard]] virtual Deadline now() const = 0;

 protected:
  Stream() = default;
  Stream(const Stream&) = default;
  Stream& operator=(const Stream&) = default;
  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) = default;
};

}  // namespace pullgate::proxy
