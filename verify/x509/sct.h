#pragma once
/// Signed certificate timestamps embedded in a certificate: RFC 6962 sections 3.2 and 3.3.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verify/result.h"
#include "verify/time.h"
#include "verify/x509/certificate.h"

namespace pullgate::verify::x509 {

struct CertificateTimestamp {
  std::string_view log_id;     ///< 32 bytes
  std::uint64_t milliseconds;  ///< since 1970, as signed
  Time time;
  std::string_view extensions;  ///< opaque, and signed
  SignatureScheme scheme;
  std::string_view signature;
};

/// The timestamps in the certificate's extension; none when it has no such extension. The views refer to the
/// certificate's bytes. kMalformed when lengths do not fit exactly, or for a version or algorithm outside RFC 6962.
Result<std::vector<CertificateTimestamp>> read_certificate_timestamps(const Certificate& certificate);

/// What the logs signed: the TBSCertificate as it was before the timestamps were put in, which is the signed part
/// without that one extension, byte by byte (section 3.2). The certificate must have the extension.
std::string precertificate_tbs(const Certificate& certificate);

/// The digitally-signed struct of section 3.2 for an embedded timestamp. `issuer_key_hash` is the SHA-256 of the
/// issuer's SubjectPublicKeyInfo, which ties the timestamp to the authority that issued the certificate.
std::string signed_data(const CertificateTimestamp& timestamp, std::string_view issuer_key_hash, std::string_view tbs);

}  // namespace pullgate::verify::x509
