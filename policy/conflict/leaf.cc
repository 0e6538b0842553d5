#include "policy/conflict/leaf.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/statement.h"

namespace pullgate::policy {
namespace {

/// Times are only those that somebody proved, and of this attestor nobody is asked for one.
std::optional<std::string> undatable(std::string_view why, const Attestor* attestor) {
  constexpr auto kNobody = verify::EvidenceRequirements::TimesFrom::kNobody;
  if (attestor == nullptr) return std::nullopt;
  if (attestor->requirements.times_from != kNobody && !attestor->requirements.trust_root.empty()) return std::nullopt;
  return fmt::format(
      "can never be met: '{}' needs a proven time, and nothing may prove one for attestor '{}'; ask there "
      "for 'transparencyLog' or 'timestamp'",
      why, printable(attestor->name));
}

void check_levels(const std::vector<std::string>& levels, std::vector<std::string>& found) {
  if (levels.empty()) found.emplace_back("'levels' is empty: a summary without a level says nothing");
  std::map<std::string, std::string> by_track;
  for (const std::string& text : levels) {
    const std::string shown = printable(text, 80);
    const std::optional<TrackLevel> level = TrackLevel::parse(text);
    if (!level) {
      if (text.starts_with("SLSA_")) {
        found.push_back(fmt::format("'{}' is no level of SLSA, which are like SLSA_BUILD_LEVEL_3", shown));
      } else if (std::ranges::count(levels, text) > 1 && !by_track.contains(text)) {
        found.push_back(fmt::format("'{}' is listed twice", shown));
        by_track.emplace(text, text);
      }
      continue;
    }
    if (level->level.value_or(0) < 1) {
      found.push_back(fmt::format("'{}' says nothing: it asks for no level at all", shown));
    }
    const auto [other, is_new] = by_track.emplace(level->track, text);
    if (!is_new) {
      found.push_back(fmt::format("'{}' and '{}' are levels of one track: the higher one implies the other",
                                  printable(other->second, 80), shown));
    }
  }
}

}  // namespace

std::vector<std::string> conflicts_of(const ProvenanceLeaf& leaf, const Builder* builder, const Attestor* attestor) {
  std::vector<std::string> found;
  if (builder != nullptr && leaf.min_level > builder->level) {
    found.push_back(fmt::format("can never be met: 'minLevel: {}', but builder '{}' is granted level {}",
                                leaf.min_level, printable(builder->name), builder->level));
  }
  if (leaf.max_age) {
    if (auto conflict = undatable("maxAge", attestor)) found.push_back(*std::move(conflict));
  }
  return found;
}

std::vector<std::string> conflicts_of(const AttestationLeaf& leaf, const Attestor* attestor) {
  std::vector<std::string> found;
  if (leaf.predicate_type == verify::kCosignSignPredicate) {
    found.emplace_back("can never be met: statements of this type are signatures of images; ask for 'signature'");
  }
  if (leaf.select == Select::kNewest) {
    if (auto conflict = undatable("select: newest", attestor)) found.push_back(*std::move(conflict));
  }
  if (leaf.max_age) {
    if (auto conflict = undatable("maxAge", attestor)) found.push_back(*std::move(conflict));
  }
  return found;
}

std::vector<std::string> conflicts_of(const VsaLeaf& leaf, const Attestor* attestor) {
  std::vector<std::string> found;
  if (leaf.verifier.empty()) found.emplace_back("can never be met: 'verifier' is empty");
  check_levels(leaf.levels, found);
  if (leaf.max_age) {
    if (auto conflict = undatable("maxAge", attestor)) found.push_back(*std::move(conflict));
  }
  return found;
}

std::vector<std::string> conflicts_of(const ImageLeaf& leaf) {
  if (!leaf.digests.empty() || !leaf.tags.empty() || !leaf.annotations.empty()) return {};
  return {"says nothing about the image: it has digests, tags, annotations"};
}

}  // namespace pullgate::policy
