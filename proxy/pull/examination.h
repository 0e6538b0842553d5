#pragma once
/// All that is known about one image under one policy and trust generation: its manifest, the evidence found, and
/// the decisions that follow for the names it was asked for by. The evidence belongs to the digest; the decision also
/// to the tag, because a policy may bind the two.

#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "policy/decision.h"
#include "policy/evaluate.h"
#include "policy/policy.h"
#include "proxy/pull/manifest_source.h"
#include "verify/reference.h"
#include "verify/time.h"

namespace pullgate::proxy {

/// What a decision may be remembered under. Never a tag alone: tags move.
struct ExaminationKey {
  Repository repository;
  Digest digest;
  Digest policy_generation;
  Digest trust_generation;

  friend auto operator<=>(const ExaminationKey&, const ExaminationKey&) = default;
  friend bool operator==(const ExaminationKey&, const ExaminationKey&) = default;
};

/// Thread-safe; immutable but for the decisions that it remembers.
class Examination {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  struct Contents {
    ManifestSource::Read manifest;  ///< readable: its document is a value
    std::shared_ptr<const policy::PolicySet> policy;
    Digest trust_generation;
    std::shared_ptr<const policy::Gathered> gathered;
    std::size_t evidence_bytes = 0;
    Moment finished_at;
  };

  explicit Examination(Contents contents) : contents_(std::move(contents)) {}

  /// For this digest asked for by this name at this moment. Made anew when an older one no longer stands.
  [[nodiscard]] std::shared_ptr<const policy::Decision> decision_for(const ImageReference& requested, Time at) const;
  /// An allowance of this digest under any tag, for requests by digest: containerd asks by tag once, then by digest.
  [[nodiscard]] std::shared_ptr<const policy::Decision> allowance(Time at) const;

  /// What was allowed stays allowed when the same digest is examined again for another tag's sake; but where further
  /// evidence can end that, it is decided anew.
  void inherit_allowances(const Examination& older, Time at);

  [[nodiscard]] const Contents& contents() const { return contents_; }
  /// About what this takes in memory, in bytes.
  [[nodiscard]] std::size_t weight() const;

 private:
  void remember(const std::string& tag, const std::shared_ptr<const policy::Decision>& decision) const;

  Contents contents_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const policy::Decision>> decisions_;  // by tag, "" for none
};

}  // namespace pullgate::proxy
