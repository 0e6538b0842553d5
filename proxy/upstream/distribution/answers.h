#pragma once
/// What the answers of a registry mean: OCI distribution-spec 1.1 and the RFCs under it. No sockets here.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/upstream/http_client.h"
#include "verify/result.h"

namespace pullgate::proxy::distribution {

/// The Content-Type without parameters, in lower case; empty when there is none or when there are several.
std::string content_type(const HttpResponseHead& head);

/// kUpstreamInvalid when the body has a content encoding: digests are over the bytes as stored.
Status check_plain(const HttpResponseHead& head);

/// Content-Length; none when the body is chunked or ends with the connection.
std::optional<std::uint64_t> content_length(const HttpResponseHead& head);

/// "bytes 0-99/1000", RFC 9110 section 14.4. A total that is not known ("*") is refused.
struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t total = 0;

  friend bool operator==(const ContentRange&, const ContentRange&) = default;
};
Result<ContentRange> parse_content_range(std::string_view text);

/// Retry-After, RFC 9110 section 10.2.3. A date is counted from the Date of the same answer, so that neither our clock
/// nor a wrong one over there matters. At most a day.
std::optional<std::chrono::seconds> retry_after(const HttpResponseHead& head);

/// The target of the link with relation "next", RFC 8288 section 3; not resolved.
Result<std::optional<std::string>> next_link(const HttpResponseHead& head);

/// What an answer other than success means. `body` as far as it was read; its text is escaped and bounded.
Error failure(std::string_view upstream, const HttpResponseHead& head, std::string_view body);

}  // namespace pullgate::proxy::distribution
