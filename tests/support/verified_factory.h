#pragma once
/// Verified evidence out of nothing, for tests of what policies make of it. Only tests see this header: in the program
/// verified evidence comes from a Verifier or not at all.

#include <utility>
#include <vector>

#include "verify/finding.h"

namespace pullgate::verify::testing {

class VerifiedFactory {
 public:
  static Verified make(std::vector<Signer> signers, Claim claim, Digest subject,
                       std::vector<Corroboration> corroborations = {}) {
    return {std::move(signers), std::move(claim), subject, std::move(corroborations)};
  }
};

}  // namespace pullgate::verify::testing
