#include "policy/requirement/telling.h"

#include <algorithm>

namespace pullgate::policy {

int telling_rank(Reason reason) {
  switch (reason) {
    case Reason::kRejectedByRule:
    case Reason::kNoRule:
    case Reason::kManifestInvalid:
      return 10;
    case Reason::kBuilderNotAllowed:
      return 20;
    case Reason::kEvidenceContradicts:
    case Reason::kLevelTooLow:
      return 21;
    case Reason::kBuildTypeNotAllowed:
    case Reason::kTagSourceMismatch:
      return 22;
    case Reason::kSourceNotAllowed:
    case Reason::kWorkflowNotAllowed:
    case Reason::kTriggerNotAllowed:
    case Reason::kInputNotAllowed:
    case Reason::kParameterNotAllowed:
    case Reason::kMaterialNotAllowed:
    case Reason::kProvenanceIncomplete:
    case Reason::kBuildNotHermetic:
    case Reason::kBuildNotReproducible:
      return 23;
    case Reason::kBaseNotAllowed:
    case Reason::kBaseTooOld:
      return 24;
    case Reason::kConditionFalse:
    case Reason::kNameMismatch:
    case Reason::kPlatformNotCovered:
      return 25;
    case Reason::kSubjectMismatch:
    case Reason::kPayloadTypeMismatch:
      return 30;
    case Reason::kKeyDistrusted:
    case Reason::kTimeOutsideValidity:
    case Reason::kEvidenceTooOld:
    case Reason::kTlogMissing:
    case Reason::kTlogInvalid:
    case Reason::kSctInvalid:
    case Reason::kSctMissing:
    case Reason::kTimestampInvalid:
    case Reason::kTimestampMissing:
    case Reason::kTrustRootExpired:
      return 31;
    case Reason::kSignatureInvalid:
      return 32;
    case Reason::kThresholdNotMet:
      return 40;
    case Reason::kSignerNotTrusted:
      return 50;
    case Reason::kEvidenceUnreadable:
    case Reason::kFormatUnsupported:
    case Reason::kLimitExceeded:
    case Reason::kUpstreamAuth:
    case Reason::kUpstreamRateLimited:
    case Reason::kUpstreamUnreachable:
    case Reason::kUpstreamInvalid:
      return 60;
    case Reason::kNoEvidence:
      return 70;
    case Reason::kBaseNotProven:
      return 80;
  }
  return 90;
}

void put_most_telling_first(std::vector<Objection>& objections) {
  // An insertion sort: stable, and there are as many objections as leaves in one rule.
  for (auto next = objections.begin(); next != objections.end(); ++next) {
    const auto place = std::upper_bound(objections.begin(), next, *next, [](const Objection& a, const Objection& b) {
      return telling_rank(a.reason) < telling_rank(b.reason);
    });
    std::rotate(place, next, next + 1);
  }
}

}  // namespace pullgate::policy
