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

std::set<std::string> time_sources(const Corroboration& facts, bool only_timestamp_authorities) {
  std::set<std::string> sources;
  for (const VerifiedTime& time : facts.times) {
    const bool is_authority = time.source == VerifiedTime::Source::kTimestampAuthority;
    // A log and a timestamp authority of one operator are two sources, even under one URL.
    if (is_authority || !only_timestamp_authorities) sources.insert((is_authority ? "tsa " : "log ") + time.authority);
  }
  return sources;
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

}  // namespace

EvidenceRequirements usual_requirements(std::string trust_root) {
  return {.trust_root = std::move(trust_root), .logs = 1, .certificate_logs = 1, .time_sources = 1};
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
      compared(Check::kEnoughTimestamps, time_sources(facts, true).size(), requirements.timestamp_authorities,
               Reason::kTimestampMissing, "timestamp authorities"),
      compared(Check::kEnoughTimes, time_sources(facts, false).size(), requirements.time_sources,
               Reason::kTimestampMissing, "sources of time"),
  };
}

}  // namespace pullgate::verify
