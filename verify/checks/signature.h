#pragma once
/// Whose signature is it? The question that every kind of evidence asks, answered in one place.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/checks/report_builder.h"
#include "verify/crypto/key.h"
#include "verify/trust_root.h"

namespace pullgate::verify::checks {

/// What the checks of one piece of evidence established, if all of them passed.
struct Proven {
  std::vector<Signer> signers;
  Claim claim;
  std::vector<Corroboration> corroborations = {};
};

/// One signature, with what the evidence says about its key; the hint is not signed and proves nothing.
struct CandidateSignature {
  std::string bytes;
  std::string key_hint = {};
};

/// The key that a hint names: base64 (as Sigstore bundles write it) or lower-case hex of the SHA-256 of the
/// SubjectPublicKeyInfo. Hints of any other form (an e-mail address, a URI, a registry's own key id) name nothing that
/// we could look up.
std::optional<Digest> fingerprint_in_hint(std::string_view hint);

/// Makes the finding Check::kSignature: passes when at least one of the signatures over `message` holds under a
/// trusted key, with a scheme that this key is trusted for. Returns who signed: every such key once, by fingerprint;
/// empty when the check failed. The schemes come from the trust root alone (algorithm confusion).
std::vector<Signer> check_signatures(const std::vector<CandidateSignature>& signatures, crypto::SignedMessage& message,
                                     const TrustRoot& trust, ReportBuilder& report);

/// The same for evidence that brings its key in a certificate, of which the scheme follows: exactly one signature, and
/// it holds under this key.
Outcome check_signature_by(const PublicKey& key, const std::vector<CandidateSignature>& signatures,
                           crypto::SignedMessage& message, ReportBuilder& report);

}  // namespace pullgate::verify::checks
