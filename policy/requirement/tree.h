#pragma once
/// A rule's tree over one case.

#include <optional>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/policy.h"
#include "policy/requirement/case.h"
#include "policy/requirement/distinct.h"
#include "verify/time.h"

namespace pullgate::policy {

/// What became of one requirement. As made, it is not met and nothing could meet it.
struct Judgement {
  /// Could more evidence meet it? What is decided by the policy and the manifest alone cannot change.
  enum class Prospect { kNone, kOpen };

  RequirementOutcome::State state = RequirementOutcome::State::kNotMet;
  Prospect prospect = Prospect::kNone;
  std::string detail;
  std::vector<Objection> objections;  ///< never empty when not met
  std::string attestor;               ///< of a leaf that an attestor meets
  std::vector<Support> supports;      ///< of such a leaf when met: by whom
  /// Of what is met: at this moment it no longer is, though nothing else has changed.
  std::optional<Time> stands_until = std::nullopt;

  [[nodiscard]] bool is_met() const {
    return state == RequirementOutcome::State::kMet || state == RequirementOutcome::State::kWaived;
  }

  static Judgement met(std::string detail);
  static Judgement not_met(Prospect prospect, Objection objection);
  /// With the most telling one of several near misses. `near_misses` must not be empty.
  static Judgement not_met(Prospect prospect, std::vector<Objection> near_misses);
};

/// The earlier of two ends, of which either may be missing.
std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b);

/// Judges the node and all below it and appends their outcomes, parents first. Every node is judged, also where the
/// result is clear before, so that an explanation misses nothing. What an exemption covers counts as met, and says so.
Judgement judge_requirement(const Case& judged, const Requirement& requirement, const std::string& name,
                            std::vector<RequirementOutcome>& outcomes);

// The leaves; each in its own file.
Judgement judge_signature(const Case& judged, const SignatureLeaf& leaf, const std::string& name);
Judgement judge_provenance(const Case& judged, const ProvenanceLeaf& leaf, const std::string& name);
Judgement judge_attestation(const Case& judged, const AttestationLeaf& leaf, const std::string& name);
Judgement judge_vsa(const Case& judged, const VsaLeaf& leaf, const std::string& name);
Judgement judge_base_image(const Case& judged, const BaseImageLeaf& leaf, const std::string& name);
Judgement judge_image(const Case& judged, const ImageLeaf& leaf, const std::string& name);

}  // namespace pullgate::policy
