#pragma once
/// How much corroboration is enough. Chosen together with whom to trust, never inferred from the evidence: a bundle
/// without a log entry must not be what decides that none is needed.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "verify/finding.h"
#include "verify/time_window.h"

namespace pullgate::verify {

/// Thresholds over distinct authorities of one trust root. Zero of everything asks for nothing, and has to be written.
struct EvidenceRequirements {
  /// Whose times can meet what asks for a time.
  enum class TimesFrom { kAnybody, kLogs, kTimestampAuthorities, kNobody };

  std::string trust_root = {};
  std::size_t logs = 0;                   ///< transparency logs that have the entry, by promise or inclusion
  std::size_t certificate_logs = 0;       ///< certificate transparency logs; of certificates only
  std::size_t timestamp_authorities = 0;  ///< RFC 3161
  std::size_t time_sources = 0;           ///< logs with a promise, and timestamp authorities
  TimesFrom times_from = TimesFrom::kAnybody;
  /// When the signer is trusted, both ends included. Judged by proven times, never by a clock: a signature that nothing
  /// dates could be of any time (CVE-2026-54787).
  TimeWindow signer_validity = {};
  /// From here on the signer is not trusted: its key may be somebody else's.
  std::optional<Time> distrusted_from = std::nullopt;

  /// Does anything here have to be proven by a time?
  [[nodiscard]] bool needs_a_time() const;
};

/// What is asked of certificates under a root like Sigstore's public one: one of each kind of log, and a time from
/// anywhere.
EvidenceRequirements usual_requirements(std::string trust_root);

/// One finding for each requirement, in the order kEnoughLogs, kEnoughCertificateLogs, kEnoughTimestamps, kEnoughTimes,
/// kSignerValidity, kSignerDistrust; all of them passed means enough. Findings failed with TLOG_MISSING, SCT_MISSING or
/// TIMESTAMP_MISSING where there is nothing at all, and with THRESHOLD_NOT_MET where there is too little; the last two
/// with TIME_OUTSIDE_VALIDITY and KEY_DISTRUSTED. The certificate logs count for evidence with a certificate.
///
/// Every proven time has to be within the validity, whoever proved it: who holds a stolen key can choose one that fits.
std::vector<Finding> check_requirements(const Verified& verified, const EvidenceRequirements& requirements);

/// When it was signed, at the latest: the earliest of all proven times, where one that counts is among them. Evidence
/// can be dated again by whoever has a copy, never back: the latest time would let what is old pass for fresh.
std::optional<Time> earliest_time(const Verified& verified, const EvidenceRequirements& requirements);

}  // namespace pullgate::verify
