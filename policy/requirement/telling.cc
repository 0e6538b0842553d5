#include "policy/requirement/telling.h"

#include <algorithm>
#include <cstddef>
#include <utility>

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
  std::vector<std::pair<int, std::size_t>> order;
  for (std::size_t i = 0; i < objections.size(); ++i) order.emplace_back(telling_rank(objections[i].reason), i);
  std::ranges::sort(order);
  std::vector<Objection> sorted;
  sorted.reserve(objections.size());
  for (const auto& [rank, place] : order) sorted.push_back(std::move(objections[place]));
  objections = std::move(sorted);
}

}  // namespace pullgate::policy
