#include <fmt/format.h>

#include "policy/requirement/provenance/comparison.h"
#include "verify/bytes.h"

namespace pullgate::policy::provenance {

std::optional<Difference> against_builder(const Comparison& compared) {
  const Builder& builder = compared.builder;
  const Witness& witness = compared.witness;
  const verify::Provenance& statement = compared.statement;
  if (!witness.is_by(builder.attestor)) {
    const Attestor& attestor = compared.judged.policy().attestor(builder.attestor);
    const bool is_unproven = witness.shortfall_of(builder.attestor) != nullptr;
    return Difference{is_unproven ? Stage::kProof : Stage::kSigner,
                      compared.judged.not_by(builder.attestor, witness, "provenance signed", compared.name,
                                             fmt::format("builder '{}' signs {}", builder.name,
                                                         attestor.how_it_signs(compared.judged.about().requested)))};
  }
  if (const auto workflow = other_workflow(builder, witness, statement)) {
    return compared.differ(Stage::kBuilder, Reason::kBuilderNotAllowed,
                           fmt::format("the provenance says it was built by '{}', the certificate of its signer '{}'",
                                       printable(statement.builder_id), printable(*workflow)),
                           fmt::format("builder '{}' has to sign its provenance itself", builder.name));
  }
  if (is_builder(builder, witness, statement)) return std::nullopt;
  return compared.differ(Stage::kBuilder, Reason::kBuilderNotAllowed,
                         fmt::format("built by '{}'", printable(statement.builder_id)),
                         fmt::format("build with builder '{}', which is '{}'", builder.name, builder.id.text()));
}

std::optional<Difference> against_level(const Comparison& compared) {
  // The level is what the policy grants to the builder, never what the document claims for itself.
  if (compared.builder.level >= compared.leaf.min_level) return std::nullopt;
  return compared.differ(Stage::kLevel, Reason::kLevelTooLow,
                         fmt::format("builder '{}' earns level {}", compared.builder.name, compared.builder.level),
                         fmt::format("level {} or higher is required", compared.leaf.min_level));
}

std::optional<Difference> against_build_type(const Comparison& compared) {
  const std::optional<TextPattern>& wanted = compared.leaf.build_type;
  const std::string& type = compared.statement.build_type;
  if (!wanted || (!type.empty() && wanted->matches(type))) return std::nullopt;
  return compared.differ(Stage::kBuildType, Reason::kBuildTypeNotAllowed,
                         fmt::format("built as type '{}'", printable(type)),
                         fmt::format("build type '{}' is required", wanted->text()));
}

}  // namespace pullgate::policy::provenance
