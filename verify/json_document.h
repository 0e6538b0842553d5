#pragma once
/// The one way in which JSON from outside is read, for rooms above that have to read some. The reader refuses what
/// two parsers could read differently: duplicate keys, nesting beyond limits::kJsonDepth, trailing bytes, a byte order
/// mark, invalid UTF-8 and lone surrogates. RFC 8259; RFC 7493 (I-JSON) section 2.

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "verify/result.h"

namespace pullgate {

/// kMalformed with the place and cause, or kLimitExceeded.
Result<nlohmann::json> parse_json(std::string_view text);

}  // namespace pullgate
