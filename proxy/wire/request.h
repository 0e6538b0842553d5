#pragma once
/// One HTTP request's head, RFC 9112 sections 3 and 5. Requests that we answer have no body.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verify/result.h"

namespace pullgate::proxy {

enum class Method {
  kGet,
  kHead,
  kOther,  ///< everything that is not a pull
};

enum class KeepAlive { kNo, kYes };

struct Request {
  Method method = Method::kOther;
  /// As received: path and query, printable ASCII, beginning with "/".
  std::string target;
  /// Names in lower case, values trimmed, in the order received.
  std::vector<std::pair<std::string, std::string>> headers;
  KeepAlive keep_alive = KeepAlive::kNo;

  /// The first header of this name (lower case), or null.
  [[nodiscard]] const std::string* header(std::string_view name) const;
};

/// Why a head cannot be answered as a request: an answer with this status, and the end of the connection, because
/// where the next request would begin is not known.
struct RequestFault {
  int status = 400;
  std::string message;
};

}  // namespace pullgate::proxy
