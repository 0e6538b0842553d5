#include "verify/json/lookalike.h"

#include <algorithm>
#include <string>

#include "verify/ascii.h"

namespace pullgate::verify::json {
namespace {

/// encoding/json's folding of struct keys: ASCII case, and the two letters elsewhere in Unicode that fold to ASCII,
/// U+017F (long s) and U+212A (Kelvin sign).
std::string folded(std::string_view key) {
  std::string result;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::string_view rest = key.substr(i);
    if (rest.starts_with("\xC5\xBF")) {
      result += 's';
      i += 1;
    } else if (rest.starts_with("\xE2\x84\xAA")) {
      result += 'k';
      i += 2;
    } else {
      result += to_lower(rest.front());
    }
  }
  return result;
}

}  // namespace

void refuse_lookalike_keys(const Node& object, std::span<const std::string_view> known) {
  for (const auto& [key, node] : object.optional_members()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::string fold = folded(key);
    if (std::ranges::any_of(known, [&](std::string_view name) { return folded(name) == fold; })) {
      node.refuse("a key that differs from a known one only in case: clients would obey it");
    }
  }
}

}  // namespace pullgate::verify::json
