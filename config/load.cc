#include "config/load.h"

#include <iterator>
#include <utility>

#include "config/settings/reader.h"

namespace pullgate::config {

Loaded<Settings> load_settings(const std::filesystem::path& file) {
  yaml::Problems problems(file.string());
  Settings settings = read_settings(file, problems);
  if (!problems.empty()) return problems.take_sorted();
  return settings;
}

Loaded<Configuration> load(const std::filesystem::path& settings_file) {
  yaml::Problems problems(settings_file.string());
  Settings settings = read_settings(settings_file, problems);
  std::vector<Problem> all = problems.take_sorted();
  // Where the settings name a policy file it is worth reading, whatever else is wrong with them.
  if (settings.policy.empty()) return all;
  Loaded<Policy> policy = load_policy(settings.policy);
  if (!policy) all.insert(all.end(), policy.problems().begin(), policy.problems().end());
  if (!all.empty()) return all;
  return Configuration{std::move(settings), *std::move(policy)};
}

}  // namespace pullgate::config
