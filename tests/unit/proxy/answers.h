#pragma once
/// What a server wrote, read back.

#include <map>
#include <string>
#include <vector>

namespace pullgate::tests {

struct Answer {
  int status = 0;
  std::string reason;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  bool is_complete = true;  ///< the body is as long as Content-Length says

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

/// The answers to these requests, "GET" or "HEAD" or anything else, in this order. Throws for what is not HTTP.
std::vector<Answer> parse_answers(const std::string& sent, const std::vector<std::string>& methods);

}  // namespace pullgate::tests
