#pragma once
/// Values that are compared as texts.

#include <optional>
#include <string>

#include "verify/json_view.h"

namespace pullgate::verify::json {

/// A text as it is; an integer, `true` or `false` as JSON writes it. Nothing for fractions, which can be written in
/// many ways, for objects, lists and null.
std::optional<std::string> scalar_text(const JsonView& value);

}  // namespace pullgate::verify::json
