#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/provenance/comparison.h"
#include "verify/bytes.h"

namespace pullgate::policy::provenance {
namespace {

using verify::Material;
using verify::Stated;

std::string shown_material(const Material& material) {
  return material.uri.empty() ? fmt::format("material '{}' without a URI", printable(material.name))
                              : fmt::format("material '{}'", printable(material.uri, 300));
}

std::optional<Difference> against_allowed(const Comparison& compared, const std::vector<TextTemplate>& allowed,
                                          const Material& material) {
  const bool is_allowed =
      std::ranges::any_of(allowed, [&](const TextTemplate& wanted) { return compared.matches(wanted, material.uri); });
  if (!is_allowed) {
    std::vector<std::string> patterns;
    for (const TextTemplate& wanted : allowed) patterns.push_back(compared.shown(wanted));
    return compared.differ(Stage::kMaterials, Reason::kMaterialNotAllowed,
                           fmt::format("the build used {}", shown_material(material)),
                           fmt::format("allowed are '{}'", fmt::join(patterns, "', '")));
  }
  // A name alone means whatever is there at the time: the build may have used anything.
  if (material.is_pinned()) return std::nullopt;
  return compared.differ(Stage::kMaterials, Reason::kMaterialNotAllowed,
                         fmt::format("{} has no digest", shown_material(material)),
                         "everything that is used has to be recorded with its digest");
}

Difference incomplete(const Comparison& compared, std::string found) {
  return compared.differ(Stage::kMaterials, Reason::kProvenanceIncomplete, std::move(found),
                         "a builder that records everything it uses is required");
}

}  // namespace

std::optional<Difference> against_materials(const Comparison& compared) {
  const std::optional<MaterialsRequirement>& wanted = compared.leaf.materials;
  if (!wanted) return std::nullopt;
  const verify::Provenance& statement = compared.statement;
  for (const Material& material : statement.materials) {
    if (auto difference = against_allowed(compared, wanted->allow, material)) return difference;
  }
  const bool is_complete = statement.materials_are_complete == Stated::kYes;
  // Nothing forbidden in an empty list says nothing: most builders leave it empty for want of knowing.
  if (statement.materials.empty() && !is_complete) {
    return incomplete(compared, "the provenance lists no materials, and does not claim that there were none");
  }
  if (wanted->completeness == BuilderClaim::kRequired && !is_complete) {
    return incomplete(compared, "the builder does not claim to have recorded every material");
  }
  return std::nullopt;
}

std::optional<Difference> against_claims(const Comparison& compared) {
  if (compared.leaf.hermetic == BuilderClaim::kRequired && compared.statement.hermetic != Stated::kYes) {
    return compared.differ(Stage::kClaims, Reason::kBuildNotHermetic,
                           "the builder does not claim that the build was hermetic",
                           "a build without access to the network is required");
  }
  if (compared.leaf.reproducible == BuilderClaim::kRequired && compared.statement.reproducible != Stated::kYes) {
    return compared.differ(Stage::kClaims, Reason::kBuildNotReproducible,
                           "the builder does not claim that the build is reproducible",
                           "a build that is recorded as reproducible is required");
  }
  return std::nullopt;
}

}  // namespace pullgate::policy::provenance
