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
  }
  return "unknown";
}

const Finding* Report::most_telling() const {
  const auto failed =
      std::ranges::find_if(findings, [](const Finding& finding) { return finding.outcome == Outcome::kFailed; });
  return failed == findings.end() ? nullptr : &*failed;
}

}  // namespace pullgate::verify
