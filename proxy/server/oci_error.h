#pragma once
/// Everything that is not a 200, as distribution-spec "Error Codes" has it: one table from what happened to status,
/// code and body. A body holds exactly one error, because clients show the first and drop the rest.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.h"
#include "proxy/wire/response.h"
#include "verify/reason.h"
#include "verify/result.h"

namespace pullgate::proxy {

enum class OciCode {
  kBlobUnknown,
  kDenied,
  kDigestInvalid,
  kManifestInvalid,
  kManifestUnknown,
  kNameInvalid,
  kNameUnknown,
  kTooManyRequests,
  kUnauthorized,
  kUnavailable,
  kUnknown,
  kUnsupported,
};

/// "DENIED", "BLOB_UNKNOWN", ...
std::string_view to_string(OciCode code);

/// An answer that refuses. `message` is one line of printable ASCII.
struct OciError {
  int status = 500;
  OciCode code = OciCode::kUnknown;
  std::string message;
  /// Flat, because clients print it as it comes: reason, rule, digest, decision.
  std::vector<std::pair<std::string, std::string>> detail = {};
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
  /// All that HEAD and old containerd show; empty for the standard phrase.
  std::string reason_phrase = {};
};

/// 403 with the rule, what was found and what would satisfy it; also for cannot-judge, because a 503 hides its body
/// from users of docker, podman and skopeo.
OciError denial(const policy::Decision& decision);

/// 403 NO_RULE, of a list: what no rule is about is not for anybody here.
OciError out_of_scope(const Repository& repository);

enum class Wanted { kManifest, kBlob, kList };

/// What the upstream's failure means for a client that wanted this.
OciError upstream_failure(const Error& error, Wanted wanted);

/// {"errors":[{"code":...,"message":...,"detail":{...}}]}
std::string error_body(const OciError& error);

/// Status, phrase and the headers that every refusal has.
ResponseHead error_head(const OciError& error);

}  // namespace pullgate::proxy
