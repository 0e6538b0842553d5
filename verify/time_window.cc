#include "verify/time_window.h"

namespace pullgate {

std::string to_string(const TimeWindow& window) {
  const bool has_start = window.start != Time::min();
  if (!has_start) return window.has_end() ? "until " + to_rfc3339(window.end) : "at any time";
  return window.has_end() ? to_rfc3339(window.start) + " to " + to_rfc3339(window.end)
                          : "since " + to_rfc3339(window.start);
}

}  // namespace pullgate
