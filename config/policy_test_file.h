#pragma once
/// A file of cases for a policy: which image, the evidence pack recorded of it, the moment, and what the decision has
/// to be.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/problem.h"
#include "policy/decision.h"
#include "verify/reason.h"
#include "verify/reference.h"
#include "verify/time.h"

namespace pullgate::config {

/// An image layout that answers for a registry, in place of the network.
struct EvidencePack {
  std::string registry;
  std::filesystem::path folder;
};

struct PolicyCase {
  std::string name;
  ImageReference image;
  std::vector<EvidencePack> packs;  ///< registries are distinct; one of them is the image's
  Time at;                          ///< the moment of the decision: what a case says must not depend on the day
  policy::Verdict verdict = policy::Verdict::kDeny;
  std::optional<Reason> code = std::nullopt;       ///< of the first objection
  std::optional<std::string> rule = std::nullopt;  ///< whose answer it is; none: not compared
};

struct PolicyTest {
  std::filesystem::path policy;
  std::vector<PolicyCase> cases;  ///< never empty; names are distinct
};

/// Strict as the other files. Paths are relative to the file; packs have to be there, the policy is not read yet.
Loaded<PolicyTest> load_policy_test(const std::filesystem::path& file);

}  // namespace pullgate::config
