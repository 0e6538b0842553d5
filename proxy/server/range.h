#pragma once
/// The Range header, RFC 9110 section 14: one range, in bytes. Everything else is ignored, as section 14.2 allows:
/// several ranges in one request are how a few bytes of request become many of answer.

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/upstream/upstream.h"

namespace pullgate::proxy {

/// "bytes=5-9", "bytes=5-" as first and last; "bytes=-5" as a suffix.
struct RequestedRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last;
  std::optional<std::uint64_t> suffix;  ///< the last so many bytes; `first` and `last` mean nothing then

  friend bool operator==(const RequestedRange&, const RequestedRange&) = default;
};

/// None when there is no header, or one that is to be ignored.
std::optional<RequestedRange> parse_range(std::string_view header);

/// Against a known size: none when it cannot be satisfied (416).
std::optional<ByteRange> resolve_range(const RequestedRange& range, std::uint64_t size);

}  // namespace pullgate::proxy
