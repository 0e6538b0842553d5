#pragma once
/// Digits and letters of ASCII, whatever the locale: what protocols and names compare without regard to case.

#include <string>
#include <string_view>

namespace pullgate {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Only A to Z change; every other byte, and so all of UTF-8, stays as it is.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string in_lower_case(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = to_lower(c);
  return lowered;
}

}  // namespace pullgate
