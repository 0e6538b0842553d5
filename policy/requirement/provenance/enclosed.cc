#include "policy/requirement/provenance/enclosed.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "verify/bytes.h"

namespace pullgate::policy::provenance {
namespace {

/// Everything that the index names and that is not evidence through and through: what only calls itself an attestation
/// is a platform too, and somebody could run it.
std::vector<const Descriptor*> platforms_of(const Index& index, const Enclosed& enclosed) {
  std::vector<const Descriptor*> platforms;
  for (const Descriptor& child : index.manifests) {
    const bool is_carrier = std::ranges::find(enclosed.carriers, child.digest) != enclosed.carriers.end();
    if (!is_carrier) platforms.push_back(&child);
  }
  return platforms;
}

std::string shown(const Descriptor& platform) {
  return platform.platform ? fmt::format("{}/{} {}", printable(platform.platform->os, 40),
                                         printable(platform.platform->architecture, 40), platform.digest.short_text())
                           : platform.digest.short_text();
}

Difference without_provenance(const std::string& name, const std::string& platform, const std::string& problem) {
  return {Stage::kSigner,
          {Reason::kPlatformNotCovered, name,
           problem.empty() ? fmt::format("the index has no provenance of {}", platform)
                           : fmt::format("the index has no provenance of {} that can be read: {}", platform, problem),
           "build every platform with its provenance"}};
}

}  // namespace

bool may_cover(const Case& judged, const ProvenanceLeaf& leaf, const Witness& witness) {
  const Builder& builder = judged.policy().builder(leaf.builder);
  return builder.unsigned_statements == UnsignedStatements::kUnderSignature && witness.signature() != nullptr &&
         std::holds_alternative<Index>(judged.image()) && witness.is_by(builder.attestor);
}

/// Every statement about a platform has to be one of which everything holds: whoever can put a second one beside the
/// builder's own, such as a frontend that a Dockerfile names, must not be believed instead of it.
EnclosedProvenance enclosed_under(const Case& judged, const ProvenanceLeaf& leaf, const Witness& witness,
                                  const std::string& name) {
  const Enclosed& enclosed = judged.gathered().enclosed;
  const Builder& builder = judged.policy().builder(leaf.builder);
  EnclosedProvenance covered;
  const auto refuse = [](Difference difference) {
    return EnclosedProvenance{.of_platforms = {}, .difference = std::move(difference)};
  };
  for (const Descriptor* platform : platforms_of(std::get<Index>(judged.image()), enclosed)) {
    const verify::Provenance* found = nullptr;
    for (const EnclosedStatement& candidate : enclosed.statements) {
      if (candidate.about != platform->digest) continue;
      if (!candidate.statement || !candidate.statement->provenance) {
        return refuse(
            without_provenance(name, shown(*platform),
                               fmt::format("{}: {}", printable(candidate.place), printable(candidate.problem, 300))));
      }
      found = &*candidate.statement->provenance;
      Comparison::Outcome outcome = Comparison{judged, leaf, builder, name, witness, *found}.outcome();
      if (outcome.difference) {
        outcome.difference->objection.found +=
            fmt::format("; in {}, of {}", printable(candidate.place), shown(*platform));
        return refuse(*std::move(outcome.difference));
      }
      covered.stands_until = earlier(covered.stands_until, outcome.stands_until);
    }
    if (found == nullptr) return refuse(without_provenance(name, shown(*platform), {}));
    covered.of_platforms.push_back(found);
  }
  if (covered.of_platforms.empty()) covered.difference = without_provenance(name, "any platform", {});
  return covered;
}

}  // namespace pullgate::policy::provenance
