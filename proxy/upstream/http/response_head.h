#pragma once
/// Reads the header lines of one HTTP/1.1 response, RFC 9112, as libcurl hands them over: one line a time, line ending
/// included, within limits::kHeaderBytes and kHeaderFields. Knows what a head must not contain whoever frames the body.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/upstream/http_client.h"

namespace pullgate::proxy {

class ResponseHeadReader {
 public:
  enum class Progress { kMore, kComplete };

  /// kUpstreamInvalid. After kComplete further lines are trailers: they are counted against the limit
  /// and ignored, because nothing may change the meaning of a body that has been passed on (RFC 9110 section 6.5.1).
  Result<Progress> feed(std::string_view line);

  /// Complete once feed() has said so.
  [[nodiscard]] const HttpResponseHead& head() const { return head_; }
  [[nodiscard]] HttpResponseHead take() { return std::move(head_); }

 private:
  Status take_status_line(std::string_view line);
  Status take_field(std::string_view line);

  HttpResponseHead head_;
  std::size_t bytes_ = 0;
  bool complete_ = false;
};

/// What the framing headers promise; checked before anything of the body is read. RFC 9112 section 6.3.
struct BodyLength {
  /// kConnection: the body lasts until the connection ends, so that nobody can tell a cut from an end.
  enum class Framing { kCounted, kChunked, kConnection };
  Framing framing = Framing::kConnection;
  std::uint64_t declared = 0;  ///< kCounted only
};
Result<BodyLength> body_length(const HttpResponseHead& head);

}  // namespace pullgate::proxy
