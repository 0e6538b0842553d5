#pragma once
/// Signed certificate timestamps embedded in a certificate: RFC 6962 sections 3.2 and 3.3.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/result.h"
#include "verify/time.h"
#include "verify/x509/certificate.h"

namespace pullgate::verify::x509 {

struct CertificateTimestamp {
  std::string_view log_id;     ///< 32 bytes; none in a version other than 1, whose form is not known
  std::uint64_t milliseconds;  ///< since 1970, as signed
  Time time;
  std::string_view extensions;            ///< opaque, and signed
  std::optional<SignatureScheme> scheme;  ///< none for an algorithm outside RFC 6962
  std::string_view signature;
};

/// The timestamps in the certificate's extension; none when it has no such extension. The views refer to the
/// certificate's bytes. kMalformed when lengths do not fit exactly. What is outside RFC 6962 is for the reader to
/// judge: of a log that he does not know it says nothing.
Result<std::vector<CertificateTimestamp>> read_certificate_timestamps(const Certificate& certificate);

/// What the logs signed: the TBSCertificate as it was before the timestamps were put in, which is the signed part
/// without that one extension, byte by byte (section 3.2). The certificate must have the extension.
std::string precertificate_tbs(const Certificate& certificate);

/// The digitally-signed struct of section 3.2 for an embedded timestamp. `issuer_key_hash` is the SHA-256 of the
/// issuer's SubjectPublicKeyInfo, which ties the timestamp to the authority that issued the certificate.
std::string signed_data(const CertificateTimestamp& timestamp, std::string_view issuer_key_hash, std::string_view tbs);

}  // namespace pullgate::verify::x509
