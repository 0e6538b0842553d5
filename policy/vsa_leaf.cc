#include "policy/vsa_leaf.h"

#include <algorithm>

#include "verify/ascii.h"

namespace pullgate::policy {

std::optional<TrackLevel> TrackLevel::parse(std::string_view text) {
  constexpr std::string_view kBegin = "SLSA_";
  constexpr std::string_view kMiddle = "_LEVEL_";
  const std::size_t middle = text.rfind(kMiddle);
  if (!text.starts_with(kBegin) || middle == std::string_view::npos || middle <= kBegin.size()) return std::nullopt;
  const std::string_view track = text.substr(kBegin.size(), middle - kBegin.size());
  const std::string_view level = text.substr(middle + kMiddle.size());
  if (!std::ranges::all_of(track, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; })) return std::nullopt;
  if (level == "UNEVALUATED") return TrackLevel{std::string(track), std::nullopt};
  if (level.size() != 1 || !is_digit(level.front())) return std::nullopt;
  return TrackLevel{std::string(track), level.front() - '0'};
}

}  // namespace pullgate::policy
