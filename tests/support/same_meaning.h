#pragma once
/// Does spoiled evidence, where it is verified nevertheless, still mean what the good evidence meant?

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "verify/finding.h"

namespace pullgate::verify {

inline bool same_claim(const Claim& a, const Claim& b) {
  if (a.index() != b.index()) return false;
  if (const auto* signature = std::get_if<ImageSignature>(&a)) {
    const auto& other = std::get<ImageSignature>(b);
    return signature->docker_reference == other.docker_reference && signature->annotations == other.annotations;
  }
  const auto& statement = std::get<Statement>(a);
  const auto& other = std::get<Statement>(b);
  return statement.predicate_type == other.predicate_type && *statement.predicate == *other.predicate;
}

/// Everything that a trust root's authorities say, a line for each.
inline std::set<std::string> sayings(const Verified& verified) {
  std::set<std::string> lines;
  for (const Corroboration& facts : verified.corroborations()) {
    for (const LogRecord& log : facts.logs) {
      const std::string entry = fmt::format("{} {} {} {}", facts.trust_root, log.log, log.key.text(), log.index);
      if (log.proof != LogRecord::Proof::kInclusion) lines.insert(entry + " promised");
      if (log.proof != LogRecord::Proof::kPromise) lines.insert(entry + " included");
    }
    for (const std::string& log : facts.certificate_logs) lines.insert(facts.trust_root + " " + log);
    for (const VerifiedTime& time : facts.times) {
      lines.insert(fmt::format("{} {} {} {}", facts.trust_root, time.time.time_since_epoch().count(), time.authority,
                               static_cast<int>(time.source)));
    }
  }
  return lines;
}

/// The same signers say the same of the same image, and nobody vouches for more than before.
inline bool means_no_more(const Verified& spoiled, const Verified& good) {
  const std::set<std::string> after = sayings(spoiled);
  const std::set<std::string> before = sayings(good);
  return spoiled.signers() == good.signers() && spoiled.subject() == good.subject() &&
         same_claim(spoiled.claim(), good.claim()) && std::ranges::includes(before, after);
}

}  // namespace pullgate::verify
