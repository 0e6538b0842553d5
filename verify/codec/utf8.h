#pragma once
/// UTF-8, RFC 3629 section 4: no overlong forms, no surrogates, nothing beyond U+10FFFF.

#include <string_view>

namespace pullgate::verify::codec {

bool is_utf8(std::string_view bytes);

}  // namespace pullgate::verify::codec
