#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "policy/requirement/age.h"
#include "policy/requirement/provenance/comparison.h"
#include "policy/requirement/provenance/enclosed.h"
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
    provenance::against_materials,  provenance::against_claims,       provenance::against_labels,
};

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

/// All evidence before one leaf.
class ProvenanceJudge {
 public:
  ProvenanceJudge(const Case& judged, const ProvenanceLeaf& leaf, const std::string& name)
      : judged_(judged), leaf_(leaf), name_(name), builder_(judged.policy().builder(leaf.builder)) {}

  Judgement run() && {
    for (const Witness& witness : judged_.witnesses()) {
      if (witness.provenance() != nullptr) {
        const Comparison compared{judged_, leaf_, builder_, name_, witness, *witness.provenance()};
        weigh(witness, compared.outcome(), "at");
      } else if (provenance::may_cover(judged_, leaf_, witness)) {
        provenance::EnclosedProvenance covered = provenance::enclosed_under(judged_, leaf_, witness, name_);
        weigh(witness, {std::move(covered.difference), covered.stands_until},
              fmt::format("who signed the index with the provenance of {} platforms in it, at",
                          covered.of_platforms.size()));
      } else if (!nearest_ && might_have_covered(witness)) {
        nearest_ = Difference{
            provenance::Stage::kSigner,
            judged_.not_by(
                builder_.attestor, witness, "an index with provenance in it signed", name_,
                fmt::format("builder '{}' signs its indexes {}", builder_.name,
                            judged_.policy().attestor(builder_.attestor).how_it_signs(judged_.about().requested)))};
      }
    }
    if (!met_.is_met()) met_ = not_met(judged_, leaf_, name_, std::move(nearest_));
    met_.stands_until = met_.is_met() ? stands_until_ : std::nullopt;
    met_.attestor = builder_.attestor;
    return std::move(met_);
  }

 private:
  /// Had the right one signed.
  [[nodiscard]] bool might_have_covered(const Witness& witness) const {
    return builder_.unsigned_statements == UnsignedStatements::kUnderSignature && witness.signature() != nullptr &&
           std::holds_alternative<Index>(judged_.image());
  }

  void weigh(const Witness& witness, Comparison::Outcome outcome, std::string_view how) {
    if (outcome.difference) {
      if (!nearest_ || outcome.difference->stage > nearest_->stage) nearest_ = std::move(outcome.difference);
      return;
    }
    // A threshold may need every one of those who signed: the first that becomes too old ends the judgement.
    stands_until_ = earlier(stands_until_, outcome.stands_until);
    for (const verify::Signer& signer : witness.signers_of(builder_.attestor)) {
      if (!met_.is_met()) {
        met_ = Judgement::met(fmt::format("builder '{}' by {} {} {}", builder_.name, describe(signer), how,
                                          printable(witness.report->place)));
      }
      met_.supports.push_back({builder_.attestor, signer});
    }
  }

  const Case& judged_;
  const ProvenanceLeaf& leaf_;
  const std::string& name_;
  const Builder& builder_;
  Judgement met_;
  std::optional<Time> stands_until_;
  std::optional<Difference> nearest_;
};

}  // namespace

Comparison::Outcome Comparison::outcome() const {
  for (provenance::Against* against : kComparisons) {
    if (auto found = against(*this)) return {.difference = std::move(found)};
  }
  if (!leaf.max_age) return {};
  Age age = age_of(judged, signing_time(judged, builder.attestor, witness), *leaf.max_age,
                   fmt::format("the provenance at {}", printable(witness.report->place)), name);
  if (age.objection) return {.difference = Difference{provenance::Stage::kAge, *std::move(age.objection)}};
  return {.difference = std::nullopt, .stands_until = age.stands_until};
}

bool provenance::satisfies(const Case& judged, const ProvenanceLeaf& leaf, const Witness& witness) {
  if (witness.provenance() == nullptr) return false;
  const std::string nameless;
  const Builder& builder = judged.policy().builder(leaf.builder);
  return !Comparison{judged, leaf, builder, nameless, witness, *witness.provenance()}.outcome().difference;
}

Judgement judge_provenance(const Case& judged, const ProvenanceLeaf& leaf, const std::string& name) {
  return ProvenanceJudge(judged, leaf, name).run();
}

}  // namespace pullgate::policy
