#include "verify/codec/utf8.h"

#include <cstdint>

namespace pullgate::verify::codec {
namespace {

/// The length of the sequence that a first byte begins, and the range of the second byte; length 0 for none.
struct Lead {
  std::size_t length;
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
};

Lead lead_of(std::uint8_t first) {
  if (first < 0x80) return {1};
  if (first >= 0xC2 && first <= 0xDF) return {2};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {4};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  for (std::size_t i = 0; i < bytes.size();) {
    const Lead lead = lead_of(at(i));
    if (lead.length == 0 || bytes.size() - i < lead.length) return false;
    for (std::size_t k = 1; k < lead.length; ++k) {
      const std::uint8_t min = k == 1 ? lead.second_min : 0x80;
      const std::uint8_t max = k == 1 ? lead.second_max : 0xBF;
      if (at(i + k) < min || at(i + k) > max) return false;
    }
    i += lead.length;
  }
  return true;
}

}  // namespace pullgate::verify::codec
