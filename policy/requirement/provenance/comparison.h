#pragma once
/// One statement before one provenance leaf.

#include <optional>
#include <string>
#include <string_view>

#include "policy/decision.h"
#include "policy/requirement.h"
#include "policy/requirement/case.h"
#include "policy/requirement/tree.h"
#include "verify/time.h"

namespace pullgate::policy::provenance {

/// Where a comparison ended. Of several statements the one that came furthest is the near miss worth reporting.
enum class Stage {
  kSigner,
  kProof,
  kBuilder,
  kCertificate,
  kLevel,
  kBuildType,
  kSource,
  kWorkflow,
  kTrigger,
  kInputs,
  kParameters,
  kMaterials,
  kClaims,
  kLabels,
  kAge,
};

struct Difference {
  Stage stage;
  Objection objection;
};

/// Refers to what it was made from.
struct Comparison {
  const Case& judged;
  const ProvenanceLeaf& leaf;
  const Builder& builder;
  const std::string& name;
  const Witness& witness;
  const verify::Provenance& statement;

  struct Outcome {
    /// The first thing in which the statement differs from what the leaf asks for; none when it satisfies all of it.
    std::optional<Difference> difference = std::nullopt;
    /// Of one that does: when it becomes too old.
    std::optional<Time> stands_until = std::nullopt;
  };
  [[nodiscard]] Outcome outcome() const;

  [[nodiscard]] Difference differ(Stage stage, Reason reason, std::string found, std::string remedy) const {
    return {stage, {reason, name, std::move(found), std::move(remedy)}};
  }
  /// What the producer left out is empty, and a generous pattern such as `**` must not accept that.
  [[nodiscard]] bool matches(const TextTemplate& wanted, std::string_view value) const {
    return !value.empty() && wanted.matches(value, judged.about().requested);
  }
  /// For remedies.
  [[nodiscard]] std::string shown(const TextTemplate& wanted) const {
    return wanted.filled_in(judged.about().requested);
  }
};

/// Each answers the first thing in which the statement differs from what the leaf asks for, or nothing.
using Against = std::optional<Difference>(const Comparison& compared);

Against against_builder;
/// What the certificate of its signer says likewise, whatever the leaf asks for.
Against against_certificates;
Against against_level;
Against against_build_type;
Against against_source;
Against against_workflow;
Against against_trigger;
Against against_inputs;
Against against_parameters;
Against against_materials;
Against against_claims;
Against against_labels;

/// Is this provenance of which everything holds that the leaf asks for?
bool satisfies(const Case& judged, const ProvenanceLeaf& leaf, const Witness& witness);

}  // namespace pullgate::policy::provenance
