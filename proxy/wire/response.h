#pragma once
/// One HTTP response's head and its written form, RFC 9112 sections 4 and 5.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/wire/request.h"

namespace pullgate::proxy {

class ResponseHead {
 public:
  explicit ResponseHead(int status) : status_(status) {}

  /// Throws std::invalid_argument for a name that is not a token or a value with anything but printable ASCII: text
  /// from outside that found its way here unescaped must not split the response (CWE-113).
  void add(std::string_view name, std::string value);
  /// Replaces the standard phrase; printable ASCII only, as for add().
  void set_reason(std::string phrase);

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
  /// The first header of this name as it was added, or null.
  [[nodiscard]] const std::string* header(std::string_view name) const;

 private:
  int status_;
  std::string reason_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

/// "Not Found"; "Unknown" for what we never send.
std::string_view standard_reason(int status);

/// Status line, headers, Content-Length, Connection and the empty line. A 304 has no Content-Length.
std::string written_head(const ResponseHead& head, std::uint64_t content_length, KeepAlive keep_alive);

}  // namespace pullgate::proxy
