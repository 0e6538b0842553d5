#pragma once
/// The one reader of JSON. RFC 8259, and stricter wherever two readers could see two documents in the same bytes:
/// duplicate keys, a byte order mark, invalid UTF-8, lone surrogates, NUL bytes and anything after the value are
/// refused, as are documents beyond the limits of limits.h. Numbers that are not integers of 64 bits become doubles,
/// which no accessor for integers takes (see node.h).

#include <cstddef>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "verify/limits.h"
#include "verify/result.h"

namespace pullgate::verify::json {

/// kMalformed or kLimitExceeded; the message names the place in the text, never the text itself.
Result<nlohmann::json> parse(std::string_view text, std::size_t max_depth = limits::kJsonDepth,
                             std::size_t max_values = limits::kJsonValues);

}  // namespace pullgate::verify::json
