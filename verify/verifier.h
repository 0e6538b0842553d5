#pragma once
/// Is the evidence true? Pure: no clock, no network, no files; equal arguments give equal reports.

#include <memory>

#include "verify/artifact.h"
#include "verify/evidence.h"
#include "verify/finding.h"
#include "verify/trust_root.h"

namespace pullgate::verify {

/// How far a statement's predicate is read. Typed, SLSA provenance has to have the form that its type says, because
/// policies ask for its parts; opaque, it is only signed content that nobody looks at.
enum class PredicateReading { kTyped, kOpaque };

class Verifier {
 public:
  explicit Verifier(std::shared_ptr<const TrustRoot> trust);

  /// Checks one piece of evidence about `image`: the exact bytes of the manifest or index asked for, or, where nobody
  /// has them, its digest. Never throws
  /// for bad evidence: whatever goes wrong inside is a failed finding. Takes microseconds to a few milliseconds of
  /// CPU; safe to call from several threads at once.
  [[nodiscard]] Report verify(const Evidence& evidence, const Artifact& image,
                              PredicateReading predicates = PredicateReading::kTyped) const;

  [[nodiscard]] const TrustRoot& trust() const { return *trust_; }

 private:
  std::shared_ptr<const TrustRoot> trust_;
};

}  // namespace pullgate::verify
