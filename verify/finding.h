#pragma once
/// What the checks saw. Every kind of evidence has a fixed list of checks; its report holds one finding for each, in
/// that order, also for those that could not run. All findings are kept: the most telling one leads the explanation.
///
///   cosign signature             form, signature, payload, subject, transparency, log-promise, log-proof, timestamp
///   DSSE attestation             form, payload type, signature, payload, subject, predicate, transparency, ...
///   bundle, DSSE or unreadable   form, key hint, payload type, signature, payload, subject, predicate, transparency,
///   ... bundle, message signature    form, key hint, message digest, signature, transparency, ...
///
/// The last four are the same for all. With a certificate instead of a key, `certificate` comes after the form (instead
/// of the key hint), and chain, time and sct come last.
///
/// What is signed is not parsed before a signature over it holds; and where a certificate says who signed, not before
/// that is proven. Which of two reasons a signature that holds under no
/// trusted key is refused for depends on what the evidence says about its key:
///  - it names a trusted key: SIGNATURE_INVALID, because that key did not sign this;
///  - it names another key: SIGNER_NOT_TRUSTED, with that key;
///  - it names none, as cosign's `.sig` and `.att`: SIGNER_NOT_TRUSTED. Another signer and altered bytes cannot be told
///    apart, and that no trusted key made this signature over these bytes is true of both;
///  - the bytes cannot be a signature of any kind we know: SIGNATURE_INVALID.
/// A certificate brings its key: what does not hold under that is SIGNATURE_INVALID, and SIGNER_NOT_TRUSTED (of the
/// chain) is a certificate that no authority of a trust root issued.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/corroboration.h"
#include "verify/evidence.h"
#include "verify/identity.h"
#include "verify/reason.h"
#include "verify/statement.h"

namespace pullgate::verify {

enum class Outcome {
  kInconclusive,  ///< could not run, because an earlier check failed
  kFailed,
  kPassed,
};

enum class Check {
  kForm,           ///< the container (payload, envelope, bundle) has the form that its specification asks for
  kCertificate,    ///< the certificate is one for signing code, and says who its holder is
  kKeyHint,        ///< the bundle says that a managed key signed, and where it says which, it is a trusted one
  kPayloadType,    ///< the signed type says that the payload is an in-toto statement
  kMessageDigest,  ///< the digest that a message signature claims, where it claims one, is that of the image
  kSignature,      ///< the signature holds under a trusted key, or under the certificate's
  kPayload,        ///< the signed payload can be read
  kSubject,        ///< what was signed is the image that was asked for
  kPredicate,      ///< the predicate has the form that its type, if we know it, asks for
  kTransparency,   ///< log entries are well formed, and those of known logs record this signature, its key and content
  kLogPromise,     ///< signed entry timestamps of known logs hold
  kLogProof,       ///< inclusion proofs and checkpoints of known logs hold
  kTimestamp,      ///< timestamps of known authorities hold and are about this signature
  kChain,          ///< an authority of a trust root issued the certificate
  kTime,           ///< at least one time is proven, and at all of them the certificate and its whole chain were valid
  kSct,            ///< timestamps of known certificate transparency logs in the certificate hold
  kEnoughLogs,     ///< from here on they are not of the verifier: see requirements.h
  kEnoughCertificateLogs,
  kEnoughTimestamps,
  kEnoughTimes,
  kSignerValidity,  ///< every proven time is within the window in which the signer is trusted
  kSignerDistrust,  ///< and before the moment from which it no longer is
  kIdentity,        ///< the signer is the one that was asked for
};

std::string_view to_string(Outcome outcome);
std::string_view to_string(Check check);

struct Finding {
  Check check;
  Outcome outcome = Outcome::kInconclusive;
  std::optional<Reason> reason = std::nullopt;  ///< set exactly when the check failed
  std::string detail = {};                      ///< the facts, one line of printable ASCII
};

/// cosign simple signing, or a cosign v3 signature: "this image, nothing more".
struct ImageSignature {
  /// The name the signer gave the image (`critical.identity.docker-reference`); none in the newer form.
  std::optional<std::string> docker_reference;
  std::map<std::string, std::string> annotations;
};

/// What verified evidence says about the image.
using Claim = std::variant<ImageSignature, Statement>;

namespace testing {
class VerifiedFactory;  // defined in tests/support only, so that policies can be tested without cryptography
}

/// Evidence of which every check passed. Only a Verifier can make one.
class Verified {
 public:
  /// Everybody trusted who signed, in order and without duplicates: an envelope may carry several signatures by keys,
  /// and one certificate may count under several trust roots. Never empty.
  [[nodiscard]] const std::vector<Signer>& signers() const { return signers_; }
  /// The first of them, which is the only one except in an envelope with several signatures.
  [[nodiscard]] const Signer& signer() const { return signers_.front(); }
  [[nodiscard]] const Claim& claim() const { return claim_; }
  /// The image that the claim is about: the one that was asked for.
  [[nodiscard]] const Digest& subject() const { return subject_; }
  /// What logs and timestamp authorities say, for each trust root under which there is something: of every root that a
  /// CertificateSigner names, and for keys of those that know something.
  [[nodiscard]] const std::vector<Corroboration>& corroborations() const { return corroborations_; }

 private:
  friend class Verifier;
  friend class testing::VerifiedFactory;
  Verified(std::vector<Signer> signers, Claim claim, Digest subject, std::vector<Corroboration> corroborations)
      : signers_(std::move(signers)),
        claim_(std::move(claim)),
        subject_(subject),
        corroborations_(std::move(corroborations)) {}

  std::vector<Signer> signers_;
  Claim claim_;
  Digest subject_;
  std::vector<Corroboration> corroborations_;
};

struct Report {
  EvidenceKind kind;
  std::string place;
  Digest evidence;  ///< digest of the piece of evidence
  std::vector<Finding> findings;
  std::optional<Verified> verified;  ///< present exactly when every finding passed

  /// The failed finding that says most about why this evidence does not count; null when verified. Checks are ordered
  /// so that it is the first one.
  [[nodiscard]] const Finding* most_telling() const;
};

}  // namespace pullgate::verify
