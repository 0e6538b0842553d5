#include <optional>
#include <utility>

#include <fmt/format.h>

#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

/// Where a comparison ended. Of several statements the one that came furthest is the near miss worth reporting.
enum class Stage { kSigner, kProof, kBuilder, kLevel, kBuildType, kSource };

struct Difference {
  Stage stage;
  Objection objection;
};

/// The first thing in which one statement differs from what the leaf asks for; none when it satisfies all of it. SLSA
/// v1.0 "Verifying artifacts", steps 1 (signer, builder.id and level) and 2 (expectations), in that order: what an
/// untrusted builder says about its source is not worth reporting.
class Comparison {
 public:
  Comparison(const Case& judged, const ProvenanceLeaf& leaf, const std::string& name, const Witness& witness)
      : judged_(judged),
        leaf_(leaf),
        builder_(judged.policy().builder(leaf.builder)),
        name_(name),
        witness_(witness),
        provenance_(*witness.provenance()),
        place_(printable(witness.report->place)) {}

  [[nodiscard]] std::optional<Difference> run() const {
    if (auto difference = against_builder()) return difference;
    if (auto difference = against_build_type()) return difference;
    return against_source();
  }

 private:
  [[nodiscard]] Difference differ(Stage stage, Reason reason, std::string found, std::string remedy) const {
    return {stage, {reason, name_, std::move(found), std::move(remedy)}};
  }

  [[nodiscard]] std::optional<Difference> against_builder() const {
    if (!witness_.is_by(builder_.attestor)) {
      const Attestor& attestor = judged_.policy().attestor(builder_.attestor);
      const bool is_unproven = witness_.shortfall_of(builder_.attestor) != nullptr;
      return Difference{is_unproven ? Stage::kProof : Stage::kSigner,
                        judged_.not_by(builder_.attestor, witness_, "provenance signed", name_,
                                       fmt::format("builder '{}' signs {}", builder_.name,
                                                   attestor.how_it_signs(judged_.about().requested)))};
    }
    if (const auto workflow = other_workflow(builder_, witness_, provenance_)) {
      return differ(Stage::kBuilder, Reason::kBuilderNotAllowed,
                    fmt::format("the provenance says it was built by '{}', the certificate of its signer '{}'",
                                printable(provenance_.builder_id), printable(*workflow)),
                    fmt::format("builder '{}' has to sign its provenance itself", builder_.name));
    }
    if (!is_builder(builder_, witness_, provenance_)) {
      return differ(Stage::kBuilder, Reason::kBuilderNotAllowed,
                    fmt::format("built by '{}'", printable(provenance_.builder_id)),
                    fmt::format("builder '{}' is '{}'", builder_.name, builder_.id.text()));
    }
    // The level is what the policy grants to the builder, never what the document claims for itself.
    if (builder_.level < leaf_.min_level) {
      return differ(Stage::kLevel, Reason::kLevelTooLow,
                    fmt::format("builder '{}' earns level {}", builder_.name, builder_.level),
                    fmt::format("level {} or higher is required", leaf_.min_level));
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Difference> against_build_type() const {
    if (!leaf_.build_type) return std::nullopt;
    if (!provenance_.build_type.empty() && leaf_.build_type->matches(provenance_.build_type)) return std::nullopt;
    return differ(Stage::kBuildType, Reason::kBuildTypeNotAllowed,
                  fmt::format("build type '{}'", printable(provenance_.build_type)),
                  fmt::format("build type '{}' is required", leaf_.build_type->text()));
  }

  [[nodiscard]] std::optional<Difference> against_source() const {
    if (!leaf_.source) return std::nullopt;
    if (!provenance_.source) {
      return differ(Stage::kSource, Reason::kSourceNotAllowed, "the provenance does not say where the source was",
                    "the builder must record the source");
    }
    const verify::Source& source = *provenance_.source;
    if (auto difference = against_certificates(source)) return difference;
    if (auto difference = against_template(leaf_.source->repository, source.repository, "source repository")) {
      return difference;
    }
    if (auto difference = against_template(leaf_.source->ref, source.ref, "source ref")) return difference;
    if (!leaf_.source->commit || (!source.commit.empty() && source.commit == *leaf_.source->commit)) {
      return std::nullopt;
    }
    return differ(Stage::kSource, Reason::kSourceNotAllowed,
                  fmt::format("source commit '{}'", printable(source.commit)),
                  fmt::format("commit '{}' is required", *leaf_.source->commit));
  }

  /// Where the signer's certificate says the source as well, both have to say the same: it comes from the token of the
  /// build, and the statement from whatever ran in it (slsa-verifier compares them likewise).
  [[nodiscard]] std::optional<Difference> against_certificates(const verify::Source& source) const {
    for (const verify::Signer& signer : witness_.signers_of(builder_.attestor)) {
      const auto* certificate = std::get_if<verify::CertificateSigner>(&signer);
      if (certificate == nullptr) continue;
      auto difference = against_certificate(source.repository, verify::source_repository(*certificate), "repository");
      if (!difference) difference = against_certificate(source.ref, verify::source_ref(*certificate), "ref");
      if (!difference) difference = against_certificate(source.commit, verify::source_commit(*certificate), "commit");
      if (difference) return difference;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Difference> against_certificate(const std::string& value,
                                                              const std::optional<std::string>& certified,
                                                              std::string_view what) const {
    if (!certified || value.empty() || value == *certified) return std::nullopt;
    return differ(Stage::kSource, Reason::kSourceNotAllowed,
                  fmt::format("the provenance says source {} '{}', the certificate of its signer '{}'", what,
                              printable(value), printable(*certified)),
                  "the builder must record the source that it was started for");
  }

  /// What the producer left out is empty, and a generous pattern such as `**` must not accept that.
  [[nodiscard]] std::optional<Difference> against_template(const std::optional<TextTemplate>& wanted,
                                                           const std::string& value, std::string_view what) const {
    const ImageReference& requested = judged_.about().requested;
    if (!wanted || (!value.empty() && wanted->matches(value, requested))) return std::nullopt;
    return differ(Stage::kSource, Reason::kSourceNotAllowed, fmt::format("{} '{}'", what, printable(value)),
                  fmt::format("'{}' is required", wanted->filled_in(requested)));
  }

  const Case& judged_;
  const ProvenanceLeaf& leaf_;
  const Builder& builder_;
  const std::string& name_;
  const Witness& witness_;
  const verify::Provenance& provenance_;
  std::string place_;
};

}  // namespace

Judgement judge_provenance(const Case& judged, const ProvenanceLeaf& leaf, const std::string& name) {
  const Builder& builder = judged.policy().builder(leaf.builder);
  Judgement met;
  std::optional<Difference> nearest;
  for (const Witness& witness : judged.witnesses()) {
    if (witness.provenance() == nullptr) continue;
    if (auto difference = Comparison(judged, leaf, name, witness).run()) {
      if (!nearest || difference->stage > nearest->stage) nearest = std::move(difference);
      continue;
    }
    for (const verify::Signer& signer : witness.signers_of(builder.attestor)) {
      if (!met.is_met()) {
        met = Judgement::met(
            fmt::format("builder '{}' by {} at {}", builder.name, describe(signer), printable(witness.report->place)));
      }
      met.supports.push_back({builder.attestor, signer});
    }
  }
  if (!met.is_met()) {
    const std::string remedy = fmt::format("build with '{}' and attach its provenance", builder.name);
    std::vector<Objection> near_misses =
        judged.failures({verify::EvidenceKind::kDsseEnvelope, verify::EvidenceKind::kSigstoreBundle}, name, remedy);
    if (nearest) near_misses.push_back(std::move(nearest->objection));
    near_misses.push_back(
        {Reason::kNoEvidence, name, fmt::format("no provenance was found; searched: {}", judged.places()), remedy});
    const bool level_is_enough = builder.level >= leaf.min_level;
    met = Judgement::not_met(level_is_enough ? Judgement::Prospect::kOpen : Judgement::Prospect::kNone,
                             std::move(near_misses));
  }
  met.attestor = builder.attestor;
  return met;
}

}  // namespace pullgate::policy
