#pragma once
/// Bytes in, request heads out; knows no socket. Strict wherever two HTTP implementations might see different
/// requests (RFC 9112 section 11.2, request smuggling): Content-Length together with Transfer-Encoding, more than one
/// Content-Length, any coding but chunked, obs-fold, bare CR or LF, white space before a colon, more or fewer than one
/// Host, a GET or HEAD with a body. After a fault nothing more is read.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/wire/request.h"

namespace pullgate::proxy {

class RequestReader {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  /// The next request that is complete, or its fault; nothing while more bytes are needed. Bytes that follow stay for
  /// the next call (pipelining).
  [[nodiscard]] std::optional<std::variant<Request, RequestFault>> next();

  /// Has a request begun that is not complete? Tells an idle connection from one that was cut in a request.
  [[nodiscard]] bool has_begun() const { return !buffer_.empty(); }

 private:
  std::string buffer_;
  std::size_t searched_ = 0;  // bytes in which there is no end of a head
};

}  // namespace pullgate::proxy
