#pragma once
/// The run that built, as CI systems describe it.

#include <string_view>

#include "verify/json/node.h"
#include "verify/provenance.h"

namespace pullgate::verify::slsa {

/// slsa-github-generator keeps GitHub's environment variables: in v0.2 in lower case, in v1 in upper case.
enum class Letters { kLower, kUpper };

/// Event, inputs, identifiers and, in v1, the workflow. `environment` may be absent.
void read_github_environment(const json::Node& environment, Letters letters, Provenance& provenance);

/// How the address of the run ends that the invocation id means: it is that address, or "<run>-<attempt>".
std::string github_address_end(std::string_view invocation_id);

}  // namespace pullgate::verify::slsa
