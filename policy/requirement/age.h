#pragma once
/// How old evidence is, by proven times only.

#include <chrono>
#include <optional>
#include <string>

#include "policy/requirement/case.h"
#include "verify/time.h"

namespace pullgate::policy {

/// The clocks of logs and of the machine that judges may differ by so much. A moment further ahead shows that one of
/// them is wrong, and then nothing is known about ages.
inline constexpr std::chrono::minutes kClockSkew(5);

/// When the attestor signed this, at the latest; nothing where nothing that the attestor counts proves a time.
std::optional<Time> signing_time(const Case& judged, const std::string& attestor, const Witness& witness);

struct Age {
  /// Undated, too old, or of a moment that has not come.
  std::optional<Objection> objection = std::nullopt;
  /// When what is young enough becomes too old.
  std::optional<Time> stands_until = std::nullopt;
};

/// Is `moment`, the time of `what` ("the attestation by ... at ..."), at most `max_age` before the decision?
Age age_of(const Case& judged, std::optional<Time> moment, std::chrono::milliseconds max_age, const std::string& what,
           const std::string& requirement);

/// "168h"
std::string in_hours(std::chrono::milliseconds duration);

}  // namespace pullgate::policy
