#include "proxy/upstream/http/url.h"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "proxy/upstream/http/network.h"
#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy {

namespace {

namespace ip = boost::asio::ip;

Error malformed(std::string_view text, std::string_view why) {
  // Without the query: presigned URLs carry their secrets there.
  return {ErrorCode::kMalformed, fmt::format("URL \"{}\": {}", printable(text.substr(0, text.find('?'))), why)};
}

std::uint16_t default_port(Url::Scheme scheme) {
  return scheme == Url::Scheme::kHttps ? 443 : 80;
}

/// RFC 3986 section 5.2.4, for a path that begins with "/".
std::string without_dot_segments(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const auto segment = path.substr(0, end);
    path.remove_prefix(end);
    const bool last = path.empty();
    if (segment == "/.") {
      if (last) result += '/';
    } else if (segment == "/..") {
      result.erase(std::min(result.rfind('/'), result.size()));
      if (last) result += '/';
    } else {
      result += segment;
    }
  }
  return result.empty() ? "/" : result;
}

/// The scheme in front of "://", in lower case; empty when the text is a relative reference.
std::string scheme_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find_first_of("/?#") < colon) return {};
  return in_lower_case(text.substr(0, colon));
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if ((c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_') {
      if (++label > 63) return false;
    } else {
      return false;
    }
  }
  return label > 0;
}

/// The rule by which browsers and inet_aton tell numeric hosts: the last label decides.
bool ends_in_number(std::string_view host) {
  const auto label = host.substr(host.rfind('.') + 1);
  return std::ranges::all_of(label, is_digit) || label.starts_with("0x");
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > limits::kUrlLength)
    return {ErrorCode::kLimitExceeded, fmt::format("a URL is longer than {} characters", limits::kUrlLength)};
  const auto unusual = [](char c) { return c <= 0x20 || c >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>'; };
  if (std::ranges::any_of(text, unusual)) return malformed(text, "a character that has no place in a URL");
  text = text.substr(0, text.find('#'));

  Url url;
  const auto scheme = scheme_of(text);
  if (scheme == "https") {
    url.scheme_ = Scheme::kHttps;
  } else if (scheme == "http") {
    url.scheme_ = Scheme::kHttp;
  } else {
    return malformed(text, "only http and https are known");
  }
  auto rest = text.substr(scheme.size() + 1);
  if (!rest.starts_with("//")) return malformed(text, "there is no host");
  rest.remove_prefix(2);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (auto taken = url.take_authority(authority); !taken) return malformed(text, taken.error().message);
  rest.remove_prefix(authority.size());
  const auto path = rest.substr(0, rest.find('?'));
  url.take_target(path, rest.substr(path.size()));
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  const std::string scheme(scheme_ == Scheme::kHttps ? "https:" : "http:");
  const auto origin = fmt::format("{}//{}", scheme, authority());
  const auto without_fragment = reference.substr(0, reference.find('#'));
  if (!scheme_of(without_fragment).empty()) return parse(without_fragment);
  if (without_fragment.starts_with("//")) return parse(scheme + std::string(without_fragment));
  if (without_fragment.starts_with('/')) return parse(origin + std::string(without_fragment));
  if (without_fragment.empty()) return *this;
  if (without_fragment.starts_with('?')) return parse(origin + path_ + std::string(without_fragment));
  return parse(origin + path_.substr(0, path_.rfind('/') + 1) + std::string(without_fragment));
}

std::string Url::authority() const {
  auto result = host_.contains(':') ? fmt::format("[{}]", host_) : host_;
  if (port_ != default_port(scheme_)) result += fmt::format(":{}", port_);
  return result;
}

std::string Url::text() const {
  return fmt::format("{}://{}{}{}", scheme_ == Scheme::kHttps ? "https" : "http", authority(), path_, query_);
}

bool Url::names_internal_host() const {
  if (host_ == "localhost" || host_.ends_with(".localhost")) return true;  // RFC 6761 section 6.3
  boost::system::error_code not_an_address;
  const auto address = ip::make_address(host_, not_an_address);
  if (not_an_address) return false;
  return network_of(address) == Network::kInternal;
}

Status Url::take_authority(std::string_view authority) {
  // "https://ghcr.io@evil.example/" reads like ghcr.io and is not.
  if (authority.contains('@')) return {ErrorCode::kMalformed, "user information is not allowed"};
  std::string host;
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return {ErrorCode::kMalformed, "the host is not closed by ]"};
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    boost::system::error_code error;
    const auto address = ip::make_address_v6(host, error);
    if (error || host.contains('%')) return {ErrorCode::kMalformed, "the host is not an IPv6 address"};
    host = address.to_string();
  } else {
    host = in_lower_case(authority.substr(0, authority.find(':')));
    port = authority.substr(host.size());
    if (!is_host_name(host)) return {ErrorCode::kMalformed, "the host is not a name or an address"};
    boost::system::error_code error;
    ip::make_address_v4(host, error);
    if (ends_in_number(host) && error) return {ErrorCode::kMalformed, "the host is not a dotted quad"};
  }
  port_ = default_port(scheme_);
  if (!port.empty()) {
    if (!port.starts_with(':')) return {ErrorCode::kMalformed, "something follows the host that is not a port"};
    port.remove_prefix(1);
    const bool digits = !port.empty() && port.size() <= 5 && std::ranges::all_of(port, is_digit);
    unsigned value = 0;
    if (digits) std::from_chars(port.data(), port.data() + port.size(), value);
    if (value == 0 || value > 65535) return {ErrorCode::kMalformed, "the port is not a number from 1 to 65535"};
    port_ = static_cast<std::uint16_t>(value);
  }
  host_ = std::move(host);
  return Done{};
}

void Url::take_target(std::string_view path, std::string_view query) {
  path_ = without_dot_segments(path);
  query_ = query;
}

}  // namespace pullgate::proxy
