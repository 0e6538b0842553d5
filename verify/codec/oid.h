#pragma once
/// Object identifiers by their content octets (X.690 section 8.19), which is how they are compared.

#include <string_view>

namespace pullgate::verify::oid {

using namespace std::string_view_literals;

// Signature and key algorithms: RFC 5758, RFC 4055, RFC 8410.
inline constexpr std::string_view kEcdsaSha256 = "\x2A\x86\x48\xCE\x3D\x04\x03\x02";
inline constexpr std::string_view kEcdsaSha384 = "\x2A\x86\x48\xCE\x3D\x04\x03\x03";
inline constexpr std::string_view kEcdsaSha512 = "\x2A\x86\x48\xCE\x3D\x04\x03\x04";
inline constexpr std::string_view kRsaEncryption = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
inline constexpr std::string_view kRsaSha256 = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B";
inline constexpr std::string_view kRsaSha384 = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C";
inline constexpr std::string_view kRsaSha512 = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D";
inline constexpr std::string_view kEd25519 = "\x2B\x65\x70";
// Hashes: RFC 5754.
inline constexpr std::string_view kSha256 = "\x60\x86\x48\x01\x65\x03\x04\x02\x01";
inline constexpr std::string_view kSha384 = "\x60\x86\x48\x01\x65\x03\x04\x02\x02";
inline constexpr std::string_view kSha512 = "\x60\x86\x48\x01\x65\x03\x04\x02\x03";
// Certificate extensions: RFC 5280 section 4.2.
inline constexpr std::string_view kSubjectKeyIdentifier = "\x55\x1D\x0E";
inline constexpr std::string_view kKeyUsage = "\x55\x1D\x0F";
inline constexpr std::string_view kSubjectAltName = "\x55\x1D\x11";
inline constexpr std::string_view kBasicConstraints = "\x55\x1D\x13";
inline constexpr std::string_view kNameConstraints = "\x55\x1D\x1E";
inline constexpr std::string_view kAuthorityKeyIdentifier = "\x55\x1D\x23";
inline constexpr std::string_view kExtendedKeyUsage = "\x55\x1D\x25";
// Extended key usages.
inline constexpr std::string_view kAnyExtendedKeyUsage = "\x55\x1D\x25\x00"sv;
inline constexpr std::string_view kCodeSigning = "\x2B\x06\x01\x05\x05\x07\x03\x03";
inline constexpr std::string_view kTimeStamping = "\x2B\x06\x01\x05\x05\x07\x03\x08";
// Certificate transparency: RFC 6962 sections 3.1 and 3.3.
inline constexpr std::string_view kSctList = "\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x02";
inline constexpr std::string_view kPrecertificatePoison = "\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x03";
/// Fulcio's extensions are this and one more octet: fulcio "oid-info.md".
inline constexpr std::string_view kFulcioArc = "\x2B\x06\x01\x04\x01\x83\xBF\x30\x01";
// CMS and timestamps: RFC 5652 section 11, RFC 3161 section 2.4.2, RFC 5035 sections 3 and 5.4.1.
inline constexpr std::string_view kSignedData = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
inline constexpr std::string_view kContentType = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x03";
inline constexpr std::string_view kMessageDigest = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x04";
inline constexpr std::string_view kTstInfo = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x04";
inline constexpr std::string_view kSigningCertificate = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x0C";
inline constexpr std::string_view kSigningCertificateV2 = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x2F";

}  // namespace pullgate::verify::oid
