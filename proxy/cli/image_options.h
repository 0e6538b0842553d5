#pragma once
/// What the commands about images have in common on their command lines. What an option is written into has to outlive
/// the parsing.

#include <optional>
#include <string>

#include <CLI/App.hpp>

#include "config/load.h"
#include "verify/reference.h"
#include "verify/time.h"

namespace pullgate::proxy {

/// As they were written.
struct ImageOptions {
  std::string image;
  std::string settings;  ///< empty: none, and then there is a policy
  std::string policy;    ///< empty: the one that the settings name
};

/// IMAGE, --config and --policy, of which one or both are needed.
void add_image_options(CLI::App& command, ImageOptions& options);
/// A moment that may be left out.
void add_moment_option(CLI::App& command, const std::string& name, std::optional<Time>& moment,
                       const std::string& meaning);

/// None when it is no image's name, which is then printed to standard error: the usage is wrong.
std::optional<ImageReference> read_image(const ImageOptions& options);
/// None when a file is wrong; every problem of them is printed to standard error, one a line. Without settings there is
/// one upstream, the registry of the image, where it is by default and without credentials.
std::optional<config::Configuration> load_configuration(const ImageOptions& options, const ImageReference& image);

/// Now, as precisely as anything is compared.
Time this_moment();

}  // namespace pullgate::proxy
