#pragma once
/// What one leaf asks for and can never have, or does not need to be told.

#include <string>
#include <vector>

#include "policy/attestation_leaf.h"
#include "policy/attestor.h"
#include "policy/image_leaf.h"
#include "policy/policy.h"
#include "policy/provenance_leaf.h"
#include "policy/vsa_leaf.h"

namespace pullgate::policy {

/// Messages. `attestor` is null for one that does not exist, which is reported as such.
/// `builder` is the leaf's, null likewise, and `attestor` is that of the builder.
std::vector<std::string> conflicts_of(const ProvenanceLeaf& leaf, const Builder* builder, const Attestor* attestor);
std::vector<std::string> conflicts_of(const AttestationLeaf& leaf, const Attestor* attestor);
std::vector<std::string> conflicts_of(const VsaLeaf& leaf, const Attestor* attestor);
std::vector<std::string> conflicts_of(const ImageLeaf& leaf);

}  // namespace pullgate::policy
