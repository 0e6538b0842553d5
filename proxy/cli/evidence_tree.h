#pragma once
/// The evidence of one image in the shape that people read: what was found where, who signed, what it says, and what it
/// is good for under the rule.

#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/evaluate.h"
#include "policy/explain.h"
#include "policy/policy.h"
#include "verify/digest.h"

namespace pullgate::proxy {

struct TreePlatform {
  std::string name;  ///< "linux/amd64", as the index says
  Digest manifest;
};

struct EvidenceTree {
  std::vector<TreePlatform> platforms;  ///< of an index; empty for one manifest
  const policy::Decision& decision;
  const policy::Gathered& gathered;
  const policy::PolicySet& policy;
};

/// Lines of printable ASCII, but for what the accent adds.
std::string text_of(const EvidenceTree& tree, policy::Accent accent);
/// One object on one line.
std::string json_of(const EvidenceTree& tree);

}  // namespace pullgate::proxy
