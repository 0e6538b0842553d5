#pragma once
/// The channel for work that could not be done. A proof that is bad or missing is never an Error: it is a Finding
/// (see finding.h). An Error says that we, or the peer that we depend on, failed; it ends as cannot-judge, as a 5xx
/// answer or as a start-up failure, never as an allow.

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pullgate {

enum class ErrorCode {
  kMalformed,        ///< input does not have the form that its specification asks for
  kUnsupported,      ///< well formed, but of a kind that we do not know
  kLimitExceeded,    ///< larger, deeper or more than a limit of limits.h allows
  kNotFound,         ///< the other side says, credibly, that there is no such thing
  kUnauthorized,     ///< the upstream wants credentials that we do not have
  kRateLimited,      ///< the upstream asks us to slow down
  kUnreachable,      ///< no connection, or one that broke
  kTimedOut,         ///< no answer within the deadline
  kUpstreamInvalid,  ///< the upstream answered with something that cannot be right (other bytes than the digest, 5xx)
  kCancelled,        ///< whoever asked has gone, or we are shutting down
  kInternal,         ///< our own file, memory or logic
};

/// "malformed", "limit-exceeded", ...: stable, for logs and metrics.
std::string_view to_string(ErrorCode code);

/// `message` is one line of printable ASCII, safe to log and to show: text from outside has been bounded and escaped.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  /// When the other side said that trying again may help, and when.
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
};

/// A value or the reason why there is none. There is no default: a Result is made from one of the two.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : content_(std::in_place, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : content_(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Result(ErrorCode code, std::string message) : Result(Error{code, std::move(message)}) {}

  [[nodiscard]] bool has_value() const { return content_.has_value(); }
  explicit operator bool() const { return content_.has_value(); }

  /// The value; throws std::bad_expected_access when there is none, so that a forgotten test cannot pass for success.
  T& value() & { return content_.value(); }
  const T& value() const& { return content_.value(); }
  T&& value() && { return std::move(content_).value(); }
  T& operator*() & { return content_.value(); }
  const T& operator*() const& { return content_.value(); }
  T&& operator*() && { return std::move(content_).value(); }
  T* operator->() { return &content_.value(); }
  const T* operator->() const { return &content_.value(); }

  const Error& error() const& { return content_.error(); }
  Error&& error() && { return std::move(content_).error(); }

 private:
  std::expected<T, Error> content_;
};

/// Success without a value is written out: `return Done{};`.
struct Done {};
using Status = Result<Done>;

}  // namespace pullgate
