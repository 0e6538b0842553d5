#include "verify/requirements.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace pullgate::verify {
namespace {

const Corroboration* corroboration_of(const Verified& verified, const std::string& trust_root) {
  const auto found = std::ranges::find(verified.corroborations(), trust_root, &Corroboration::trust_root);
  return found == verified.corroborations().end() ? nullptr : &*found;
}

using TimesFrom = EvidenceRequirements::TimesFrom;

bool counts(VerifiedTime::Source source, TimesFrom from) {
  switch (from) {
    case TimesFrom::kAnybody:
      return true;
    case TimesFrom::kLogs:
      return source == VerifiedTime::Source::kLog;
    case TimesFrom::kTimestampAuthorities:
      return source == VerifiedTime::Source::kTimestampAuthority;
    case TimesFrom::kNobody:
      break;
  }
  return false;
}

std::size_t time_sources(const Corroboration& facts, TimesFrom from) {
  std::set<std::string> sources;
  for (const VerifiedTime& time : facts.times) {
    const bool is_authority = time.source == VerifiedTime::Source::kTimestampAuthority;
    // A log and a timestamp authority of one operator are two sources, even under one URL.
    if (counts(time.source, from)) sources.insert((is_authority ? "tsa " : "log ") + time.authority);
  }
  return sources.size();
}

bool has_certificate(const Verified& verified) {
  return std::ranges::any_of(verified.signers(),
                             [](const Signer& signer) { return std::holds_alternative<CertificateSigner>(signer); });
}

Finding compared(Check check, std::size_t found, std::size_t wanted, Reason missing, std::string_view what) {
  Finding finding{.check = check,
                  .outcome = found >= wanted ? Outcome::kPassed : Outcome::kFailed,
                  .detail = fmt::format("{} {}, {} required", found, what, wanted)};
  if (finding.outcome == Outcome::kFailed) finding.reason = found == 0 ? missing : Reason::kThresholdNotMet;
  return finding;
}

bool is_bounded(const TimeWindow& window) {
  return window != TimeWindow{};
}

Finding failed(Check check, Reason reason, std::string detail) {
  return {.check = check, .outcome = Outcome::kFailed, .reason = reason, .detail = std::move(detail)};
}

Finding check_validity(const Corroboration& facts, const EvidenceRequirements& requirements) {
  const TimeWindow& window = requirements.signer_validity;
  if (is_bounded(window)) {
    if (time_sources(facts, requirements.times_from) == 0) {
      return failed(Check::kSignerValidity, Reason::kTimestampMissing,
                    fmt::format("nothing proves when it was signed; the signer is trusted {}", to_string(window)));
    }
    for (const VerifiedTime& time : facts.times) {
      if (window.contains(time.time)) continue;
      return failed(Check::kSignerValidity, Reason::kTimeOutsideValidity,
                    fmt::format("signed at {}; the signer is trusted {}", to_rfc3339(time.time), to_string(window)));
    }
  }
  return {.check = Check::kSignerValidity, .outcome = Outcome::kPassed};
}

Finding check_distrust(const Corroboration& facts, const EvidenceRequirements& requirements) {
  if (requirements.distrusted_from) {
    const std::string from = to_rfc3339(*requirements.distrusted_from);
    if (time_sources(facts, requirements.times_from) == 0) {
      return failed(Check::kSignerDistrust, Reason::kKeyDistrusted,
                    fmt::format("the signer is distrusted since {}, and nothing proves that it signed before", from));
    }
    for (const VerifiedTime& time : facts.times) {
      if (time.time < *requirements.distrusted_from) continue;
      return failed(Check::kSignerDistrust, Reason::kKeyDistrusted,
                    fmt::format("signed at {}; the signer is distrusted since {}", to_rfc3339(time.time), from));
    }
  }
  return {.check = Check::kSignerDistrust, .outcome = Outcome::kPassed};
}

}  // namespace

bool EvidenceRequirements::needs_a_time() const {
  return time_sources > 0 || is_bounded(signer_validity) || distrusted_from.has_value();
}

EvidenceRequirements usual_requirements(std::string trust_root) {
  return {.trust_root = std::move(trust_root), .logs = 1, .certificate_logs = 1, .time_sources = 1};
}

std::optional<Time> earliest_time(const Verified& verified, const EvidenceRequirements& requirements) {
  const Corroboration* const facts = corroboration_of(verified, requirements.trust_root);
  if (facts == nullptr || time_sources(*facts, requirements.times_from) == 0) return std::nullopt;
  return std::ranges::min_element(facts->times, {}, &VerifiedTime::time)->time;
}

std::vector<Finding> check_requirements(const Verified& verified, const EvidenceRequirements& requirements) {
  static const Corroboration kNothing;
  const Corroboration* const known = corroboration_of(verified, requirements.trust_root);
  const Corroboration& facts = known == nullptr ? kNothing : *known;
  const std::size_t certificate_logs = has_certificate(verified) ? requirements.certificate_logs : 0;
  return {
      compared(Check::kEnoughLogs, facts.logs.size(), requirements.logs, Reason::kTlogMissing, "transparency logs"),
      compared(Check::kEnoughCertificateLogs, facts.certificate_logs.size(), certificate_logs, Reason::kSctMissing,
               "certificate transparency logs"),
      compared(Check::kEnoughTimestamps, time_sources(facts, TimesFrom::kTimestampAuthorities),
               requirements.timestamp_authorities, Reason::kTimestampMissing, "timestamp authorities"),
      compared(Check::kEnoughTimes, time_sources(facts, requirements.times_from), requirements.time_sources,
               Reason::kTimestampMissing, "sources of time"),
      check_validity(facts, requirements),
      check_distrust(facts, requirements),
  };
}

}  // namespace pullgate::verify
