#include "config/lint/glob_dialect.h"

#include <array>
#include <utility>

namespace pullgate::config {
namespace {

/// ".*" is a dot and anything in a glob, which names do have: behind a slash, an "@" or the "v" of a version it is not.
bool has_lone_any(std::string_view glob) {
  for (std::size_t at = glob.find(".*"); at != std::string_view::npos; at = glob.find(".*", at + 1)) {
    const std::string_view before = glob.substr(0, at);
    if (before.empty() || before.ends_with('/') || before.ends_with('@') || before.ends_with("/v") || before == "v")
      return true;
  }
  return false;
}

std::string sign_of(std::string_view glob) {
  if (glob.starts_with('^')) return "^";
  if (const std::size_t escape = glob.find('\\'); escape != std::string_view::npos) {
    return std::string(glob.substr(escape, 2));
  }
  for (const std::string_view sign : {".+", "[^", ")?"}) {
    if (glob.contains(sign)) return std::string(sign);
  }
  if (glob.ends_with('$')) return "$";
  return has_lone_any(glob) ? ".*" : "";
}

std::string meant_by(std::string_view expression) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kForms = {
      {{"[^/]+", "*"}, {"[^/]*", "*"}, {"[^@]+", "*"}, {"[^@]*", "*"}, {".+", "*"}, {".*", "*"}}};
  if (expression.starts_with('^')) expression.remove_prefix(1);
  if (expression.ends_with('$') && !expression.ends_with("\\$")) expression.remove_suffix(1);
  std::string glob;
  while (!expression.empty()) {
    const auto* form = kForms.begin();
    while (form != kForms.end() && !expression.starts_with(form->first)) ++form;
    if (form != kForms.end()) {
      glob += form->second;
      expression.remove_prefix(form->first.size());
    } else if (expression.size() > 1 && expression.front() == '\\' &&
               !std::string_view("dwsDWSbB").contains(expression[1])) {
      glob += expression[1];
      expression.remove_prefix(2);
    } else if (std::string_view("\\^$()[]|+?").contains(expression.front())) {
      return {};
    } else {
      glob += expression.front();
      expression.remove_prefix(1);
    }
  }
  return glob;
}

}  // namespace

std::optional<ExpressionInGlob> find_expression(std::string_view glob) {
  std::string sign = sign_of(glob);
  if (sign.empty()) return std::nullopt;
  return ExpressionInGlob{std::move(sign), meant_by(glob)};
}

}  // namespace pullgate::config
