#pragma once
/// The three versions of the predicate, a file each. What is not as the version says is noted in the node's problems.

#include <memory>

#include <nlohmann/json_fwd.hpp>

#include "verify/json/node.h"
#include "verify/provenance.h"

namespace pullgate::verify::slsa {

struct Predicate {
  json::Node root;
  const std::shared_ptr<const nlohmann::json>& document;

  /// The values at a node of this predicate, which keep it alive.
  [[nodiscard]] Parameters parameters(const json::Node& node) const {
    return Parameters(std::shared_ptr<const nlohmann::json>(document, &node.value()));
  }
};

/// https://slsa.dev/provenance/v0.1: Google Cloud Build, and GitHub's first demonstration.
Provenance read_version_0_1(const Predicate& predicate);
/// https://slsa.dev/provenance/v0.2: slsa-github-generator, BuildKit, Tekton Chains, GitLab, npm.
Provenance read_version_0_2(const Predicate& predicate);
/// https://slsa.dev/provenance/v1: GitHub, slsa-github-generator, Google Cloud Build, BuildKit, Tekton Chains, GitLab.
Provenance read_version_1(const Predicate& predicate);

}  // namespace pullgate::verify::slsa
