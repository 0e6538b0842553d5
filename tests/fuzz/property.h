#pragma once
/// What fuzz targets assert. A property that does not hold ends the program, in every build.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pullgate::fuzz {

inline void must_hold(bool property, const char* what) {
  if (property) return;
  static_cast<void>(std::fprintf(stderr, "property does not hold: %s\n", what));
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace pullgate::fuzz
