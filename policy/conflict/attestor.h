#pragma once
/// What is wrong with one attestor by itself: whom it names, and what it wants proven.

#include <string>
#include <vector>

#include "policy/policy.h"

namespace pullgate::policy {

struct AttestorConflict {
  PolicySet::Conflict::Kind kind;
  std::string key;  ///< of the attestor's entry: "transparencyLog"; empty: the entry as a whole
  std::string message;
};

std::vector<AttestorConflict> conflicts_of(const Attestor& attestor, const std::vector<TrustRootSummary>& trust_roots);

}  // namespace pullgate::policy
