#pragma once
/// What is wrong with one exemption: whom it is about, and what it waives.

#include <string>
#include <vector>

#include "policy/policy.h"

namespace pullgate::policy {

struct ExemptionConflict {
  PolicySet::Conflict::Kind kind;
  std::string waiver;  ///< as written; empty: the entry as a whole
  std::string message;
};

std::vector<ExemptionConflict> conflicts_of(const Exemption& exemption, const PolicySet::Contents& contents);

}  // namespace pullgate::policy
