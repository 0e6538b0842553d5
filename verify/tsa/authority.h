#pragma once
/// Timestamp authorities of a trust root, and whether a token is one of theirs: RFC 3161 section 2.3 and 2.4.2, without
/// revocation, which Sigstore does not have.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "verify/tsa/token.h"
#include "verify/x509/authority.h"

namespace pullgate::verify::tsa {

/// One timestamp authority of a trust root.
struct Authority {
  std::string name;  ///< its URI
  /// The only certificate that may sign, where the trust root names one; otherwise a token has to bring it.
  std::optional<x509::Certificate> signer;
  TimeWindow signer_window;  ///< in which the signer, everything above it and the trust root's entry are valid
  std::vector<x509::IssuingAuthority> issuers;
};

/// The chain of a trust root's entry, its signer first if it has one, its anchor last. kMalformed when a link does not
/// hold, or the signer is not for timestamps.
Result<Authority> read_authority(std::vector<x509::Certificate> chain, std::string_view name,
                                 const TimeWindow& trusted);

/// The authority did attest that the message was there at this time.
struct Attested {
  Time time;
  const Authority* authority;
};
/// None of the authorities made this token; nothing can be said about it.
struct UnknownAuthority {};
using Verdict = std::variant<Attested, UnknownAuthority>;

/// Is the token about these bytes? kMalformed when its imprint is another's.
Status check_imprint(const Token& token, std::string_view message);

/// Holds a token against the authorities. kMalformed when it claims to be of one of them and is not as that one's
/// have to be: the signature, the certificate it is bound to, what that certificate is for, the time.
Result<Verdict> verify_token(const Token& token, const std::vector<Authority>& authorities);

}  // namespace pullgate::verify::tsa
