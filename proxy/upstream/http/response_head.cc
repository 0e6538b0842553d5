#include "proxy/upstream/http/response_head.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy {

namespace {

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  const auto is_token_character = [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Error invalid(std::string message) {
  return {ErrorCode::kUpstreamInvalid, std::move(message)};
}

}  // namespace

Result<std::optional<std::string>> HttpResponseHead::only(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [header, value] : headers) {
    if (header != name) continue;
    if (found && *found != value)
      return invalid(fmt::format("the answer has several different {} headers", printable(name, 40)));
    found = value;
  }
  return found;
}

Result<ResponseHeadReader::Progress> ResponseHeadReader::feed(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > limits::kHeaderBytes || head_.headers.size() >= limits::kHeaderFields)
    return invalid("the header of the answer is too large");
  if (complete_) return Progress::kMore;
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    if (head_.status < 200) return Progress::kMore;  // 1xx: the real head follows, RFC 9110 section 15.2
    complete_ = true;
    return Progress::kComplete;
  }
  auto taken = line.starts_with("HTTP/") ? take_status_line(line) : take_field(line);
  if (!taken) return std::move(taken).error();
  return Progress::kMore;
}

Status ResponseHeadReader::take_status_line(std::string_view line) {
  const auto code = line.substr(std::min(line.find(' ') + 1, line.size())).substr(0, 3);
  int status = 0;
  if (code.size() == 3 && std::ranges::all_of(code, is_digit))
    std::from_chars(code.data(), code.data() + code.size(), status);
  if (status < 100 || status > 599) return invalid("the status line of the answer cannot be read");
  head_ = HttpResponseHead{.status = status, .headers = {}};
  return Done{};
}

Status ResponseHeadReader::take_field(std::string_view line) {
  // obs-fold: the second half of a value that another reader sees as a header of its own. RFC 9112 section 5.2.
  if (line.starts_with(' ') || line.starts_with('\t')) return invalid("a header of the answer is folded");
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  // Also refuses white space before the colon, RFC 9112 section 5.1: request smuggling lives there.
  if (colon == std::string_view::npos || !is_token(name)) return invalid("a header line of the answer has no name");
  const auto value = trimmed(line.substr(colon + 1));
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; };
  // Bare CR, NUL and friends: header injection into whatever this value is copied to. RFC 9110 section 5.5.
  if (std::ranges::any_of(value, is_control))
    return invalid(fmt::format("header {} of the answer contains control characters", printable(name, 40)));
  head_.headers.emplace_back(in_lower_case(name), value);
  return Done{};
}

Result<BodyLength> body_length(const HttpResponseHead& head) {
  auto length = head.only("content-length");
  if (!length) return std::move(length).error();
  auto coding = head.only("transfer-encoding");
  if (!coding) return std::move(coding).error();
  if (coding->has_value()) {
    // libcurl would inflate "gzip, chunked" unasked, past every limit on what came over the wire.
    if (in_lower_case(**coding) != "chunked") return invalid("the answer has a transfer encoding other than chunked");
    // Two lengths for one body: RFC 9112 section 6.1 calls it an attempt at smuggling.
    if (length->has_value()) return invalid("the answer has both Content-Length and Transfer-Encoding");
    return BodyLength{.framing = BodyLength::Framing::kChunked};
  }
  if (!length->has_value()) return BodyLength{};
  const std::string& text = **length;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || !std::ranges::all_of(text, is_digit) || error != std::errc{} || end != text.data() + text.size())
    return invalid("the Content-Length of the answer is not a number");
  return BodyLength{.framing = BodyLength::Framing::kCounted, .declared = value};
}

}  // namespace pullgate::proxy
