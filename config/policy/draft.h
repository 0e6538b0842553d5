#pragma once
/// A policy file half way to a PolicySet: what could be read, and where each entry stands.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/yaml/node.h"
#include "config/yaml/problems.h"
#include "policy/policy.h"
#include "verify/public_key.h"
#include "verify/sigstore_root.h"

namespace pullgate::config {

struct RulePlaces {
  yaml::Mark name;
  std::vector<yaml::Mark> scopes;                  ///< one for each scope that was read
  std::map<std::string, yaml::Mark> names;         ///< of the attestor or builder in it, by the requirement's name
  std::map<std::string, yaml::Mark> requirements;  ///< by the requirement's name
  bool has_all_scopes = true;                      ///< every scope that is written could be read
  bool has_whole_tree = true;                      ///< likewise the requirements
};

struct ExemptionPlaces {
  yaml::Mark id;
  yaml::Mark expires;
  std::map<std::string, yaml::Mark> waivers;  ///< by what is written
};

struct TrustRootPlaces {
  yaml::Mark name;
  bool is_whole = true;  ///< it could be read
};

struct AttestorPlaces {
  yaml::Mark name;
  std::map<std::string, yaml::Mark> keys;  ///< of its entry and of what is below it
  bool is_whole = true;                    ///< all of it could be read
};

/// Indices of the places are those of the entries in `contents`.
struct PolicyDraft {
  std::filesystem::path folder;  ///< what paths in the file are relative to
  policy::PolicySet::Contents contents;
  std::vector<verify::TrustedKey> keys;
  std::vector<verify::SigstoreRoot> roots;
  std::vector<TrustRootPlaces> trust_roots;
  std::vector<AttestorPlaces> attestors;
  std::vector<yaml::Mark> builders;
  std::vector<yaml::Mark> builder_attestors;  ///< the name that the builder gives
  std::vector<RulePlaces> rules;
  std::vector<RulePlaces> baseline;
  std::vector<ExemptionPlaces> exemptions;
  bool has_all_names = true;             ///< every place that could name an attestor or builder could be read
  bool has_all_trust_root_names = true;  ///< likewise a trust root
};

/// A policy file as it is written and as far as it could be read.
struct ReadDraft {
  yaml::Node root;
  PolicyDraft draft;  ///< its generation is the digest of the text alone
};
/// All that is wrong with the file is reported, contradictions between entries included. None when nothing in it could
/// be read.
std::optional<ReadDraft> read_draft(const std::filesystem::path& file, yaml::Problems& problems);

void read_trust_roots(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems);
void read_attestors(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems);
void read_builders(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems);
/// Of rules and baseline entries that do not say theirs.
struct EntryDefaults {
  policy::Mode mode = policy::Mode::kEnforce;
  policy::Platforms platforms = policy::Platforms::kLeafOrIndex;
};
void read_rules(const yaml::Node& node, EntryDefaults defaults, PolicyDraft& draft, yaml::Problems& problems);
void read_baseline(const yaml::Node& node, EntryDefaults defaults, PolicyDraft& draft, yaml::Problems& problems);
void read_exemptions(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems);

/// "enforce", "warn" or "audit"; enforce when it is something else, which is reported.
policy::Mode read_mode(const yaml::Node& node, yaml::Problems& problems);
/// "leafOrIndex", "index" or "eachLeaf"; likewise, eachLeaf when it is something else.
policy::Platforms read_platforms(const yaml::Node& node, yaml::Problems& problems);

/// The tree below `require` of a rule with this name. Something that cannot be read is reported, and clears
/// `has_whole_tree`; what is answered then is of no use but to look for further problems.
policy::Requirement read_requirement_tree(const yaml::Node& node, const std::string& rule, RulePlaces& places,
                                          yaml::Problems& problems);

}  // namespace pullgate::config
