#pragma once
/// Texts that have a meaning of their own.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/yaml/reader.h"
#include "verify/result.h"

namespace pullgate::config::yaml {

/// What `parse` makes of the text; its error is reported at the text's place.
template <class T>
std::optional<T> read_parsed(const Node& node, std::string_view what, Result<T> (*parse)(std::string_view),
                             Problems& problems) {
  const auto text = read_text(node, what, problems);
  if (!text) return std::nullopt;
  Result<T> parsed = parse(*text);
  if (parsed) return *std::move(parsed);
  problems.add(node.mark, std::string(what) + ": " + parsed.error().message);
  return std::nullopt;
}

}  // namespace pullgate::config::yaml
