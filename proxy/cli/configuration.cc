#include "proxy/cli/configuration.h"

#include <cstdio>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pullgate::proxy {
namespace {

void print(const std::vector<config::Problem>& problems) {
  for (const config::Problem& problem : problems) fmt::print(stderr, "pullgate: {}\n", problem.text());
}

}  // namespace

std::optional<Configuration> load_configuration(const std::filesystem::path& settings_file,
                                                const std::optional<std::filesystem::path>& policy_file) {
  config::Loaded<config::Settings> settings = config::load_settings(settings_file);
  if (!settings) print(settings.problems());
  // Without settings the policy's place is not known, unless it was named.
  if (!settings && !policy_file) return std::nullopt;
  config::Loaded<config::Policy> policy = config::load_policy(policy_file ? *policy_file : settings->policy);
  if (!policy) print(policy.problems());
  if (!settings || !policy) return std::nullopt;
  return Configuration{std::move(*settings), std::move(*policy)};
}

}  // namespace pullgate::proxy
