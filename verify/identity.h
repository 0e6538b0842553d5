#pragma once
/// Who signed. The verifier proves identities; which identity is wanted is the policy's question.

#include <compare>
#include <string>
#include <variant>

#include "verify/digest.h"

namespace pullgate::verify {

/// The holder of a managed key, known by the SHA-256 of its SubjectPublicKeyInfo.
struct KeySigner {
  Digest fingerprint;

  friend auto operator<=>(const KeySigner&, const KeySigner&) = default;
  friend bool operator==(const KeySigner&, const KeySigner&) = default;
};

/// One alternative per kind of identity that a signature can prove.
using Signer = std::variant<KeySigner>;

/// "key sha256:0123456789ab": for messages.
std::string describe(const Signer& signer);

}  // namespace pullgate::verify
