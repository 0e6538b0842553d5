#pragma once
/// Bytes are std::string, views of bytes are std::string_view: what the libraries around us take and give.

#include <string>
#include <string_view>

#include "verify/result.h"

namespace pullgate {

/// Lower-case hexadecimal.
std::string hex_encode(std::string_view bytes);
/// Accepts lower-case digits only and an even number of them: one spelling for one value.
Result<std::string> hex_decode(std::string_view text);

/// What may be shown of text from outside: printable ASCII is kept, every other byte becomes \xNN, and at most
/// `max_length` characters are returned, the cut marked by "...". Stops log, terminal and header injection.
std::string printable(std::string_view text, std::size_t max_length = 160);

}  // namespace pullgate
