#include "verify/result.h"

namespace pullgate {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kLimitExceeded:
      return "limit-exceeded";
    case ErrorCode::kNotFound:
      return "not-found";
    case ErrorCode::kUnauthorized:
      return "unauthorized";
    case ErrorCode::kRateLimited:
      return "rate-limited";
    case ErrorCode::kUnreachable:
      return "unreachable";
    case ErrorCode::kTimedOut:
      return "timed-out";
    case ErrorCode::kUpstreamInvalid:
      return "upstream-invalid";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "unknown";
}

}  // namespace pullgate
