#pragma once
/// Regular expressions where a glob is wanted.

#include <optional>
#include <string>
#include <string_view>

namespace pullgate::config {

struct ExpressionInGlob {
  std::string sign;  ///< what gave it away: ".+"
  std::string glob;  ///< the glob that is likely to be meant; empty when it cannot be told
};

/// None of what may well be a glob: "1.*" and "release.*" are.
std::optional<ExpressionInGlob> find_expression(std::string_view glob);

}  // namespace pullgate::config
