#pragma once
/// The code of a failure, for comparisons in tests.

#include <optional>

#include "verify/result.h"

namespace pullgate::tests {

/// None for success: asking a success for its error is undefined, and could by chance be what the test expects.
template <class T>
std::optional<ErrorCode> error_code(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}

}  // namespace pullgate::tests
