#include "verify/checks/report_builder.h"

#include <algorithm>
#include <stdexcept>

#include "verify/bytes.h"

namespace pullgate::verify::checks {

ReportBuilder::ReportBuilder(const Evidence& evidence, const std::vector<Check>& checks)
    : report_{.kind = evidence.kind,
              .place = evidence.place,
              .evidence = evidence.payload.digest(),
              .findings = {},
              .verified = std::nullopt} {
  expect(checks);
}

void ReportBuilder::expect(const std::vector<Check>& checks) {
  report_.findings.clear();
  for (Check check : checks) report_.findings.push_back(Finding{.check = check});
}

void ReportBuilder::pass(Check check, std::string_view detail) {
  Finding& found = finding(check);
  if (found.outcome == Outcome::kFailed) return;
  found.outcome = Outcome::kPassed;
  found.detail = printable(detail, 400);
}

void ReportBuilder::fail(Check check, Reason reason, std::string_view detail) {
  Finding& found = finding(check);
  if (found.outcome == Outcome::kFailed) return;
  found = Finding{.check = check, .outcome = Outcome::kFailed, .reason = reason, .detail = printable(detail, 400)};
}

void ReportBuilder::fail(Check check, const Error& error) {
  fail(check, reason_of(error), error.message);
}

void ReportBuilder::fail_next(std::string_view detail) {
  auto next = std::ranges::find(report_.findings, Outcome::kInconclusive, &Finding::outcome);
  // Whatever went wrong after the last check did so before the report was given out: it cannot stand.
  if (next == report_.findings.end()) next = std::prev(report_.findings.end());
  *next = Finding{.check = next->check,
                  .outcome = Outcome::kFailed,
                  .reason = Reason::kEvidenceUnreadable,
                  .detail = printable(detail, 400)};
}

Outcome ReportBuilder::outcome(Check check) const {
  const auto found = std::ranges::find(report_.findings, check, &Finding::check);
  return found == report_.findings.end() ? Outcome::kInconclusive : found->outcome;
}

Outcome ReportBuilder::overall() const {
  if (report_.findings.empty()) return Outcome::kInconclusive;
  Outcome worst = Outcome::kPassed;
  for (const Finding& found : report_.findings) {
    if (found.outcome == Outcome::kFailed) return Outcome::kFailed;
    if (found.outcome != Outcome::kPassed) worst = Outcome::kInconclusive;
  }
  return worst;
}

Finding& ReportBuilder::finding(Check check) {
  const auto found = std::ranges::find(report_.findings, check, &Finding::check);
  if (found == report_.findings.end()) throw std::logic_error("a check outside this report's list");
  return *found;
}

Reason reason_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnsupported:
      return Reason::kFormatUnsupported;
    case ErrorCode::kLimitExceeded:
      return Reason::kLimitExceeded;
    case ErrorCode::kMalformed:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnauthorized:
    case ErrorCode::kRateLimited:
    case ErrorCode::kUnreachable:
    case ErrorCode::kTimedOut:
    case ErrorCode::kUpstreamInvalid:
    case ErrorCode::kCancelled:
    case ErrorCode::kInternal:
      return Reason::kEvidenceUnreadable;
  }
  return Reason::kEvidenceUnreadable;
}

Reason reason_of(const Error& error, Reason otherwise) {
  return error.code == ErrorCode::kLimitExceeded ? Reason::kLimitExceeded : otherwise;
}

}  // namespace pullgate::verify::checks
