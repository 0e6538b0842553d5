#include "verify/checks/signature.h"

#include <algorithm>

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/codec/base64.h"

namespace pullgate::verify::checks {
namespace {

struct Match {
  const TrustedKey* key;
  SignatureScheme scheme;
};

const TrustedKey* trusted_key_in_hint(const CandidateSignature& signature, const TrustRoot& trust) {
  const std::optional<Digest> named = fingerprint_in_hint(signature.key_hint);
  return named ? trust.find(*named) : nullptr;
}

std::optional<Match> match_with(const TrustedKey& trusted, const CandidateSignature& signature,
                                crypto::SignedMessage& message) {
  for (SignatureScheme scheme : trusted.schemes) {
    if (crypto::verify_signature(trusted.key, scheme, message, signature.bytes) == crypto::SignatureOutcome::kValid) {
      return Match{&trusted, scheme};
    }
  }
  return std::nullopt;
}

std::optional<Match> find_key(const CandidateSignature& signature, crypto::SignedMessage& message,
                              const TrustRoot& trust) {
  // Evidence that names one trusted key and was signed by another contradicts itself: only the named one counts.
  if (const TrustedKey* const named = trusted_key_in_hint(signature, trust)) {
    return match_with(*named, signature, message);
  }
  for (const TrustedKey& trusted : trust.keys()) {
    if (const std::optional<Match> match = match_with(trusted, signature, message)) return match;
  }
  return std::nullopt;
}

/// Why a signature that no trusted key made is refused; see finding.h for the cases.
void fail_unmatched(const CandidateSignature& signature, const TrustRoot& trust, ReportBuilder& report) {
  if (crypto::shape_of_signature(signature.bytes) == crypto::SignatureShape::kUnknown) {
    return report.fail(Check::kSignature, Reason::kSignatureInvalid,
                       fmt::format("{} bytes that are no signature of a kind we know", signature.bytes.size()));
  }
  if (const TrustedKey* const named = trusted_key_in_hint(signature, trust)) {
    return report.fail(
        Check::kSignature, Reason::kSignatureInvalid,
        "the signature does not hold under the key that it names, " + describe(KeySigner{named->key.fingerprint()}));
  }
  if (!signature.key_hint.empty()) {
    return report.fail(Check::kSignature, Reason::kSignerNotTrusted,
                       fmt::format("signed by a key that is not trusted, '{}'", printable(signature.key_hint, 100)));
  }
  report.fail(Check::kSignature, Reason::kSignerNotTrusted,
              fmt::format("no trusted key made this signature ({} tried)", trust.keys().size()));
}

}  // namespace

std::optional<Digest> fingerprint_in_hint(std::string_view hint) {
  if (const Result<Digest> digest = Digest::parse_hex(Digest::Algorithm::kSha256, hint)) return *digest;
  const Result<std::string> raw = codec::decode_base64(hint);
  if (!raw) return std::nullopt;
  const Result<Digest> digest = Digest::from_raw(Digest::Algorithm::kSha256, *raw);
  if (!digest) return std::nullopt;
  return *digest;
}

std::vector<Signer> check_signatures(const std::vector<CandidateSignature>& signatures, crypto::SignedMessage& message,
                                     const TrustRoot& trust, ReportBuilder& report) {
  std::vector<Signer> signers;
  std::string detail;
  for (const CandidateSignature& signature : signatures) {
    const std::optional<Match> match = find_key(signature, message, trust);
    if (!match) continue;
    signers.emplace_back(KeySigner{match->key->key.fingerprint()});
    detail += fmt::format("{}{} ({})", detail.empty() ? "" : ", ", describe(signers.back()), to_string(match->scheme));
  }
  if (signers.empty()) {
    if (signatures.empty()) {
      report.fail(Check::kSignature, Reason::kSignatureInvalid, "no signature");
    } else {
      fail_unmatched(signatures.front(), trust, report);
    }
    return signers;
  }
  // Two signatures by one key are one signer, whatever they say about their key (CVE-2020-6174).
  std::ranges::sort(signers);
  signers.erase(std::ranges::unique(signers).begin(), signers.end());
  report.pass(Check::kSignature, std::move(detail));
  return signers;
}

Outcome check_signature_by(const PublicKey& key, const std::vector<CandidateSignature>& signatures,
                           crypto::SignedMessage& message, ReportBuilder& report) {
  if (signatures.size() != 1) {
    report.fail(Check::kSignature, Reason::kSignatureInvalid, "not exactly one signature for the one certificate");
    return Outcome::kFailed;
  }
  for (SignatureScheme scheme : default_schemes(key.type())) {
    if (crypto::verify_signature(key, scheme, message, signatures.front().bytes) == crypto::SignatureOutcome::kValid) {
      report.pass(Check::kSignature, std::string(to_string(scheme)));
      return Outcome::kPassed;
    }
  }
  report.fail(Check::kSignature, Reason::kSignatureInvalid,
              "the signature does not hold under the key of the certificate");
  return Outcome::kFailed;
}

}  // namespace pullgate::verify::checks
