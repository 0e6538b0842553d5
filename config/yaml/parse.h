#pragma once
/// The one place that knows yaml-cpp.

#include <optional>
#include <string>

#include "config/yaml/node.h"
#include "config/yaml/problems.h"

namespace pullgate::config::yaml {

/// The document's root, a mapping; none when there is no use in looking further. Reports broken syntax, an empty
/// file, a second document, anchors, aliases, merge keys, tags, keys that are no words, duplicate keys (YAML 1.2
/// section 3.2.1.3 forbids them; the library keeps them silently) and nesting beyond limits::kConfigurationDepth.
std::optional<Node> parse(const std::string& text, Problems& problems);

}  // namespace pullgate::config::yaml
