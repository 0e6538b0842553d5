#pragma once
/// One image, one rule about it, and attestations of which somebody proved when they were signed.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {

inline constexpr const char* kLogs = "logs";
inline constexpr const char* kScanType = "https://scanner.example/report/v1";

/// Of whom the trust root can prove times, and need not.
inline Attestor dated_attestor(std::string name) {
  Attestor made = attestor(std::move(name));
  made.requirements.trust_root = kLogs;
  return made;
}

inline verify::Corroboration dated(const std::vector<std::string_view>& moments) {
  verify::Corroboration facts{.trust_root = kLogs, .logs = {}, .certificate_logs = {}, .times = {}, .ignored = {}};
  for (const std::string_view text : moments) {
    facts.times.push_back({.time = parse_rfc3339(text).value(),
                           .source = verify::VerifiedTime::Source::kTimestampAuthority,
                           .authority = "https://tsa.example"});
  }
  return facts;
}

inline verify::Statement statement_of(std::string type, const nlohmann::json& predicate) {
  verify::Statement statement;
  statement.predicate_type = std::move(type);
  statement.predicate = std::make_shared<const nlohmann::json>(predicate);
  return statement;
}

class DatedScene {
 public:
  explicit DatedScene(Requirement require, Mode mode = Mode::kEnforce)
      : require_(std::move(require)), mode_(mode), evidence(accept()) {}

  [[nodiscard]] PolicySet policy() const {
    std::vector<Rule> rules = {
        rule("elsewhere", {"elsewhere.example/**"}, all_of({signature("release"), signature("second")}))};
    rules.push_back(rule("apps", {"ghcr.io/acme/**"}, require_, mode_));
    auto made = contents({release, second}, {}, std::move(rules));
    made.trust_roots = {{.name = kLogs, .logs = 1, .timestamp_authorities = 1}};
    std::string all;
    for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) all += conflict.message + "\n";
    auto set = PolicySet::make(std::move(made));
    if (!set) throw std::logic_error("the scene's policy contradicts itself: " + all);
    return *std::move(set);
  }
  [[nodiscard]] Decision decide() const { return evidence.decide(policy()); }
  [[nodiscard]] Verdict verdict() const { return decide().verdict(); }

  /// A statement by the holder of that name's key; undated without a moment.
  DatedScene& attested(std::string_view who, verify::Statement statement,
                       const std::vector<std::string_view>& moments) {
    const std::string place = "place " + std::to_string(evidence.gathered.reports.size());
    std::vector<verify::Corroboration> facts;
    if (!moments.empty()) facts.push_back(dated(moments));
    evidence.gathered.reports.push_back(
        {verify::EvidenceKind::kDsseEnvelope,
         place,
         Digest::of(place),
         {},
         verify::testing::VerifiedFactory::make({key(who)}, std::move(statement), evidence.image, std::move(facts))});
    return *this;
  }
  DatedScene& scanned(std::string_view who, const nlohmann::json& predicate, std::string_view moment = {}) {
    std::vector<std::string_view> moments;
    if (!moment.empty()) moments.push_back(moment);
    return attested(who, statement_of(kScanType, predicate), moments);
  }
  DatedScene& missing() {
    evidence.missing();
    return *this;
  }

 private:
  Requirement require_;
  Mode mode_;

 public:
  Attestor release = dated_attestor("release");
  Attestor second = dated_attestor("second");
  Scene evidence;  ///< what is asked for, when, and what was found
};

}  // namespace pullgate::policy
