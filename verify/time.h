#pragma once
/// Moments are UTC with millisecond precision, the finest that trust roots and transparency logs use. Nothing in this
/// room reads a clock: a moment is always an argument.

#include <chrono>
#include <string>
#include <string_view>

#include "verify/result.h"

namespace pullgate {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 section 5.6, with any offset; "Z" and upper-case "T" only, as every producer we know writes them.
/// A finer fraction than milliseconds is truncated.
Result<Time> parse_rfc3339(std::string_view text);
/// "2026-12-01T00:00:00Z", with ".123" only when there are milliseconds.
std::string to_rfc3339(Time time);

}  // namespace pullgate
