#pragma once
/// policy.yaml and the keys and trust roots that it names, read into what policy/ and verify/ understand.

#include <filesystem>
#include <memory>

#include "config/problem.h"
#include "policy/policy.h"
#include "verify/trust_root.h"

namespace pullgate::config {

struct Policy {
  std::shared_ptr<const policy::PolicySet> rules;
  std::shared_ptr<const verify::TrustRoot> trust;
};

Loaded<Policy> load_policy(const std::filesystem::path& file);

}  // namespace pullgate::config
