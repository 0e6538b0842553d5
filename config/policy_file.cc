#include "config/policy_file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "config/files/kind.h"
#include "config/files/read_file.h"
#include "config/policy/draft.h"
#include "config/yaml/parse.h"
#include "config/yaml/reader.h"
#include "verify/limits.h"

namespace pullgate::config {
namespace {

using Conflict = policy::PolicySet::Conflict;

constexpr std::int64_t kVersion = 1;

/// That nothing is served without a rule has to be written, so that a reader of the file need not know it.
EntryDefaults read_defaults(const yaml::Node& node, yaml::Problems& problems) {
  yaml::Mapping entry(node, "'defaults'", problems);
  const yaml::Node* mode = entry.find("mode");
  const yaml::Node* no_match = entry.require("noMatch");
  const yaml::Node* platforms = entry.find("platforms");
  entry.finish();
  if (no_match != nullptr && !(no_match->kind == yaml::Node::Kind::kScalar && no_match->text == "deny")) {
    problems.add(no_match->mark,
                 "'noMatch' can only be deny: what no rule is about is not served; to begin with, write a rule over "
                 "\"**\" in mode audit");
  }
  EntryDefaults defaults;
  if (mode != nullptr) defaults.mode = read_mode(*mode, problems);
  if (platforms != nullptr) defaults.platforms = read_platforms(*platforms, problems);
  return defaults;
}

void read_policy(const yaml::Node& root, PolicyDraft& draft, yaml::Problems& problems) {
  yaml::Mapping top(root, "the file", problems);
  if (const yaml::Node* version = top.require("version")) {
    yaml::read_integer(*version, kVersion, kVersion, "'version'", problems);
  }
  if (const yaml::Node* roots = top.find("trustRoots")) read_trust_roots(*roots, draft, problems);
  if (const yaml::Node* attestors = top.find("attestors")) read_attestors(*attestors, draft, problems);
  if (const yaml::Node* builders = top.find("builders")) read_builders(*builders, draft, problems);
  EntryDefaults defaults;
  if (const yaml::Node* node = top.require("defaults")) defaults = read_defaults(*node, problems);
  const yaml::Node* rules = top.require("rules");
  if (rules != nullptr) read_rules(*rules, defaults, draft, problems);
  if (rules == nullptr) draft.has_all_names = false;
  if (const yaml::Node* baseline = top.find("baseline")) read_baseline(*baseline, defaults, draft, problems);
  if (const yaml::Node* exceptions = top.find("exceptions")) read_exemptions(*exceptions, draft, problems);
  top.finish();
}

bool has_whole_trust_root(std::size_t attestor, const PolicyDraft& draft) {
  const std::string& name = draft.contents.attestors[attestor].requirements.trust_root;
  for (std::size_t i = 0; i < draft.trust_roots.size(); ++i) {
    if (draft.contents.trust_roots[i].name == name && !draft.trust_roots[i].is_whole) return false;
  }
  return true;
}

/// The places of an entry of `rules` or `baseline`; null of another.
const RulePlaces* places_of_rule(const Conflict& conflict, const PolicyDraft& draft) {
  if (conflict.entry == Conflict::Entry::kRule) return &draft.rules[conflict.index];
  if (conflict.entry == Conflict::Entry::kBaseline) return &draft.baseline[conflict.index];
  return nullptr;
}

bool has_name(const Conflict& conflict, const PolicyDraft& draft) {
  if (conflict.entry == Conflict::Entry::kRule) return !draft.contents.rules[conflict.index].name.empty();
  if (conflict.entry == Conflict::Entry::kBaseline) return !draft.contents.baseline[conflict.index].name.empty();
  return true;
}

/// Would this conflict be there too if everything could have been read? Otherwise it is an echo of a problem that is
/// reported already.
bool is_real(const Conflict& conflict, const PolicyDraft& draft) {
  const RulePlaces* rule = places_of_rule(conflict, draft);
  switch (conflict.kind) {
    case Conflict::Kind::kName:
      return has_name(conflict, draft);
    case Conflict::Kind::kUnknownName:
      return conflict.entry != Conflict::Entry::kBuilder || !draft.contents.builders[conflict.index].attestor.empty();
    case Conflict::Kind::kUnused:
      return conflict.entry == Conflict::Entry::kTrustRoot ? draft.has_all_trust_root_names : draft.has_all_names;
    case Conflict::Kind::kKey:
      return draft.attestors[conflict.index].is_whole;
    case Conflict::Kind::kProof:
      return draft.attestors[conflict.index].is_whole && has_whole_trust_root(conflict.index, draft);
    case Conflict::Kind::kScope:
    case Conflict::Kind::kUnreachable:
      return conflict.scope.has_value() || rule == nullptr || rule->has_all_scopes;
    case Conflict::Kind::kRequirement:
      return rule == nullptr || rule->has_whole_tree;
    case Conflict::Kind::kWaiver:
      return draft.has_all_names;
  }
  return true;
}

yaml::Mark place_in_rule(const Conflict& conflict, const RulePlaces& places) {
  if (conflict.scope) return places.scopes[*conflict.scope];
  if (conflict.kind == Conflict::Kind::kUnknownName) {
    if (const auto name = places.names.find(conflict.requirement); name != places.names.end()) return name->second;
  }
  const auto requirement = places.requirements.find(conflict.requirement);
  return requirement != places.requirements.end() ? requirement->second : places.name;
}

/// The place of a part of an entry, or of the entry as a whole.
yaml::Mark place_in(const std::map<std::string, yaml::Mark>& parts, const std::string& part, yaml::Mark whole) {
  const auto found = parts.find(part);
  return found != parts.end() ? found->second : whole;
}

yaml::Mark place_of(const Conflict& conflict, const PolicyDraft& draft) {
  switch (conflict.entry) {
    case Conflict::Entry::kTrustRoot:
      return draft.trust_roots[conflict.index].name;
    case Conflict::Entry::kAttestor: {
      const AttestorPlaces& places = draft.attestors[conflict.index];
      return place_in(places.keys, conflict.requirement, places.name);
    }
    case Conflict::Entry::kBuilder:
      return conflict.kind == Conflict::Kind::kUnknownName ? draft.builder_attestors[conflict.index]
                                                           : draft.builders[conflict.index];
    case Conflict::Entry::kExemption: {
      const ExemptionPlaces& places = draft.exemptions[conflict.index];
      return place_in(places.waivers, conflict.requirement, places.id);
    }
    case Conflict::Entry::kBaseline:
      return place_in_rule(conflict, draft.baseline[conflict.index]);
    case Conflict::Entry::kRule:
      return place_in_rule(conflict, draft.rules[conflict.index]);
  }
  return {};
}

/// Of the file and of the keys and trust roots that it stands for, each with what it is trusted for.
Digest generation_of(const Digest& text, const std::vector<verify::TrustedKey>& keys,
                     const std::vector<verify::SigstoreRoot>& roots) {
  std::string read = text.text() + "\n";
  for (const verify::TrustedKey& key : keys) {
    read += key.key.fingerprint().text();
    for (const verify::SignatureScheme scheme : key.schemes) read += fmt::format(" {}", verify::to_string(scheme));
    read += "\n";
  }
  for (const verify::SigstoreRoot& root : roots) read += fmt::format("{} {}\n", root.name(), root.digest().text());
  return Digest::of(read);
}

}  // namespace

std::optional<ReadDraft> read_draft(const std::filesystem::path& file, yaml::Problems& problems) {
  const auto text = read_file(file, limits::kConfigurationBytes);
  if (!text) {
    problems.add({}, text.error().message);
    return std::nullopt;
  }
  std::optional<yaml::Node> root = yaml::parse(*text, problems);
  if (!root) return std::nullopt;
  if (const auto other = problem_with_kind(*root, FileKind::kPolicy)) {
    problems.add({}, *other);
    return std::nullopt;
  }

  PolicyDraft draft{.folder = std::filesystem::absolute(file).parent_path(),
                    .contents = {.attestors = {}, .builders = {}, .rules = {}, .generation = Digest::of(*text)},
                    .keys = {},
                    .roots = {},
                    .trust_roots = {},
                    .attestors = {},
                    .builders = {},
                    .builder_attestors = {},
                    .rules = {},
                    .baseline = {},
                    .exemptions = {}};
  read_policy(*root, draft, problems);
  const std::vector<Conflict> conflicts = policy::PolicySet::conflicts(draft.contents);
  // An attestor or trust root whose name is misspelt where it is used is not unused.
  for (const Conflict& conflict : conflicts) {
    if (conflict.kind != Conflict::Kind::kUnknownName) continue;
    (conflict.entry == Conflict::Entry::kAttestor ? draft.has_all_trust_root_names : draft.has_all_names) = false;
  }
  for (const Conflict& conflict : conflicts) {
    if (is_real(conflict, draft)) problems.add(place_of(conflict, draft), conflict.message);
  }
  return ReadDraft{*std::move(root), std::move(draft)};
}

Loaded<Policy> load_policy(const std::filesystem::path& file) {
  yaml::Problems problems(file.string());
  std::optional<ReadDraft> read = read_draft(file, problems);
  if (!read || !problems.empty()) return problems.take_sorted();  // what could not be read is a problem
  PolicyDraft& draft = read->draft;

  draft.contents.generation = generation_of(draft.contents.generation, draft.keys, draft.roots);
  std::optional<policy::PolicySet> rules = policy::PolicySet::make(std::move(draft.contents));
  if (!rules) {  // a conflict that is_real() took for an echo, and nothing that it echoes
    problems.add({}, "the policy contradicts itself");
    return problems.take_sorted();
  }
  return Policy{std::make_shared<const policy::PolicySet>(*std::move(rules)),
                std::make_shared<const verify::TrustRoot>(std::move(draft.keys), std::move(draft.roots))};
}

}  // namespace pullgate::config
