#pragma once
/// What was wrong while reading one document. Readers note a problem and go on with empty values, so that they read
/// like the form they read; the values are only given out through unless_any, which returns the first problem instead
/// when there was one.

#include <optional>
#include <string>
#include <utility>

#include "verify/result.h"

namespace pullgate::verify::codec {

class Problems {
 public:
  /// The first problem counts.
  void add(ErrorCode code, std::string message) {
    if (!first_) first_ = Error{code, std::move(message)};
  }
  [[nodiscard]] bool any() const { return first_.has_value(); }
  [[nodiscard]] const std::optional<Error>& first() const { return first_; }

  template <class T>
  Result<T> unless_any(T value) const {
    if (first_) return *first_;
    return value;
  }

 private:
  std::optional<Error> first_;
};

}  // namespace pullgate::verify::codec
