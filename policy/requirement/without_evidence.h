#pragma once
/// What follows from the policy and from what was asked for, whatever the evidence.

#include <string>

#include "policy/policy.h"
#include "policy/requirement.h"
#include "verify/digest.h"
#include "verify/reference.h"
#include "verify/time.h"

namespace pullgate::policy {

/// Does no leaf of it look at evidence?
bool is_static(const Requirement& requirement);

/// Does some leaf of it ask for all attestations of a type or for the newest, so that more evidence can end it?
bool asks_for_all_evidence(const Requirement& requirement);

/// Can the requirement never be met for this digest, because of what it rejects?
class Rejection {
 public:
  /// Refers to its arguments.
  Rejection(const PolicySet& policy, const Repository& repository, const Digest& digest, Time at)
      : policy_(policy), repository_(repository), digest_(digest), at_(at) {}

  /// By the requirement of an entry of the policy.
  [[nodiscard]] bool by(const Rule& entry) const;

 private:
  [[nodiscard]] bool by(const Requirement& requirement, const std::string& name) const;

  const PolicySet& policy_;
  const Repository& repository_;
  const Digest& digest_;
  Time at_;
};

}  // namespace pullgate::policy
