#pragma once
/// The two ways in which an attestor is known, and what has to be proven of it.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/yaml/node.h"
#include "config/yaml/problems.h"
#include "config/yaml/reader.h"
#include "policy/attestor.h"
#include "verify/public_key.h"

namespace pullgate::config {

/// `key: { file | files | pem, algorithm }`: the keys that could be read.
std::vector<verify::TrustedKey> read_keys(const yaml::Node& node, const std::filesystem::path& folder,
                                          yaml::Problems& problems);

/// Where the keys of an attestor's entry stand, by name.
using KeyPlaces = std::map<std::string, yaml::Mark>;

struct ReadKeyless {
  std::string trust_root;  ///< empty when it could not be read
  std::optional<policy::KeylessIdentity> identity;
};
/// `keyless: { trustRoot, issuer | issuerRegExp, subject | subjectPattern | subjectRegExp, subjectKind, extensions }`.
/// Notes the places of "trustRoot", "issuer", "subject" and "extensions".
ReadKeyless read_keyless(const yaml::Node& node, KeyPlaces& places, yaml::Problems& problems);

enum class IdentityKind { kKey, kKeyless };
/// `transparencyLog`, `timestamp`, `sct`, `validFrom`, `validUntil`, `distrustedFrom` of an attestor's entry, with the
/// defaults of its kind; everything but the trust root. Notes the places of what is written.
verify::EvidenceRequirements read_proofs(yaml::Mapping& entry, IdentityKind kind, KeyPlaces& places,
                                         yaml::Problems& problems);

}  // namespace pullgate::config
