#pragma once
/// Base64, RFC 4648. Several texts that decode to the same bytes would be several spellings of one signature, so
/// white space, missing or superfluous padding and trailing bits that are not zero are refused (section 3.5).

#include <string>
#include <string_view>

#include "verify/result.h"

namespace pullgate::verify::codec {

std::string encode_base64(std::string_view bytes);

/// The standard alphabet (section 4), padded.
Result<std::string> decode_base64(std::string_view text);

/// DSSE protocol.md: either alphabet (sections 4 and 5), padded or not. A text that mixes the two is refused, because
/// decoding it would need guessing.
Result<std::string> decode_base64_either(std::string_view text);

}  // namespace pullgate::verify::codec
