#pragma once
/// AlgorithmIdentifiers (RFC 5280 section 4.1.1.2) as the signature schemes and hashes that we accept. MD5 and SHA-1,
/// under which other certificates with the same signature can be made, are not among them.

#include "verify/codec/der.h"
#include "verify/crypto/hash.h"
#include "verify/public_key.h"

namespace pullgate::verify::x509 {

/// The next element, a signature algorithm with the parameters that belong to it; kUnsupported for all others.
/// The encoding is returned too, because a certificate says it twice.
struct SignatureAlgorithm {
  SignatureScheme scheme = SignatureScheme::kEcdsaSha256;
  std::string_view encoding;
};
SignatureAlgorithm read_signature_algorithm(der::Reader& reader);

/// A hash; the parameters are absent or NULL (RFC 5754 section 2).
crypto::Hash read_hash_algorithm(der::Reader& reader);

/// The hash that a scheme uses, which for pure Ed25519 is none of its own: SHA-512 (RFC 8419 section 3).
crypto::Hash hash_of_scheme(SignatureScheme scheme);

}  // namespace pullgate::verify::x509
