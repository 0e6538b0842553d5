#include "policy/requirement/age.h"

#include <algorithm>

#include <fmt/format.h>

#include "verify/requirements.h"

namespace pullgate::policy {
std::optional<Time> signing_time(const Case& judged, const std::string& attestor, const Witness& witness) {
  return verify::earliest_time(*witness.verified, judged.policy().attestor(attestor).requirements);
}

Age age_of(const Case& judged, std::optional<Time> moment, std::chrono::milliseconds max_age, const std::string& what,
           const std::string& requirement) {
  const Time now = judged.about().at;
  const std::string remedy = fmt::format("sign a new one: it may be at most {} old", in_hours(max_age));
  if (!moment) {
    return {.objection = Objection{Reason::kTimestampMissing, requirement,
                                   fmt::format("nothing proves when {} was signed", what),
                                   "sign it with a transparency log or a timestamp that the attestor counts"}};
  }
  if (now < *moment && *moment - now > kClockSkew) {
    return {.objection = Objection{Reason::kTimeOutsideValidity, requirement,
                                   fmt::format("it is of {}, which has not come yet: {}", to_rfc3339(*moment), what),
                                   "set the clock of the machine that judges"}};
  }
  const Time end = *moment + max_age;
  if (now >= end) {
    return {.objection = Objection{Reason::kEvidenceTooOld, requirement,
                                   fmt::format("it is of {}: {}", to_rfc3339(*moment), what), remedy}};
  }
  return {.stands_until = end};
}

std::string in_hours(std::chrono::milliseconds duration) {
  using std::chrono::hours;
  using std::chrono::minutes;
  if (duration % hours(1) == duration.zero()) return fmt::format("{}h", duration / hours(1));
  if (duration % minutes(1) == duration.zero()) return fmt::format("{}m", duration / minutes(1));
  return fmt::format("{}ms", duration.count());
}

}  // namespace pullgate::policy
