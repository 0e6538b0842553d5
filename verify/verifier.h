#pragma once
/// Is the evidence true? Pure: no clock, no network, no files; equal arguments give equal reports.

#include <memory>

#include "verify/content.h"
#include "verify/evidence.h"
#include "verify/finding.h"
#include "verify/trust_root.h"

namespace pullgate::verify {

class Verifier {
 public:
  explicit Verifier(std::shared_ptr<const TrustRoot> trust);

  /// Checks one piece of evidence about `image`, the exact bytes of the manifest or index asked for. Never throws
  /// for bad evidence: whatever goes wrong inside is a failed finding. Takes microseconds to a few milliseconds of
  /// CPU; safe to call from several threads at once.
  [[nodiscard]] Report verify(const Evidence& evidence, const Content& image) const;

  [[nodiscard]] const TrustRoot& trust() const { return *trust_; }

 private:
  std::shared_ptr<const TrustRoot> trust_;
};

}  // namespace pullgate::verify
