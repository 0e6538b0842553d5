#include "verify/json/scalar.h"

namespace pullgate::verify::json {

std::optional<std::string> scalar_text(const JsonView& value) {
  if (const auto text = value.text()) return std::string(*text);
  if (const auto integer = value.integer()) return std::to_string(*integer);
  if (const auto flag = value.flag()) return *flag ? "true" : "false";
  return std::nullopt;
}

}  // namespace pullgate::verify::json
