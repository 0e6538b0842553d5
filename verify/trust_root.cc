#include "verify/trust_root.h"

#include <algorithm>

namespace pullgate::verify {
namespace {

/// One entry per key, in the order of fingerprints. A key that is named twice is trusted for what either entry says.
std::vector<TrustedKey> merged(std::vector<TrustedKey> keys) {
  std::ranges::sort(keys, {}, [](const TrustedKey& trusted) { return trusted.key.fingerprint(); });
  std::vector<TrustedKey> result;
  for (TrustedKey& trusted : keys) {
    if (result.empty() || result.back().key.fingerprint() != trusted.key.fingerprint()) {
      result.push_back(std::move(trusted));
    } else {
      result.back().schemes.insert(result.back().schemes.end(), trusted.schemes.begin(), trusted.schemes.end());
    }
    std::vector<SignatureScheme>& schemes = result.back().schemes;
    std::ranges::sort(schemes);
    schemes.erase(std::ranges::unique(schemes).begin(), schemes.end());
  }
  return result;
}

std::vector<SigstoreRoot> by_name(std::vector<SigstoreRoot> roots) {
  std::ranges::sort(roots, {}, &SigstoreRoot::name);
  return roots;
}

Digest generation_of(const std::vector<TrustedKey>& keys, const std::vector<SigstoreRoot>& roots) {
  std::string text = "pullgate trust root 1\n";
  for (const TrustedKey& trusted : keys) {
    text += trusted.key.fingerprint().text();
    for (SignatureScheme scheme : trusted.schemes) text += " " + std::string(to_string(scheme));
    text += "\n";
  }
  for (const SigstoreRoot& root : roots) text += root.digest().text() + " " + root.name() + "\n";
  return Digest::of(text);
}

}  // namespace

TrustRoot::TrustRoot(std::vector<TrustedKey> keys, std::vector<SigstoreRoot> roots)
    : keys_(merged(std::move(keys))), roots_(by_name(std::move(roots))), generation_(generation_of(keys_, roots_)) {}

const TrustedKey* TrustRoot::find(const Digest& fingerprint) const {
  const auto place = std::ranges::lower_bound(keys_, fingerprint, {},
                                              [](const TrustedKey& trusted) { return trusted.key.fingerprint(); });
  return place != keys_.end() && place->key.fingerprint() == fingerprint ? &*place : nullptr;
}

}  // namespace pullgate::verify
