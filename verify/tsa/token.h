#pragma once
/// Timestamps: RFC 3161, in the CMS of RFC 5652 with the certificate binding of RFC 5035 and RFC 5816. Read strictly
/// and in DER; nothing here is verified against an authority, see authority.h.
///
/// Refused beyond what is malformed: a status other than granted, hashes other than SHA-2 (of 256, 384 or 512 bits), a
/// token without signed attributes or with more than one signer, critical extensions.
///
/// Deviation: of the two attributes that bind a token to its signer's certificate only signing-certificate-v2 is read,
/// because the older one does so by SHA-1 (RFC 5816 section 1). A token without it is nobody's.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/crypto/hash.h"
#include "verify/public_key.h"
#include "verify/result.h"
#include "verify/time.h"

namespace pullgate::verify::tsa {

/// Which certificate made the token: by issuer and serial number, or by subject key identifier.
struct SignerId {
  std::string_view issuer = {};  ///< the DER of the Name; empty when the key identifier is used
  std::string_view serial = {};
  std::string_view key_id = {};
};

/// The views refer to the token's bytes, which it shares with its copies.
struct Token {
  std::shared_ptr<const std::string> bytes;
  // TSTInfo: what is attested.
  Time time = {};
  crypto::Hash imprint_algorithm = crypto::Hash::kSha256;
  std::string_view imprint = {};
  // SignedData and its one SignerInfo: by whom.
  std::vector<std::string_view> certificates = {};  ///< DER, in no order; untrusted, and perhaps not even certificates
  SignerId signer = {};
  SignatureScheme scheme = SignatureScheme::kEcdsaSha256;
  std::string_view signature = {};
  std::string signed_attributes = {};  ///< the DER of the SET, which is what is signed (RFC 5652 section 5.4)
  crypto::Hash certificate_hash_algorithm = crypto::Hash::kSha256;
  std::string_view certificate_hash = {};  ///< empty when the token is bound to no certificate
  /// By which it says the same again, if it does; empty otherwise.
  std::string_view certificate_issuer = {};
  std::string_view certificate_serial = {};
};

/// A TimeStampResp, as Sigstore bundles and cosign have it.
Result<Token> parse_response(std::string_view der);
/// A bare TimeStampToken.
Result<Token> parse_token(std::string_view der);

}  // namespace pullgate::verify::tsa
