#include "proxy/cli/configuration.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace pullgate::proxy {
namespace {

template <class T>
std::optional<T> value_or_print(config::Loaded<T> loaded) {
  if (loaded) return std::move(*loaded);
  for (const config::Problem& problem : loaded.problems()) fmt::print(stderr, "pullgate: {}\n", problem.text());
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

}  // namespace pullgate::proxy
