#pragma once
/// Results as SARIF 2.1.0 (OASIS), one run of this program.

#include <string>
#include <string_view>
#include <vector>

namespace pullgate::proxy {

enum class SarifLevel { kNote, kWarning, kError };

/// A kind of result: sections 3.19.23 and 3.49.
struct SarifRule {
  std::string id;
  std::string description;
};

/// Section 3.27. `rule` is the id of one of the rules of the run.
struct SarifResult {
  std::string rule;
  SarifLevel level = SarifLevel::kError;
  std::string message;
  std::string uri;  ///< of what it is about
  int line = 0;     ///< from 1; 0: the whole of it
  int column = 0;
};

/// "policy.yaml" stays as it is, "/etc/my policy.yaml" becomes "file:///etc/my%20policy.yaml" (RFC 3986, RFC 8089).
std::string file_uri(std::string_view path);

/// A whole document on one line.
std::string sarif(const std::vector<SarifRule>& rules, const std::vector<SarifResult>& results);

}  // namespace pullgate::proxy
