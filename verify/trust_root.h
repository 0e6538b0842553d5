#pragma once
/// Everything that verification may trust. Immutable and swapped whole; shared between threads.

#include <vector>

#include "verify/digest.h"
#include "verify/public_key.h"
#include "verify/sigstore_root.h"

namespace pullgate::verify {

class TrustRoot {
 public:
  /// The names of the roots must differ.
  explicit TrustRoot(std::vector<TrustedKey> keys, std::vector<SigstoreRoot> roots = {});

  [[nodiscard]] const std::vector<TrustedKey>& keys() const { return keys_; }
  [[nodiscard]] const TrustedKey* find(const Digest& fingerprint) const;
  /// The Sigstore roots, by name.
  [[nodiscard]] const std::vector<SigstoreRoot>& roots() const { return roots_; }
  /// Equal for equal trust, whatever the order: the "trust generation" of decisions.
  [[nodiscard]] const Digest& generation() const { return generation_; }

 private:
  std::vector<TrustedKey> keys_;  // by fingerprint, without duplicates
  std::vector<SigstoreRoot> roots_;
  Digest generation_;
};

}  // namespace pullgate::verify
