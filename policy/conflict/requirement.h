#pragma once
/// What is wrong with the tree of one rule or baseline entry: names that nobody has, and what can never be met.

#include <set>
#include <string>
#include <vector>

#include "policy/policy.h"

namespace pullgate::policy {

struct RequirementConflict {
  PolicySet::Conflict::Kind kind;
  std::string requirement;  ///< the full name of the node
  std::string message;
};

struct RequirementReview {
  std::vector<RequirementConflict> conflicts;
  std::set<std::string> attestors;  ///< that it names
  std::set<std::string> builders;   ///< likewise
};

/// `contents` has the attestors and builders that may be named; `name` is that of the tree's root.
RequirementReview review_requirement(const Requirement& tree, const std::string& name,
                                     const PolicySet::Contents& contents);

/// Can this be met though nobody proved anything and nobody wrote `accept`?
bool is_met_without_evidence(const Requirement& requirement);

}  // namespace pullgate::policy
