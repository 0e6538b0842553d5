#include "verify/bytes.h"

#include <array>
#include <cstdint>

namespace pullgate {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string hex_encode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text += kHexDigits[byte >> 4U];
    text += kHexDigits[byte & 0x0FU];
  }
  return text;
}

Result<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return {ErrorCode::kMalformed, "an odd number of hexadecimal digits"};
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return {ErrorCode::kMalformed, "something other than lower-case hexadecimal digits"};
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string printable(std::string_view text, std::size_t max_length) {
  constexpr std::string_view kCut = "...";
  std::string shown;
  std::size_t fits = 0;  // how much of `shown` leaves room for the mark, never ending inside an escape
  for (char c : text) {
    if (c >= ' ' && c <= '~') {
      shown += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      shown += "\\x";
      shown += kHexDigits[byte >> 4U];
      shown += kHexDigits[byte & 0x0FU];
    }
    if (shown.size() + kCut.size() <= max_length) fits = shown.size();
    if (shown.size() > max_length) {
      shown.resize(fits);
      shown += kCut.substr(0, max_length - fits);
      return shown;
    }
  }
  return shown;
}

}  // namespace pullgate
