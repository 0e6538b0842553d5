#include "proxy/cli/configuration.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace pullgate::proxy {
namespace {

template <class T>
std::optional<T> value_or_print(config::Loaded<T> loaded) {
  if (loaded) return std::move(*loaded);
  print_problems(loaded.problems());
  return std::nullopt;
}

}  // namespace

std::optional<config::Configuration> load_configuration(const std::filesystem::path& settings_file,
                                                        const std::optional<std::filesystem::path>& policy_file) {
  if (!policy_file) return value_or_print(config::load(settings_file));
  auto settings = value_or_print(config::load_settings(settings_file));
  auto policy = value_or_print(config::load_policy(*policy_file));
  if (!settings || !policy) return std::nullopt;
  return config::Configuration{std::move(*settings), std::move(*policy)};
}

std::optional<std::filesystem::path> optional_path(const std::string& option) {
  return option.empty() ? std::nullopt : std::optional<std::filesystem::path>(option);
}

void print_problems(const std::vector<config::Problem>& problems) {
  for (const config::Problem& problem : problems) fmt::print(stderr, "pullgate: {}\n", problem.text());
}

}  // namespace pullgate::proxy
