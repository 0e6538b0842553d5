#pragma once
/// How many different people are behind a set of signatures?

#include <cstddef>
#include <string>
#include <vector>

#include "verify/identity.h"

namespace pullgate::policy {

/// `signer` proved something that counts for `attestor`.
struct Support {
  std::string attestor;
  verify::Signer signer;
};

/// The greatest number of attestors that can each be given a signer of their own. One signer never counts twice,
/// whatever number of attestors it belongs to and of certificates it has, and one attestor never counts twice, whatever
/// number of keys it signed with: the threshold attacks of CVE-2020-6174, CVE-2026-6966 and CVE-2026-49834.
std::size_t distinct_attestors(const std::vector<Support>& supports);

}  // namespace pullgate::policy
