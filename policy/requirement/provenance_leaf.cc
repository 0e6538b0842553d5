#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "policy/requirement/age.h"
#include "policy/requirement/provenance/comparison.h"
#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using provenance::Comparison;
using provenance::Difference;

/// SLSA v1.0 "Verifying artifacts", steps 1 (signer, builder.id and level) and 2 (expectations), in that order: what an
/// untrusted builder says about its source is not worth reporting.
constexpr std::array kComparisons = {
    provenance::against_builder,    provenance::against_certificates, provenance::against_level,
    provenance::against_build_type, provenance::against_source,       provenance::against_workflow,
    provenance::against_trigger,    provenance::against_inputs,       provenance::against_parameters,
    provenance::against_materials,  provenance::against_claims,
};

/// The first thing in which one statement differs from what the leaf asks for; none when it satisfies all of it.
std::optional<Difference> difference_of(const Comparison& compared) {
  for (provenance::Against* against : kComparisons) {
    if (auto difference = against(compared)) return difference;
  }
  return std::nullopt;
}

Age age_of_build(const Comparison& compared) {
  if (!compared.leaf.max_age) return {};
  return age_of(compared.judged, signing_time(compared.judged, compared.builder.attestor, compared.witness),
                *compared.leaf.max_age, fmt::format("the provenance at {}", printable(compared.witness.report->place)),
                compared.name);
}

/// Why not: the statement that came furthest, evidence that did not verify, or that there is none.
Judgement not_met(const Case& judged, const ProvenanceLeaf& leaf, const std::string& name,
                  std::optional<Difference> nearest) {
  const Builder& builder = judged.policy().builder(leaf.builder);
  const std::string remedy = fmt::format("build with '{}' and attach its provenance", builder.name);
  std::vector<Objection> near_misses =
      judged.failures({verify::EvidenceKind::kDsseEnvelope, verify::EvidenceKind::kSigstoreBundle}, name, remedy);
  if (nearest) near_misses.push_back(std::move(nearest->objection));
  near_misses.push_back(
      {Reason::kNoEvidence, name, fmt::format("no provenance was found; searched: {}", judged.places()), remedy});
  const bool level_is_enough = builder.level >= leaf.min_level;
  return Judgement::not_met(level_is_enough ? Judgement::Prospect::kOpen : Judgement::Prospect::kNone,
                            std::move(near_misses));
}

}  // namespace

bool provenance::satisfies(const Case& judged, const ProvenanceLeaf& leaf, const Witness& witness) {
  if (witness.provenance() == nullptr) return false;
  const std::string nameless;
  const Comparison compared{judged,   leaf,    judged.policy().builder(leaf.builder),
                            nameless, witness, *witness.provenance()};
  return !difference_of(compared) && !age_of_build(compared).objection;
}

Judgement judge_provenance(const Case& judged, const ProvenanceLeaf& leaf, const std::string& name) {
  const Builder& builder = judged.policy().builder(leaf.builder);
  Judgement met;
  std::optional<Time> stands_until;
  std::optional<Difference> nearest;
  for (const Witness& witness : judged.witnesses()) {
    if (witness.provenance() == nullptr) continue;
    const Comparison compared{judged, leaf, builder, name, witness, *witness.provenance()};
    auto difference = difference_of(compared);
    Age age = difference ? Age() : age_of_build(compared);
    if (age.objection) difference = Difference{provenance::Stage::kAge, *std::move(age.objection)};
    if (difference) {
      if (!nearest || difference->stage > nearest->stage) nearest = std::move(difference);
      continue;
    }
    // A threshold may need every one of those who signed: the first that becomes too old ends the judgement.
    stands_until = earlier(stands_until, age.stands_until);
    for (const verify::Signer& signer : witness.signers_of(builder.attestor)) {
      if (!met.is_met()) {
        met = Judgement::met(
            fmt::format("builder '{}' by {} at {}", builder.name, describe(signer), printable(witness.report->place)));
      }
      met.supports.push_back({builder.attestor, signer});
    }
  }
  if (!met.is_met()) met = not_met(judged, leaf, name, std::move(nearest));
  met.stands_until = met.is_met() ? stands_until : std::nullopt;
  met.attestor = builder.attestor;
  return met;
}

}  // namespace pullgate::policy
