#pragma once
/// Reason codes: the stable vocabulary of denials. They appear in answers, metrics labels, decision records and tests
/// and are never reused or renamed. One that fits is missing? Add it; never fold two together.

#include <array>
#include <optional>
#include <string_view>

namespace pullgate {

enum class Reason {
  kNoEvidence,
  kEvidenceUnreadable,
  kFormatUnsupported,
  kSignatureInvalid,
  kSignerNotTrusted,
  kSubjectMismatch,
  kNameMismatch,
  kTagSourceMismatch,
  kTlogMissing,
  kTlogInvalid,
  kSctInvalid,
  kTimestampInvalid,
  kTimeOutsideValidity,
  kKeyDistrusted,
  kEvidenceTooOld,
  kBuilderNotAllowed,
  kLevelTooLow,
  kSourceNotAllowed,
  kBaseNotAllowed,
  kBaseNotProven,
  kConditionFalse,
  kThresholdNotMet,
  kPlatformNotCovered,
  kRejectedByRule,
  kNoRule,
  kUpstreamAuth,
  kUpstreamRateLimited,
  kUpstreamUnreachable,
  kUpstreamInvalid,
  kTrustRootExpired,
  kLimitExceeded,
  kPayloadTypeMismatch,   ///< the signed envelope's payloadType is not the one its content must have
  kBuildTypeNotAllowed,   ///< provenance of a trusted builder, of another build type than the rule names
  kManifestInvalid,       ///< the manifest itself cannot be read the same way by every client
  kSctMissing,            ///< no certificate transparency log of the trust root has the certificate
  kTimestampMissing,      ///< nothing proves when the signature was made
  kEvidenceContradicts,   ///< provenance of a trusted builder says otherwise than the certificate of its signer
  kWorkflowNotAllowed,    ///< built by another workflow, job or target than the rule names
  kTriggerNotAllowed,     ///< another event started the build
  kInputNotAllowed,       ///< somebody started the build with other inputs
  kParameterNotAllowed,   ///< an external parameter has another value, or is one that the rule does not know
  kMaterialNotAllowed,    ///< the build used something that the rule does not list, or that no digest pins
  kProvenanceIncomplete,  ///< the builder does not claim to have recorded everything
  kBuildNotHermetic,      ///< the builder does not claim that the build was hermetic
  kBuildNotReproducible,  ///< or that it is reproducible
  kBaseTooOld,            ///< the base says that it was created longer ago than a base may be
};

inline constexpr std::array kAllReasons = {
    Reason::kNoEvidence,
    Reason::kEvidenceUnreadable,
    Reason::kFormatUnsupported,
    Reason::kSignatureInvalid,
    Reason::kSignerNotTrusted,
    Reason::kSubjectMismatch,
    Reason::kNameMismatch,
    Reason::kTagSourceMismatch,
    Reason::kTlogMissing,
    Reason::kTlogInvalid,
    Reason::kSctInvalid,
    Reason::kTimestampInvalid,
    Reason::kTimeOutsideValidity,
    Reason::kKeyDistrusted,
    Reason::kEvidenceTooOld,
    Reason::kBuilderNotAllowed,
    Reason::kLevelTooLow,
    Reason::kSourceNotAllowed,
    Reason::kBaseNotAllowed,
    Reason::kBaseNotProven,
    Reason::kConditionFalse,
    Reason::kThresholdNotMet,
    Reason::kPlatformNotCovered,
    Reason::kRejectedByRule,
    Reason::kNoRule,
    Reason::kUpstreamAuth,
    Reason::kUpstreamRateLimited,
    Reason::kUpstreamUnreachable,
    Reason::kUpstreamInvalid,
    Reason::kTrustRootExpired,
    Reason::kLimitExceeded,
    Reason::kPayloadTypeMismatch,
    Reason::kBuildTypeNotAllowed,
    Reason::kManifestInvalid,
    Reason::kSctMissing,
    Reason::kTimestampMissing,
    Reason::kEvidenceContradicts,
    Reason::kWorkflowNotAllowed,
    Reason::kTriggerNotAllowed,
    Reason::kInputNotAllowed,
    Reason::kParameterNotAllowed,
    Reason::kMaterialNotAllowed,
    Reason::kProvenanceIncomplete,
    Reason::kBuildNotHermetic,
    Reason::kBuildNotReproducible,
    Reason::kBaseTooOld,
};

/// "NO_EVIDENCE", "BUILDER_NOT_ALLOWED", ...
std::string_view to_string(Reason reason);
std::optional<Reason> parse_reason(std::string_view text);

}  // namespace pullgate
