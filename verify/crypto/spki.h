#pragma once
/// From the bytes of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) to a key.

#include <string>
#include <string_view>

#include "verify/crypto/key.h"
#include "verify/result.h"

namespace pullgate::verify::crypto {

struct DecodedKey {
  KeyHandle handle;  // never null
  KeyType type;
};

/// A SubjectPublicKeyInfo in exactly the DER that we would write for it, of a type, size and form that we accept.
Result<DecodedKey> decode_spki(std::string_view der);
/// The SubjectPublicKeyInfo of a PKCS#1 RSAPublicKey.
Result<std::string> spki_of_rsa_public_key(std::string_view der);

}  // namespace pullgate::verify::crypto
