#include "verify/identity.h"

namespace pullgate::verify {

std::string describe(const Signer& signer) {
  return "key " + std::get<KeySigner>(signer).fingerprint.short_text();
}

}  // namespace pullgate::verify
