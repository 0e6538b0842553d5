#pragma once
/// Provenance that lies in the index beside each platform, unsigned, under somebody's signature over the index.

#include <optional>
#include <string>
#include <vector>

#include "policy/requirement/provenance/comparison.h"

namespace pullgate::policy::provenance {

struct EnclosedProvenance {
  /// For each platform of the index one of which everything holds that the leaf asks for; empty when some platform has
  /// none.
  std::vector<const verify::Provenance*> of_platforms;
  std::optional<Difference> difference = std::nullopt;  ///< why not
  std::optional<Time> stands_until = std::nullopt;
};

/// Does the leaf's builder allow it, and is `witness` a signature over an index, by the builder's attestor? Anybody can
/// sign, and what strangers sign is not worth comparing statements for.
bool may_cover(const Case& judged, const ProvenanceLeaf& leaf, const Witness& witness);
/// What the witness's signature covers. Only where may_cover().
EnclosedProvenance enclosed_under(const Case& judged, const ProvenanceLeaf& leaf, const Witness& witness,
                                  const std::string& name);

}  // namespace pullgate::policy::provenance
