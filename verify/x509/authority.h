#pragma once
/// Certificate authorities of a trust root, and whether one of them issued a certificate. RFC 5280 section 6.1 for a
/// chain that is given in order, without revocation: Sigstore has none.
///
/// Everything about an authority that does not depend on a leaf (its own chain's signatures, names, constraints,
/// purposes and validity) is checked once, when the trust root is read. What remains for a leaf is one signature and
/// comparing times.

#include <string>
#include <vector>

#include "verify/digest.h"
#include "verify/time_window.h"
#include "verify/x509/certificate.h"

namespace pullgate::verify::x509 {

enum class Purpose { kCodeSigning, kTimeStamping };

/// A certificate that may issue leaves, with a verified chain to its anchor.
struct IssuingAuthority {
  Certificate certificate;
  std::string name;  ///< the URI of the authority in the trust root, or its subject's
  /// When it could issue: inside of the validity of its own certificate and of every one above it, the anchor's
  /// included, and of the window in which the trust root trusts it. A leaf counts at a time in here and in its own
  /// validity (CVE-2026-24122: an intermediate that had expired was not looked at).
  TimeWindow window;
};

/// The authorities of one chain: the issuer of leaves first, each issued by the next, the last one the anchor, which
/// need not be self-signed. Each of them may issue leaves. kMalformed when a link does not hold.
Result<std::vector<IssuingAuthority>> read_chain(const std::vector<Certificate>& chain, std::string_view name,
                                                 const TimeWindow& trusted, Purpose purpose);

/// What a CA certificate must be to stand `depth` authorities above the leaf's issuer: cA, a path length that allows
/// it, and, where there is one, a key usage with keyCertSign and an extended key usage that permits the purpose.
Status check_authority(const Certificate& certificate, std::size_t depth, Purpose purpose);

/// Those of the authorities that issued the certificate: the same name, no contradicting key identifier, and a
/// signature that holds. Times are not looked at. An issuer that the trust root lists in several chains appears once
/// for each of them.
std::vector<const IssuingAuthority*> issuers_of(const Certificate& certificate,
                                                const std::vector<IssuingAuthority>& authorities);

}  // namespace pullgate::verify::x509
