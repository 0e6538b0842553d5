#include "proxy/cli/image_options.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "proxy/cli/problems.h"

namespace pullgate::proxy {
namespace {

config::Settings settings_without_file(const ImageReference& image) {
  const std::string& registry = image.repository.registry();
  config::Settings settings;
  settings.upstreams.push_back({registry, config::default_endpoint(registry)});
  return settings;
}

}  // namespace

void add_image_options(CLI::App& command, ImageOptions& options) {
  command.add_option("image", options.image, "The image")->required()->type_name("IMAGE");
  command.add_option("-c,--config", options.settings, "The settings file, pullgate.yaml")->type_name("FILE");
  command
      .add_option("--policy", options.policy,
                  "A policy file instead of the one that the settings name; alone, IMAGE is asked for at its registry")
      ->type_name("FILE");
  command.parse_complete_callback([&options] {
    if (options.settings.empty() && options.policy.empty()) throw CLI::RequiredError("--config or --policy");
  });
}

void add_moment_option(CLI::App& command, const std::string& name, std::optional<Time>& moment,
                       const std::string& meaning) {
  const auto take = [name, &moment](const std::string& text) {
    const Result<Time> read = parse_rfc3339(text);
    if (!read) throw CLI::ValidationError(name, "must be a moment such as 2026-12-01T00:00:00Z");
    moment = *read;
  };
  command.add_option_function<std::string>(name, take, meaning + " (RFC 3339)")->type_name("TIME");
}

std::optional<ImageReference> read_image(const ImageOptions& options) {
  Result<ImageReference> image = ImageReference::parse(options.image);
  if (image) return *std::move(image);
  fmt::print(stderr, "pullgate: {}\n", image.error().message);
  return std::nullopt;
}

std::optional<config::Configuration> load_configuration(const ImageOptions& options, const ImageReference& image) {
  if (options.policy.empty()) return value_or_problems(config::load(options.settings));
  auto settings = options.settings.empty() ? std::optional(settings_without_file(image))
                                           : value_or_problems(config::load_settings(options.settings));
  auto policy = value_or_problems(config::load_policy(options.policy));
  if (!settings || !policy) return std::nullopt;
  return config::Configuration{std::move(*settings), std::move(*policy)};
}

Time this_moment() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace pullgate::proxy
