#pragma once
/// How a command shows what it has to say: for people, with colour where they can see it, or for a program.

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

#include <CLI/App.hpp>

#include "policy/explain.h"

namespace pullgate::proxy {

struct Presentation {
  std::string format;          ///< "text" is for people
  std::string color = "auto";  ///< or "always", "never"; of text only

  /// For text on this stream. Automatically there is colour only where it is a terminal that knows it, and nobody who
  /// set NO_COLOR (no-color.org); everywhere else text stays as it is, byte for byte.
  [[nodiscard]] policy::Accent accent_on(std::FILE* stream) const;
};

/// --format, one of these forms of which the first is the default, and --color. `presentation` has to outlive the
/// parsing.
void add_presentation_options(CLI::App& command, Presentation& presentation,
                              std::initializer_list<std::string_view> forms);

}  // namespace pullgate::proxy
