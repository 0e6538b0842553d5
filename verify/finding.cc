#include "verify/finding.h"

#include <algorithm>

namespace pullgate::verify {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kInconclusive:
      return "inconclusive";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kPassed:
      return "passed";
  }
  return "unknown";
}

std::string_view to_string(Check check) {
  switch (check) {
    case Check::kForm:
      return "form";
    case Check::kCertificate:
      return "certificate";
    case Check::kKeyHint:
      return "key-hint";
    case Check::kPayloadType:
      return "payload-type";
    case Check::kMessageDigest:
      return "message-digest";
    case Check::kSignature:
      return "signature";
    case Check::kPayload:
      return "payload";
    case Check::kSubject:
      return "subject";
    case Check::kPredicate:
      return "predicate";
    case Check::kTransparency:
      return "transparency";
    case Check::kLogPromise:
      return "log-promise";
    case Check::kLogProof:
      return "log-proof";
    case Check::kTimestamp:
      return "timestamp";
    case Check::kChain:
      return "chain";
    case Check::kTime:
      return "time";
    case Check::kSct:
      return "sct";
    case Check::kEnoughLogs:
      return "enough-logs";
    case Check::kEnoughCertificateLogs:
      return "enough-certificate-logs";
    case Check::kEnoughTimestamps:
      return "enough-timestamps";
    case Check::kEnoughTimes:
      return "enough-times";
    case Check::kSignerValidity:
      return "signer-validity";
    case Check::kSignerDistrust:
      return "signer-distrust";
    case Check::kIdentity:
      return "identity";
  }
  return "unknown";
}

const Finding* Report::most_telling() const {
  const auto failed =
      std::ranges::find_if(findings, [](const Finding& finding) { return finding.outcome == Outcome::kFailed; });
  return failed == findings.end() ? nullptr : &*failed;
}

}  // namespace pullgate::verify
