#include "policy/glob/text_glob.h"

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::policy::glob {
namespace {

void append_literal(std::vector<Piece>& pieces, char character) {
  if (pieces.empty() || pieces.back().kind != Piece::Kind::kLiteral) pieces.push_back({Piece::Kind::kLiteral, {}});
  pieces.back().text.push_back(character);
}

bool stops_star(char character) {
  return character == '/' || character == '@';
}

/// Which positions of the text can be reached when this piece follows; `reachable` has one entry more than the text
/// has characters.
std::vector<char> advance(const Piece& piece, std::string_view text, std::vector<char> reachable) {
  switch (piece.kind) {
    case Piece::Kind::kLiteral: {
      std::vector<char> next(reachable.size(), 0);
      for (std::size_t at = 0; at + piece.text.size() <= text.size(); ++at) {
        if (reachable[at] != 0 && text.substr(at).starts_with(piece.text)) next[at + piece.text.size()] = 1;
      }
      return next;
    }
    case Piece::Kind::kStar:
      for (std::size_t at = 0; at < text.size(); ++at) {
        if (reachable[at] != 0 && !stops_star(text[at])) reachable[at + 1] = 1;
      }
      return reachable;
    case Piece::Kind::kDoubleStar:
      for (std::size_t at = 0; at < text.size(); ++at) {
        if (reachable[at] != 0) reachable[at + 1] = 1;
      }
      return reachable;
    case Piece::Kind::kPlaceholder:
      break;
  }
  return std::vector<char>(reachable.size(), 0);
}

}  // namespace

Result<std::vector<Piece>> split(std::string_view text, Braces braces) {
  if (text.empty()) return {ErrorCode::kMalformed, "an empty pattern matches nothing"};
  if (text.size() > limits::kPatternLength) {
    return {ErrorCode::kLimitExceeded, fmt::format("a pattern has at most {} characters", limits::kPatternLength)};
  }
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("***")) return {ErrorCode::kMalformed, "'***' means nothing; write '*' or '**'"};
    if (rest.starts_with("**")) {
      pieces.push_back({Piece::Kind::kDoubleStar, {}});
      at += 2;
    } else if (rest.starts_with('*')) {
      pieces.push_back({Piece::Kind::kStar, {}});
      ++at;
    } else if (braces == Braces::kPlaceholders && (rest.front() == '{' || rest.front() == '}')) {
      const std::size_t end = rest.find('}');
      if (rest.front() == '}' || end == std::string_view::npos) {
        return {ErrorCode::kMalformed, fmt::format("a brace without its partner at '{}'", printable(rest, 40))};
      }
      pieces.push_back({Piece::Kind::kPlaceholder, std::string(rest.substr(1, end - 1))});
      at += end + 1;
    } else {
      append_literal(pieces, rest.front());
      ++at;
    }
  }
  return pieces;
}

bool matches(std::span<const Piece> pieces, std::string_view text) {
  if (text.size() > limits::kMatchedTextLength) return false;
  std::vector<char> reachable(text.size() + 1, 0);
  reachable.front() = 1;
  for (const Piece& piece : pieces) reachable = advance(piece, text, std::move(reachable));
  return reachable.back() != 0;
}

}  // namespace pullgate::policy::glob
