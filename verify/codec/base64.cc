#include "verify/codec/base64.h"

#include <array>
#include <cstdint>

namespace pullgate::verify::codec {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Error not_base64(std::string message) {
  return {ErrorCode::kMalformed, "base64: " + std::move(message)};
}

/// The six bits of each character of either alphabet, and -1 for every other.
constexpr std::array<std::int8_t, 256> kSextets = [] {
  std::array<std::int8_t, 256> sextets{};
  sextets.fill(-1);
  for (std::size_t i = 0; i < kStandard.size(); ++i) {
    sextets.at(static_cast<unsigned char>(kStandard[i])) = static_cast<std::int8_t>(i);
  }
  sextets['-'] = 62;
  sextets['_'] = 63;
  return sextets;
}();

int sextet(char c) {
  return kSextets[static_cast<unsigned char>(c)];
}

/// Four characters are three bytes; two or three at the end are one or two, and bits that have to be zero.
Result<std::string> decode_unpadded(std::string_view text) {
  if (text.size() % 4 == 1) return not_base64("a length that no bytes have");
  std::string bytes(text.size() * 3 / 4, '\0');
  std::size_t written = 0;
  for (; text.size() >= 4; text.remove_prefix(4)) {
    const int a = sextet(text[0]);
    const int b = sextet(text[1]);
    const int c = sextet(text[2]);
    const int d = sextet(text[3]);
    if ((a | b | c | d) < 0) return not_base64("a character outside the alphabet");
    bytes[written++] = static_cast<char>(a << 2 | b >> 4);
    bytes[written++] = static_cast<char>(b << 4 | c >> 2);
    bytes[written++] = static_cast<char>(c << 6 | d);
  }
  if (text.empty()) return bytes;
  const int a = sextet(text[0]);
  const int b = sextet(text[1]);
  const int c = text.size() == 3 ? sextet(text[2]) : 0;
  if ((a | b | c) < 0) return not_base64("a character outside the alphabet");
  if ((text.size() == 3 ? c & 3 : b & 15) != 0) return not_base64("trailing bits that are not zero");
  bytes[written++] = static_cast<char>(a << 2 | b >> 4);
  if (text.size() == 3) bytes[written++] = static_cast<char>(b << 4 | c >> 2);
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
