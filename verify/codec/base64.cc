#include "verify/codec/base64.h"

#include <cstdint>

namespace pullgate::verify::codec {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Error not_base64(std::string message) {
  return {ErrorCode::kMalformed, "base64: " + std::move(message)};
}

/// The six bits of a character of either alphabet, or -1.
int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

Result<std::string> decode_unpadded(std::string_view text) {
  if (text.size() % 4 == 1) return not_base64("a length that no bytes have");
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (char c : text) {
    const int value = sextet(c);
    if (value < 0) return not_base64("a character outside the alphabet");
    pending = (pending << 6U) | static_cast<std::uint32_t>(value);
    pending_bits += 6;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      bytes += static_cast<char>((pending >> pending_bits) & 0xFFU);
      pending &= (1U << pending_bits) - 1U;
    }
  }
  if (pending != 0) return not_base64("trailing bits that are not zero");
  return bytes;
}

std::string_view without_padding(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  while (i < bytes.size()) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8U) | (k < count ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kStandard[(group >> (18U - 6U * k)) & 0x3FU] : '=';
    }
    i += count;
  }
  return text;
}

Result<std::string> decode_base64(std::string_view text) {
  if (text.find_first_of("-_") != std::string_view::npos) return not_base64("a character outside the alphabet");
  if (text.size() % 4 != 0) return not_base64("padding is missing");
  return decode_unpadded(without_padding(text));
}

Result<std::string> decode_base64_either(std::string_view text) {
  const bool standard = text.find_first_of("+/") != std::string_view::npos;
  const bool url_safe = text.find_first_of("-_") != std::string_view::npos;
  if (standard && url_safe) return not_base64("both alphabets in one text");
  if (text.ends_with('=') && text.size() % 4 != 0) return not_base64("wrong padding");
  return decode_unpadded(without_padding(text));
}

}  // namespace pullgate::verify::codec
