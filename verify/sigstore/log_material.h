#pragma once
/// Log entries and timestamps as evidence brings them, read out of a bundle. Their form only: what they prove is
/// corroboration.h's question.

#include <optional>
#include <string>
#include <vector>

#include "verify/json/node.h"
#include "verify/reason.h"
#include "verify/tlog/entry.h"

namespace pullgate::verify::sigstore {

/// What is wrong with the form of something; kept apart from the rest of the bundle, as a finding of its own.
struct LogProblem {
  Reason reason;
  std::string detail;
};

struct LogMaterial {
  std::vector<tlog::Entry> entries;  ///< no entry of one log twice
  std::optional<LogProblem> entry_problem;
  std::vector<std::string> timestamps;  ///< DER of RFC 3161 responses; none twice
  std::optional<LogProblem> timestamp_problem;
};

enum class BundleVersion { k01, k02, k03 };

/// Reads `tlogEntries` and `timestampVerificationData` of a bundle's verification material.
LogMaterial read_log_material(const nlohmann::json& material, BundleVersion version);

/// The problem, if one was noted, as one of the reason given, or of the limit that was exceeded.
std::optional<LogProblem> problem_in(const json::Problems& problems, Reason reason);

}  // namespace pullgate::verify::sigstore
