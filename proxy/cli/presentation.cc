#include "proxy/cli/presentation.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pullgate::proxy {
namespace {

struct FormName {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array kForms = {FormName{"text", "text for people"}, FormName{"json", "json for scripts"},
                               FormName{"sarif", "sarif for code scanning"}, FormName{"junit", "junit for CI servers"}};

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool shows_colour(std::FILE* stream) {
  const std::string_view terminal = environment("TERM");
  return ::isatty(::fileno(stream)) == 1 && environment("NO_COLOR").empty() && !terminal.empty() && terminal != "dumb";
}

/// Select Graphic Rendition, ECMA-48 section 8.3.117. The sixteen colours that every terminal lets its owner choose.
std::string_view rendition(policy::Tone tone) {
  switch (tone) {
    case policy::Tone::kGood:
      return "32";
    case policy::Tone::kBad:
      return "31";
    case policy::Tone::kDoubtful:
      return "33";
    case policy::Tone::kPlace:
      return "1";
  }
  return "0";
}

std::string in_colour(policy::Tone tone, std::string_view text) {
  return fmt::format("\x1b[{}m{}\x1b[0m", rendition(tone), text);
}

}  // namespace

policy::Accent Presentation::accent_on(std::FILE* stream) const {
  const bool is_coloured = color == "always" || (color == "auto" && shows_colour(stream));
  return is_coloured ? in_colour : policy::unaccented;
}

void add_presentation_options(CLI::App& command, Presentation& presentation,
                              std::initializer_list<std::string_view> forms) {
  std::vector<std::string> names;
  std::vector<std::string_view> meanings;
  for (const std::string_view form : forms) {
    names.emplace_back(form);
    meanings.push_back(std::ranges::find(kForms, form, &FormName::name)->meaning);
  }
  presentation.format = names.front();
  command.add_option("--format", presentation.format, fmt::format("{}", fmt::join(meanings, ", ")))
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command.add_option("--color", presentation.color, "Colour in text; auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

}  // namespace pullgate::proxy
