#pragma once
/// http and https URLs, RFC 3986, as narrow as registries need them. Whatever parses here is written out again from its
/// parts before anybody connects, so that no second parser (libcurl's, a server's) can see another host than we
/// checked.
///
/// Narrower than the RFC: no user information, no spaces, quotes, backslashes or non-ASCII bytes; a host whose last
/// label is a number must be a dotted quad ("0x7f.1" and "2130706433" also name 127.0.0.1 to many parsers); no trailing
/// dot. A fragment is dropped. Dot segments are removed (section 5.2.4).

#include <cstdint>
#include <string>
#include <string_view>

#include "verify/result.h"

namespace pullgate::proxy {

class Url {
 public:
  enum class Scheme : std::uint8_t { kHttp, kHttps };

  static Result<Url> parse(std::string_view text);
  /// A reference (Location, Link) met at this URL: section 5.2.
  [[nodiscard]] Result<Url> resolve(std::string_view reference) const;

  [[nodiscard]] Scheme scheme() const { return scheme_; }
  /// Lower case; an IPv6 address without its brackets, in its shortest form.
  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Begins with "/".
  [[nodiscard]] const std::string& path() const { return path_; }
  /// "ghcr.io" or "[::1]:5000": the port only when it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] std::string text() const;

  [[nodiscard]] bool same_origin(const Url& other) const {
    return scheme_ == other.scheme_ && host_ == other.host_ && port_ == other.port_;
  }
  /// Does the host, by its own spelling, name this machine or a network that is not the Internet: "localhost", or a
  /// literal address that is loopback, private, link-local, unspecified, multicast or reserved, also inside an IPv6
  /// address that carries an IPv4 one? Names are not looked up.
  [[nodiscard]] bool names_internal_host() const;

  friend bool operator==(const Url&, const Url&) = default;

 private:
  Url() = default;

  Status take_authority(std::string_view authority);
  void take_target(std::string_view path, std::string_view query);

  Scheme scheme_ = Scheme::kHttps;
  std::string host_;
  std::uint16_t port_ = 443;
  std::string path_ = "/";
  std::string query_;  // with its "?", or empty
};

}  // namespace pullgate::proxy
