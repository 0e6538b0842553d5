#include "config/lint/regex_dot.h"

#include <cstddef>

namespace pullgate::config {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// Behind the class that begins at `open`; "]" right after the bracket, or after "[^", stands for itself.
std::size_t end_of_class(std::string_view expression, std::size_t open) {
  std::size_t at = open + 1;
  if (at < expression.size() && expression[at] == '^') ++at;
  if (at < expression.size() && expression[at] == ']') ++at;
  while (at < expression.size() && expression[at] != ']') at += expression[at] == '\\' ? 2 : 1;
  return at + 1;
}

UnescapedDot around(std::string_view expression, std::size_t dot) {
  const auto belongs = [&](std::size_t i) { return is_word(expression[i]) || expression[i] == '.'; };
  std::size_t begin = dot;
  // What a backslash stands before is no letter of the word.
  while (begin > 0 && belongs(begin - 1) && (begin < 2 || expression[begin - 2] != '\\')) --begin;
  std::size_t end = dot;
  while (end < expression.size() && belongs(end)) ++end;
  UnescapedDot found{std::string(expression.substr(begin, end - begin)), {}};
  for (const char c : found.written) found.meant += c == '.' ? std::string("\\.") : std::string(1, c);
  return found;
}

}  // namespace

std::optional<UnescapedDot> find_unescaped_dot(std::string_view expression) {
  bool follows_name = false;  // a letter, a digit, or the slash before ".github"
  for (std::size_t at = 0; at < expression.size();) {
    const char c = expression[at];
    if (c == '\\' || c == '[') {
      at = c == '\\' ? at + 2 : end_of_class(expression, at);
      follows_name = false;
      continue;
    }
    const bool precedes_word = at + 1 < expression.size() && is_word(expression[at + 1]);
    if (c == '.' && follows_name && precedes_word) return around(expression, at);
    follows_name = is_word(c) || c == '/';
    ++at;
  }
  return std::nullopt;
}

}  // namespace pullgate::config
