#pragma once
/// The leaves of a rule's tree, a file for each kind.

#include <optional>
#include <string>

#include "config/policy/draft.h"
#include "config/yaml/node.h"
#include "config/yaml/problems.h"
#include "policy/requirement.h"

namespace pullgate::config {

/// A leaf under way: what its requirement is called, and where it notes what it names.
struct LeafDraft {
  const std::string& requirement;
  RulePlaces& places;
  yaml::Problems& problems;
};

/// Each reads what stands behind the leaf's key. Something that cannot be read is reported; nothing is answered when
/// too little is left to look for further problems.
using ReadLeaf = std::optional<policy::Requirement>(const yaml::Node& node, LeafDraft draft);
ReadLeaf read_signature_leaf;
ReadLeaf read_provenance_leaf;
ReadLeaf read_attestation_leaf;
ReadLeaf read_vsa_leaf;
ReadLeaf read_base_image_leaf;
ReadLeaf read_image_leaf;
ReadLeaf read_accept_leaf;
ReadLeaf read_reject_leaf;

}  // namespace pullgate::config
