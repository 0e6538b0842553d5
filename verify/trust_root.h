#pragma once
/// Everything that verification may trust. Immutable and swapped whole; shared between threads.

#include <vector>

#include "verify/digest.h"
#include "verify/public_key.h"

namespace pullgate::verify {

class TrustRoot {
 public:
  explicit TrustRoot(std::vector<TrustedKey> keys);

  [[nodiscard]] const std::vector<TrustedKey>& keys() const { return keys_; }
  [[nodiscard]] const TrustedKey* find(const Digest& fingerprint) const;
  /// Equal for equal trust, whatever the order: the "trust generation" of decisions.
  [[nodiscard]] const Digest& generation() const { return generation_; }

 private:
  std::vector<TrustedKey> keys_;  // by fingerprint, without duplicates
  Digest generation_;
};

}  // namespace pullgate::verify
