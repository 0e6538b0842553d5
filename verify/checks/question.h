#pragma once
/// What a verifier is asked. Refers to its arguments.

#include "verify/artifact.h"
#include "verify/evidence.h"
#include "verify/trust_root.h"
#include "verify/verifier.h"

namespace pullgate::verify::checks {

struct Question {
  const Evidence& evidence;
  const Artifact& image;
  const TrustRoot& trust;
  PredicateReading predicates = PredicateReading::kTyped;
};

}  // namespace pullgate::verify::checks
