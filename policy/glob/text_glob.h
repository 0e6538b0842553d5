#pragma once
/// Globs over identities and URIs, taken apart: `*` stops at "/" and "@", `**` at nothing, {word} is filled in later,
/// every other character stands for itself.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verify/result.h"

namespace pullgate::policy::glob {

struct Piece {
  enum class Kind { kLiteral, kStar, kDoubleStar, kPlaceholder };
  Kind kind = Kind::kLiteral;
  std::string text;  ///< the literal, or the word between the braces
};

enum class Braces { kLiteral, kPlaceholders };

/// kMalformed for an empty text, three stars in a row, or (with placeholders) braces that do not hold a word;
/// kLimitExceeded beyond limits::kPatternLength.
Result<std::vector<Piece>> split(std::string_view text, Braces braces);

/// The whole of `text`, or not at all. No piece may be a placeholder. Time is bounded by pieces times text length;
/// texts beyond limits::kMatchedTextLength match nothing.
bool matches(std::span<const Piece> pieces, std::string_view text);

}  // namespace pullgate::policy::glob
