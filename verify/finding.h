#pragma once
/// What the checks saw. Every kind of evidence has a fixed list of checks; its report holds one finding for each, in
/// that order, also for those that could not run. All findings are kept: the most telling one leads the explanation.

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
  kForm,            ///< the container (payload, envelope, bundle) has the form that its specification asks for
  kKeyHint,         ///< a hint at the key, where there is one, does not contradict
  kSignature,       ///< the signature holds under a trusted key
  kPayloadType,     ///< the signed type says what the payload is
  kPayload,         ///< the signed payload can be read
  kSubject,         ///< what was signed is the image that was asked for
  kMessageDigest,   ///< the digest that a message signature claims is that of the image
  kPredicate,       ///< a predicate of a type that we know has the form that the type asks for
  kTransparency,    ///< log material, where there is any, does not contradict
};

std::string_view to_string(Outcome outcome);
std::string_view to_string(Check check);

struct Finding {
  Check check;
  Outcome outcome = Outcome::kInconclusive;
  std::optional<Reason> reason;  ///< set exactly when the check failed
  std::string detail;            ///< the facts, one line of printable ASCII
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
  [[nodiscard]] const Signer& signer() const { return signer_; }
  [[nodiscard]] const Claim& claim() const { return claim_; }
  /// The image that the claim is about: the one that was asked for.
  [[nodiscard]] const Digest& subject() const { return subject_; }

 private:
  friend class Verifier;
  friend class testing::VerifiedFactory;
  Verified(Signer signer, Claim claim, Digest subject)
      : signer_(std::move(signer)), claim_(std::move(claim)), subject_(subject) {}

  Signer signer_;
  Claim claim_;
  Digest subject_;
};

struct Report {
  EvidenceKind kind;
  std::string place;
  Digest evidence;  ///< digest of the piece of evidence
  std::vector<Finding> findings;
  std::optional<Verified> verified;  ///< present exactly when every finding passed

  /// The failed finding that says most about why this evidence does not count; null when verified.
  [[nodiscard]] const Finding* most_telling() const;
};

}  // namespace pullgate::verify
