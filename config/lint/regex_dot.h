#pragma once
/// Dots in regular expressions that were meant as dots.

#include <optional>
#include <string>
#include <string_view>

namespace pullgate::config {

struct UnescapedDot {
  std::string written;  ///< "github.com"
  std::string meant;    ///< "github\.com"
};

/// The first dot before a letter or digit and behind one, or behind a slash, that nothing escapes and nothing repeats,
/// with the word around it. Such a dot stands in host names, versions and file names; who means "any character" writes
/// a class or repeats it.
std::optional<UnescapedDot> find_unescaped_dot(std::string_view expression);

}  // namespace pullgate::config
