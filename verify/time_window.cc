#include "verify/time_window.h"

namespace pullgate {

std::string to_string(const TimeWindow& window) {
  return window.has_end() ? to_rfc3339(window.start) + " to " + to_rfc3339(window.end)
                          : "since " + to_rfc3339(window.start);
}

}  // namespace pullgate
