#pragma once
/// A span of time with both ends in it, as trust roots and certificates mean theirs.

#include <algorithm>

#include "verify/time.h"

namespace pullgate {

struct TimeWindow {
  Time start = Time::min();
  Time end = Time::max();  ///< Time::max(): no end is known

  [[nodiscard]] bool contains(Time time) const { return start <= time && time <= end; }
  [[nodiscard]] bool has_end() const { return end != Time::max(); }

  friend bool operator==(const TimeWindow&, const TimeWindow&) = default;
};

/// What is in both; contains nothing when they do not meet.
inline TimeWindow intersection(const TimeWindow& a, const TimeWindow& b) {
  return {.start = std::max(a.start, b.start), .end = std::min(a.end, b.end)};
}

/// "2021-03-07T03:20:29Z to 2022-12-31T23:59:59.999Z", "since 2021-03-07T03:20:29Z", "until 2022-12-31T23:59:59.999Z",
/// "at any time".
std::string to_string(const TimeWindow& window);

}  // namespace pullgate
