#include "proxy/server/range.h"

#include <algorithm>
#include <charconv>

namespace pullgate::proxy {
namespace {

/// Digits only, without a sign and without overflow.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<RequestedRange> parse_range(std::string_view header) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return std::nullopt;
  const std::string_view before = header.substr(0, dash);
  const std::string_view after = header.substr(dash + 1);
  RequestedRange range;
  if (before.empty()) {
    range.suffix = parse_number(after);
    if (!range.suffix) return std::nullopt;
    return range;
  }
  const auto first = parse_number(before);
  if (!first) return std::nullopt;
  range.first = *first;
  if (after.empty()) return range;
  range.last = parse_number(after);
  if (!range.last || *range.last < range.first) return std::nullopt;
  return range;
}

std::optional<ByteRange> resolve_range(const RequestedRange& range, std::uint64_t size) {
  if (size == 0) return std::nullopt;
  if (range.suffix) {
    if (*range.suffix == 0) return std::nullopt;
    return ByteRange{size - std::min(size, *range.suffix), size - 1};
  }
  if (range.first >= size) return std::nullopt;
  return ByteRange{range.first, std::min(range.last.value_or(size - 1), size - 1)};
}

}  // namespace pullgate::proxy
