#include "verify/reason.h"

namespace pullgate {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::kNoEvidence:
      return "NO_EVIDENCE";
    case Reason::kEvidenceUnreadable:
      return "EVIDENCE_UNREADABLE";
    case Reason::kFormatUnsupported:
      return "FORMAT_UNSUPPORTED";
    case Reason::kSignatureInvalid:
      return "SIGNATURE_INVALID";
    case Reason::kSignerNotTrusted:
      return "SIGNER_NOT_TRUSTED";
    case Reason::kSubjectMismatch:
      return "SUBJECT_MISMATCH";
    case Reason::kNameMismatch:
      return "NAME_MISMATCH";
    case Reason::kTagSourceMismatch:
      return "TAG_SOURCE_MISMATCH";
    case Reason::kTlogMissing:
      return "TLOG_MISSING";
    case Reason::kTlogInvalid:
      return "TLOG_INVALID";
    case Reason::kSctInvalid:
      return "SCT_INVALID";
    case Reason::kTimestampInvalid:
      return "TIMESTAMP_INVALID";
    case Reason::kTimeOutsideValidity:
      return "TIME_OUTSIDE_VALIDITY";
    case Reason::kKeyDistrusted:
      return "KEY_DISTRUSTED";
    case Reason::kEvidenceTooOld:
      return "EVIDENCE_TOO_OLD";
    case Reason::kBuilderNotAllowed:
      return "BUILDER_NOT_ALLOWED";
    case Reason::kLevelTooLow:
      return "LEVEL_TOO_LOW";
    case Reason::kSourceNotAllowed:
      return "SOURCE_NOT_ALLOWED";
    case Reason::kBaseNotAllowed:
      return "BASE_NOT_ALLOWED";
    case Reason::kBaseNotProven:
      return "BASE_NOT_PROVEN";
    case Reason::kConditionFalse:
      return "CONDITION_FALSE";
    case Reason::kThresholdNotMet:
      return "THRESHOLD_NOT_MET";
    case Reason::kPlatformNotCovered:
      return "PLATFORM_NOT_COVERED";
    case Reason::kRejectedByRule:
      return "REJECTED_BY_RULE";
    case Reason::kNoRule:
      return "NO_RULE";
    case Reason::kUpstreamAuth:
      return "UPSTREAM_AUTH";
    case Reason::kUpstreamRateLimited:
      return "UPSTREAM_RATE_LIMITED";
    case Reason::kUpstreamUnreachable:
      return "UPSTREAM_UNREACHABLE";
    case Reason::kUpstreamInvalid:
      return "UPSTREAM_INVALID";
    case Reason::kTrustRootExpired:
      return "TRUST_ROOT_EXPIRED";
    case Reason::kLimitExceeded:
      return "LIMIT_EXCEEDED";
    case Reason::kPayloadTypeMismatch:
      return "PAYLOAD_TYPE_MISMATCH";
    case Reason::kBuildTypeNotAllowed:
      return "BUILD_TYPE_NOT_ALLOWED";
    case Reason::kManifestInvalid:
      return "MANIFEST_INVALID";
    case Reason::kSctMissing:
      return "SCT_MISSING";
    case Reason::kTimestampMissing:
      return "TIMESTAMP_MISSING";
    case Reason::kEvidenceContradicts:
      return "EVIDENCE_CONTRADICTS";
    case Reason::kWorkflowNotAllowed:
      return "WORKFLOW_NOT_ALLOWED";
    case Reason::kTriggerNotAllowed:
      return "TRIGGER_NOT_ALLOWED";
    case Reason::kInputNotAllowed:
      return "INPUT_NOT_ALLOWED";
    case Reason::kParameterNotAllowed:
      return "PARAMETER_NOT_ALLOWED";
    case Reason::kMaterialNotAllowed:
      return "MATERIAL_NOT_ALLOWED";
    case Reason::kProvenanceIncomplete:
      return "PROVENANCE_INCOMPLETE";
    case Reason::kBuildNotHermetic:
      return "BUILD_NOT_HERMETIC";
    case Reason::kBuildNotReproducible:
      return "BUILD_NOT_REPRODUCIBLE";
    case Reason::kBaseTooOld:
      return "BASE_TOO_OLD";
  }
  return "UNKNOWN";
}

std::optional<Reason> parse_reason(std::string_view text) {
  for (Reason reason : kAllReasons) {
    if (to_string(reason) == text) return reason;
  }
  return std::nullopt;
}

}  // namespace pullgate
