#pragma once
/// Keys that are not the same for us and the same for a client.

#include <span>
#include <string_view>

#include "verify/json/node.h"

namespace pullgate::verify::json {

/// A key that differs from a known one only in case is a problem: Go's encoding/json would obey it, and so would every
/// client written in Go. Stops a document that shows us one list of layers under "layers" and others another under
/// "Layers".
void refuse_lookalike_keys(const Node& object, std::span<const std::string_view> known);

}  // namespace pullgate::verify::json
