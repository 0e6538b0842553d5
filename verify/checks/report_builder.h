#pragma once
/// A report in the making. It begins with every check inconclusive, and a failed check stays failed.

#include <string_view>
#include <vector>

#include "verify/finding.h"
#include "verify/result.h"

namespace pullgate::verify::checks {

class ReportBuilder {
 public:
  ReportBuilder(const Evidence& evidence, const std::vector<Check>& checks);

  /// Another list of checks, once it is known which one applies; before any finding is made.
  void expect(const std::vector<Check>& checks);

  void pass(Check check, std::string_view detail = {});
  void fail(Check check, Reason reason, std::string_view detail);
  void fail(Check check, const Error& error);
  /// For what should never happen: the first check without an outcome fails.
  void fail_next(std::string_view detail);

  [[nodiscard]] Outcome outcome(Check check) const;
  /// Did every check of a non-empty list pass?
  [[nodiscard]] Outcome overall() const;
  /// The report, without a `verified` part.
  [[nodiscard]] const Report& report() const { return report_; }

 private:
  Finding& finding(Check check);

  Report report_;
};

/// The reason with which bad evidence is refused, for what a parser says is wrong with it.
Reason reason_of(const Error& error);
/// `otherwise`, except that what exceeds a limit is always said to.
Reason reason_of(const Error& error, Reason otherwise);

}  // namespace pullgate::verify::checks
