#include "policy/spelling.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "verify/ascii.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

constexpr std::size_t kLongestWord = 64;  // beyond, nobody misspells by a letter or two

/// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const bool same = to_lower(a[i - 1]) == to_lower(b[j - 1]);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && to_lower(a[i - 1]) == to_lower(b[j - 2]) && to_lower(a[i - 2]) == to_lower(b[j - 1]);
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest_spelling(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  std::size_t best = 1 + std::max<std::size_t>(1, word.size() / 3);  // one more than is accepted
  std::optional<std::string> nearest;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t here = distance(word, candidate);
    if (here >= best) continue;
    best = here;
    nearest = candidate;
  }
  return nearest;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::optional<std::string> nearest = nearest_spelling(word, candidates);
  return nearest ? fmt::format("; did you mean '{}'?", *nearest) : std::string();
}

std::string there_are(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  if (names.empty()) return {};
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    if (shown.size() < kMost) shown.push_back(printable(name, 80));
  }
  const std::size_t rest = names.size() - shown.size();
  return fmt::format("; there {} {}{}", names.size() == 1 ? "is" : "are", fmt::join(shown, ", "),
                     rest == 0 ? "" : fmt::format(" and {} more", rest));
}

std::string nearest_or_all(std::string_view word, const std::vector<std::string>& candidates) {
  std::string nearest = did_you_mean(word, candidates);
  return nearest.empty() ? there_are(candidates) : nearest;
}

}  // namespace pullgate::policy
