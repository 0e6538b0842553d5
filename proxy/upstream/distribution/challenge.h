#pragma once
/// What a registry wants to hear before it answers: WWW-Authenticate, RFC 9110 section 11.6.1.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/upstream/http_client.h"

namespace pullgate::proxy::distribution {

struct Challenge {
  std::string scheme;                             ///< in lower case: "bearer", "basic"
  std::map<std::string, std::string> parameters;  ///< names in lower case; what was quoted is so no more

  /// Empty when there is none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

/// All challenges of an answer, in their order, whether they came in one header or in several. Nothing is read out of a
/// header that is not in the grammar, or in which a challenge has a parameter twice: two readers could each take
/// another.
std::vector<Challenge> challenges_in(const HttpResponseHead& head);

}  // namespace pullgate::proxy::distribution
