#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/policy/identities.h"
#include "config/policy/lists.h"
#include "config/yaml/reader.h"
#include "verify/time.h"

namespace pullgate::config {
namespace {

using verify::EvidenceRequirements;
using TimesFrom = EvidenceRequirements::TimesFrom;

/// How much is wanted of one kind of witness.
struct Demand {
  enum class Kind { kNone, kIfPresent, kRequired };
  Kind kind = Kind::kNone;
  std::size_t at_least = 0;  ///< 0 unless required

  static Demand none() { return {}; }
  static Demand if_present() { return {.kind = Kind::kIfPresent, .at_least = 0}; }
  static Demand required(std::size_t at_least = 1) { return {.kind = Kind::kRequired, .at_least = at_least}; }
};

enum class MayBeOptional { kNo, kYes };

class ProofReader {
 public:
  ProofReader(yaml::Mapping& entry, KeyPlaces& places, yaml::Problems& problems)
      : entry_(entry), places_(places), problems_(problems) {}

  EvidenceRequirements read(IdentityKind kind) {
    const bool is_keyless = kind == IdentityKind::kKeyless;
    const std::optional<Demand> log = read_demand("transparencyLog", MayBeOptional::kYes);
    const std::optional<Demand> timestamp = read_demand("timestamp", MayBeOptional::kYes);
    const std::optional<Demand> certificate_log = read_demand("sct", MayBeOptional::kNo);

    EvidenceRequirements requirements;
    read_window(requirements);
    const bool needs_a_time = is_keyless || requirements.needs_a_time();
    const Demand logs = log.value_or(is_keyless ? Demand::required() : Demand::none());
    // Where no log may prove a time, a timestamp has to.
    const Demand usual_timestamp =
        logs.kind == Demand::Kind::kNone && is_keyless ? Demand::required() : Demand::if_present();
    const Demand timestamps =
        timestamp.value_or(is_keyless || logs.kind != Demand::Kind::kNone ? usual_timestamp : Demand::none());
    refuse_idle_option("transparencyLog", logs, timestamps, needs_a_time);
    refuse_idle_option("timestamp", timestamps, logs, needs_a_time);

    requirements.logs = logs.at_least;
    requirements.timestamp_authorities = timestamps.at_least;
    requirements.certificate_logs = certificate_log.value_or(is_keyless ? Demand::required() : Demand::none()).at_least;
    requirements.time_sources = is_keyless ? 1 : 0;
    requirements.times_from = times_from(logs, timestamps);
    return requirements;
  }

 private:
  static TimesFrom times_from(const Demand& logs, const Demand& timestamps) {
    const bool from_logs = logs.kind != Demand::Kind::kNone;
    const bool from_authorities = timestamps.kind != Demand::Kind::kNone;
    if (from_logs && from_authorities) return TimesFrom::kAnybody;
    if (from_logs) return TimesFrom::kLogs;
    return from_authorities ? TimesFrom::kTimestampAuthorities : TimesFrom::kNobody;
  }

  /// "ifPresent" beside "none", where a time has to be proven, would say that something may be missing that may not.
  void refuse_idle_option(const std::string& key, const Demand& demand, const Demand& other, bool needs_a_time) {
    const auto place = places_.find(key);
    if (place == places_.end() || demand.kind != Demand::Kind::kIfPresent) return;
    if (!needs_a_time || other.kind != Demand::Kind::kNone) return;
    problems_.add(place->second, fmt::format("'{}' cannot be ifPresent here: a time has to be proven, and nothing else "
                                             "may prove it; write 'required'",
                                             key));
  }

  /// `required`, `ifPresent`, `none` or `{ atLeast: 2 }`.
  std::optional<Demand> read_demand(const std::string& key, MayBeOptional optional) {
    constexpr std::int64_t kMost = 100;
    const yaml::Node* node = entry_.find(key);
    if (node == nullptr) return std::nullopt;
    places_.emplace(key, node->mark);
    const std::string what = fmt::format("'{}'", key);
    if (node->kind == yaml::Node::Kind::kMapping) {
      yaml::Mapping threshold(*node, what, problems_);
      const yaml::Node* at_least = threshold.require("atLeast");
      threshold.finish();
      if (at_least == nullptr) return std::nullopt;
      const auto count = yaml::read_integer(*at_least, 1, kMost, "'atLeast'", problems_);
      return Demand::required(static_cast<std::size_t>(count.value_or(1)));
    }
    std::vector<std::string> choices = {"required", "none"};
    if (optional == MayBeOptional::kYes) choices.emplace_back("ifPresent");
    const std::optional<std::size_t> choice = yaml::read_choice(*node, choices, what, problems_);
    if (!choice) return std::nullopt;
    if (*choice == 0) return Demand::required();
    return *choice == 1 ? Demand::none() : Demand::if_present();
  }

  void read_window(EvidenceRequirements& requirements) {
    TimeWindow& window = requirements.signer_validity;
    if (const auto from = read_time("validFrom")) window.start = *from;
    if (const auto until = read_time("validUntil")) window.end = *until;
    requirements.distrusted_from = read_time("distrustedFrom");
  }

  std::optional<Time> read_time(const std::string& key) {
    const yaml::Node* node = entry_.find(key);
    if (node == nullptr) return std::nullopt;
    places_.emplace(key, node->mark);
    return read_moment(*node, fmt::format("'{}'", key), problems_);
  }

  yaml::Mapping& entry_;
  KeyPlaces& places_;
  yaml::Problems& problems_;
};

}  // namespace

EvidenceRequirements read_proofs(yaml::Mapping& entry, IdentityKind kind, KeyPlaces& places, yaml::Problems& problems) {
  return ProofReader(entry, places, problems).read(kind);
}

}  // namespace pullgate::config
