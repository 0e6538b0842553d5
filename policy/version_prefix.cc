#include "policy/version_prefix.h"

#include <algorithm>

#include "verify/limits.h"

namespace pullgate::policy {
namespace {

bool is_version_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         (text.size() == 1 || text.front() != '0');
}

enum class LeadingZeros { kAllowed, kRefused };

/// Sections 9 and 10: identifiers of letters, digits and hyphens, with dots between.
bool are_identifiers(std::string_view text, LeadingZeros zeros) {
  while (true) {
    const std::string_view identifier = text.substr(0, text.find('.'));
    const auto is_good = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    };
    if (identifier.empty() || !std::ranges::all_of(identifier, is_good)) return false;
    const bool is_digits = std::ranges::all_of(identifier, [](char c) { return c >= '0' && c <= '9'; });
    if (zeros == LeadingZeros::kRefused && is_digits && !is_version_number(identifier)) return false;
    if (identifier.size() == text.size()) return true;
    text.remove_prefix(identifier.size() + 1);
  }
}

}  // namespace

std::optional<VersionPrefix::Version> VersionPrefix::read(std::string_view text) {
  if (!text.starts_with('v') || text.size() > limits::kPatternLength) return std::nullopt;
  text.remove_prefix(1);
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (!are_identifiers(text.substr(plus + 1), LeadingZeros::kAllowed)) return std::nullopt;
    text = text.substr(0, plus);
  }
  Version version;
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    version.pre_release = text.substr(dash + 1);
    if (!are_identifiers(version.pre_release, LeadingZeros::kRefused)) return std::nullopt;
    text = text.substr(0, dash);
  }
  for (std::string_view* number : {&version.major, &version.minor, &version.patch}) {
    *number = text.substr(0, text.find('.'));
    if (!is_version_number(*number)) return std::nullopt;
    if (number->size() == text.size()) {
      // "v1-rc1" is no version: a pre-release is one of three numbers.
      return dash == std::string_view::npos || !version.patch.empty() ? std::optional(version) : std::nullopt;
    }
    text.remove_prefix(number->size() + 1);
  }
  return std::nullopt;
}

Result<VersionPrefix> VersionPrefix::parse(std::string_view text) {
  if (!read(text)) return {ErrorCode::kMalformed, "a version is written as v1, v1.2 or v1.2.3"};
  return VersionPrefix(std::string(text));
}

bool VersionPrefix::matches(std::string_view version) const {
  const std::optional<Version> wanted = read(text_);
  const std::optional<Version> found = read(version);
  if (!wanted || !found) return false;
  const auto or_zero = [](std::string_view number) { return number.empty() ? "0" : number; };
  if (found->major != wanted->major) return false;
  if (!wanted->minor.empty() && or_zero(found->minor) != wanted->minor) return false;
  if (wanted->patch.empty()) return true;
  return or_zero(found->patch) == wanted->patch && found->pre_release == wanted->pre_release;
}

}  // namespace pullgate::policy
