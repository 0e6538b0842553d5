#pragma once
/// "Did you mean ...?"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pullgate::policy {

/// The candidate that `word` is most likely a misspelling of; none when all are too far away. Counts insertions,
/// deletions, substitutions and swaps of neighbours; differences of case cost nothing.
std::optional<std::string> nearest_spelling(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?", or nothing: to be appended to a message.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// "; there is a", "; there are a, b and 3 more": at most 8 of them. Nothing when there are none.
std::string there_are(const std::vector<std::string>& names);

/// did_you_mean(), or there_are() where nothing is near.
std::string nearest_or_all(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace pullgate::policy
