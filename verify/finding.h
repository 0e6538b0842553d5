#pragma once
/// What the checks saw. Every kind of evidence has a fixed list of checks; its report holds one finding for each, in
/// that order, also for those that could not run. All findings are kept: the most telling one leads the explanation.
///
///   cosign signature             form, signature, payload, subject, transparency
///   DSSE attestation             form, payload type, signature, payload, subject, predicate, transparency
///   bundle, DSSE or unreadable   form, key hint, payload type, signature, payload, subject, predicate, transparency
///   bundle, message signature    form, key hint, message digest, signature, transparency
///
/// What is signed is not parsed before a signature over it holds. Which of two reasons a signature that holds under no
/// trusted key is refused for depends on what the evidence says about its key:
///  - it names a trusted key: SIGNATURE_INVALID, because that key did not sign this;
///  - it names another key: SIGNER_NOT_TRUSTED, with that key;
///  - it names none, as cosign's `.sig` and `.att`: SIGNER_NOT_TRUSTED. Another signer and altered bytes cannot be told
///    apart, and that no trusted key made this signature over these bytes is true of both;
///  - the bytes cannot be a signature of any kind we know: SIGNATURE_INVALID.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  kKeyHint,        ///< the bundle says that a managed key signed, and where it says which, it is a trusted one
  kPayloadType,    ///< the signed type says that the payload is an in-toto statement
  kMessageDigest,  ///< the digest that a message signature claims, where it claims one, is that of the image
  kSignature,      ///< the signature holds under a trusted key
  kPayload,        ///< the signed payload can be read
  kSubject,        ///< what was signed is the image that was asked for
  kPredicate,      ///< the predicate has the form that its type, if we know it, asks for
  kTransparency,   ///< log material, where there is any, is well formed (it is not held against a log)
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
  /// Every trusted key that signed, by fingerprint and without duplicates: an envelope may carry several signatures.
  /// Never empty.
  [[nodiscard]] const std::vector<Signer>& signers() const { return signers_; }
  /// The first of them, which is the only one except in an envelope with several signatures.
  [[nodiscard]] const Signer& signer() const { return signers_.front(); }
  [[nodiscard]] const Claim& claim() const { return claim_; }
  /// The image that the claim is about: the one that was asked for.
  [[nodiscard]] const Digest& subject() const { return subject_; }

 private:
  friend class Verifier;
  friend class testing::VerifiedFactory;
  Verified(std::vector<Signer> signers, Claim claim, Digest subject)
      : signers_(std::move(signers)), claim_(std::move(claim)), subject_(subject) {}

  std::vector<Signer> signers_;
  Claim claim_;
  Digest subject_;
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
