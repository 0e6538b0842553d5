#include "proxy/upstream/distribution/answers.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "proxy/upstream/json_documents.h"
#include "verify/ascii.h"
#include "verify/bytes.h"

namespace pullgate::proxy::distribution {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The whole text as a decimal number.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string only_or_empty(const HttpResponseHead& head, std::string_view name) {
  const auto value = head.only(name);
  return value && value->has_value() ? **value : std::string();
}

/// IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT": the only form that may be sent, RFC 9110 section 5.6.7.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ") return std::nullopt;
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

/// Takes `"..."` or a token from the front.
std::string take_parameter_value(std::string_view& text) {
  std::string value;
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    while (!text.empty() && text.front() != '"') {
      if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
      value += text.front();
      text.remove_prefix(1);
    }
    if (!text.empty()) text.remove_prefix(1);
  } else {
    value = trimmed(text.substr(0, text.find_first_of(";, \t")));
    text.remove_prefix(value.size());
  }
  return value;
}

void skip_space(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

bool has_relation(std::string_view relations, std::string_view wanted) {
  const auto all = in_lower_case(relations);
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == wanted) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

/// Every `<target>; rel="next"` in one Link header is added to `targets`.
Status take_next_links(std::string_view text, std::vector<std::string>& targets) {
  const Error malformed{ErrorCode::kUpstreamInvalid, "the Link header of the answer cannot be read"};
  for (skip_space(text); !text.empty(); skip_space(text)) {
    if (text.front() == ',') {
      text.remove_prefix(1);
      continue;
    }
    const auto end = text.find('>');
    if (text.front() != '<' || end == std::string_view::npos) return malformed;
    const auto target = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    bool is_next = false;
    for (skip_space(text); text.starts_with(';'); skip_space(text)) {
      text.remove_prefix(1);
      skip_space(text);
      const auto name = text.substr(0, text.find_first_of("=;, \t"));
      text.remove_prefix(name.size());
      skip_space(text);
      if (!text.starts_with('=')) continue;
      text.remove_prefix(1);
      skip_space(text);
      const auto value = take_parameter_value(text);
      if (in_lower_case(name) == "rel" && has_relation(value, "next")) is_next = true;
    }
    if (is_next) targets.emplace_back(target);
    if (!text.empty() && text.front() != ',') return malformed;
  }
  return Done{};
}

ErrorCode meaning(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::kUnauthorized;
    case 404:
      return ErrorCode::kNotFound;
    case 429:
      return ErrorCode::kRateLimited;
    default:
      return ErrorCode::kUpstreamInvalid;
  }
}

}  // namespace

std::string content_type(const HttpResponseHead& head) {
  const auto value = only_or_empty(head, "content-type");
  return in_lower_case(trimmed(std::string_view(value).substr(0, value.find(';'))));
}

Status check_plain(const HttpResponseHead& head) {
  const auto encoding = head.only("content-encoding");
  if (!encoding) return encoding.error();
  if (encoding->has_value() && !(*encoding)->empty() && in_lower_case(**encoding) != "identity") {
    return {ErrorCode::kUpstreamInvalid,
            fmt::format("the answer is encoded as \"{}\", which was not asked for", printable(**encoding, 40))};
  }
  return Done{};
}

std::optional<std::uint64_t> content_length(const HttpResponseHead& head) {
  return number(only_or_empty(head, "content-length"));
}

Result<ContentRange> parse_content_range(std::string_view text) {
  const Error malformed{ErrorCode::kUpstreamInvalid, "the Content-Range of the answer cannot be read"};
  if (!in_lower_case(text.substr(0, 6)).starts_with("bytes ")) return malformed;
  text = trimmed(text.substr(6));
  const auto dash = text.find('-');
  const auto slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return malformed;
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1, slash - dash - 1));
  const auto total = number(text.substr(slash + 1));
  if (!first || !last || !total || *first > *last || *last >= *total) return malformed;
  return ContentRange{*first, *last, *total};
}

std::optional<std::chrono::seconds> retry_after(const HttpResponseHead& head) {
  constexpr std::chrono::seconds kLongest = std::chrono::hours(24);
  const auto text = only_or_empty(head, "retry-after");
  if (const auto seconds = number(text))
    return std::chrono::seconds(std::min<std::uint64_t>(*seconds, static_cast<std::uint64_t>(kLongest.count())));
  const auto until = parse_date(text);
  const auto sent = parse_date(only_or_empty(head, "date"));
  if (!until || !sent) return std::nullopt;
  return std::clamp<std::chrono::seconds>(*until - *sent, std::chrono::seconds(0), kLongest);
}

Result<std::optional<std::string>> next_link(const HttpResponseHead& head) {
  std::vector<std::string> targets;
  for (const auto& [name, value] : head.headers) {
    if (name != "link") continue;
    if (auto taken = take_next_links(value, targets); !taken) return taken.error();
  }
  if (targets.empty()) return std::optional<std::string>();
  if (targets.size() > 1) return Error{ErrorCode::kUpstreamInvalid, "the answer has several next pages"};
  return std::optional(targets.front());
}

Error failure(std::string_view upstream, const HttpResponseHead& head, std::string_view body) {
  auto message = fmt::format("upstream {} said {}", upstream, head.status);
  if (const auto text = stated_error(body); !text.empty()) message += ": " + text;
  Error error{meaning(head.status), std::move(message)};
  if (head.status == 429 || head.status == 503) error.retry_after = retry_after(head);
  return error;
}

}  // namespace pullgate::proxy::distribution
