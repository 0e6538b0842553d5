#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "policy/conflict/attestor.h"
#include "policy/conflict/exemption.h"
#include "policy/conflict/requirement.h"
#include "policy/policy.h"
#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Conflict = PolicySet::Conflict;
using Entry = Conflict::Entry;
using Kind = Conflict::Kind;

class Search {
 public:
  explicit Search(const PolicySet::Contents& contents) : contents_(contents) {
    for (const Attestor& attestor : contents.attestors) attestor_names_.push_back(attestor.name);
    for (const Builder& builder : contents.builders) builder_names_.push_back(builder.name);
    for (const TrustRootSummary& root : contents.trust_roots) trust_root_names_.push_back(root.name);
  }

  std::vector<Conflict> run() && {
    check_trust_roots();
    check_attestors();
    check_builders();
    for (std::size_t i = 0; i < contents_.baseline.size(); ++i) check_entry(Entry::kBaseline, i, contents_.baseline[i]);
    for (std::size_t i = 0; i < contents_.rules.size(); ++i) check_rule(i);
    check_scopes();
    check_exemptions();
    check_unused();
    std::ranges::sort(found_, {}, [](const Found& found) {
      return std::make_tuple(found.conflict.entry, found.conflict.index, found.ordinal);
    });
    std::vector<Conflict> conflicts;
    for (Found& found : found_) conflicts.push_back(std::move(found.conflict));
    return conflicts;
  }

 private:
  void add(Entry entry, std::size_t index, Kind kind, std::string message, std::string requirement = {},
           std::optional<std::size_t> scope = std::nullopt) {
    if (const std::string whose = name_of(entry, index); !whose.empty()) message = whose + ": " + message;
    found_.push_back({{entry, index, kind, std::move(message), std::move(requirement), scope}, found_.size()});
  }

  /// "rule 'apps'", of entries whose message does not name them by itself.
  [[nodiscard]] std::string name_of(Entry entry, std::size_t index) const {
    const auto named = [](std::string_view kind, const std::string& name) {
      return name.empty() ? std::string() : fmt::format("{} '{}'", kind, printable(name));
    };
    if (entry == Entry::kRule) return named("rule", contents_.rules[index].name);
    if (entry == Entry::kBaseline) return named("baseline entry", contents_.baseline[index].name);
    if (entry == Entry::kExemption) return named("exception", contents_.exemptions[index].id);
    return {};
  }

  void check_name(Entry entry, std::size_t index, std::string_view what, const std::string& name,
                  std::set<std::string>& seen) {
    if (name.empty()) return add(entry, index, Kind::kName, fmt::format("this {} has no name", what));
    if (!seen.insert(name).second) {
      add(entry, index, Kind::kName, fmt::format("a second {} named '{}'", what, printable(name)));
    }
  }

  void check_trust_roots() {
    std::set<std::string> names;
    for (std::size_t i = 0; i < contents_.trust_roots.size(); ++i) {
      check_name(Entry::kTrustRoot, i, "trust root", contents_.trust_roots[i].name, names);
    }
  }

  void check_attestors() {
    std::set<std::string> names;
    std::map<verify::KeySigner, std::size_t> owners;
    for (std::size_t i = 0; i < contents_.attestors.size(); ++i) {
      const Attestor& attestor = contents_.attestors[i];
      check_name(Entry::kAttestor, i, "attestor", attestor.name, names);
      if (const KeyHolder* keys = attestor.keys()) {
        check_keys(i, *keys, owners);
      } else {
        check_same_identity(i);
      }
      used_trust_roots_.insert(attestor.requirements.trust_root);
      for (AttestorConflict& conflict : conflicts_of(attestor, contents_.trust_roots)) {
        add(Entry::kAttestor, i, conflict.kind, std::move(conflict.message), std::move(conflict.key));
      }
    }
  }

  void check_keys(std::size_t index, const KeyHolder& keys, std::map<verify::KeySigner, std::size_t>& owners) {
    for (const verify::KeySigner& key : keys) {
      const auto [owner, is_new] = owners.emplace(key, index);
      if (is_new) continue;
      // One person with two names would satisfy a threshold of two.
      const std::string whose =
          owner->second == index
              ? "twice in this attestor"
              : fmt::format("also the key of attestor '{}'", printable(contents_.attestors[owner->second].name));
      add(Entry::kAttestor, index, Kind::kKey, fmt::format("key {} is {}", key.fingerprint.short_text(), whose));
    }
  }

  void check_same_identity(std::size_t index) {
    const Attestor& attestor = contents_.attestors[index];
    for (std::size_t i = 0; i < index; ++i) {
      const Attestor& other = contents_.attestors[i];
      if (other.keyless() == nullptr || *other.keyless() != *attestor.keyless()) continue;
      if (other.requirements.trust_root != attestor.requirements.trust_root) continue;
      add(Entry::kAttestor, index, Kind::kKey,
          fmt::format("the same identity is also attestor '{}'", printable(other.name)));
    }
  }

  void check_builders() {
    std::set<std::string> names;
    for (std::size_t i = 0; i < contents_.builders.size(); ++i) {
      const Builder& builder = contents_.builders[i];
      check_name(Entry::kBuilder, i, "builder", builder.name, names);
      use_attestor(Entry::kBuilder, i, builder.attestor, {});
      if (builder.level < 0 || builder.level > 3) {
        add(Entry::kBuilder, i, Kind::kRequirement, "SLSA build levels are 0 to 3");
      }
    }
  }

  void use_attestor(Entry entry, std::size_t index, const std::string& name, const std::string& requirement) {
    used_attestors_.insert(name);
    if (std::ranges::find(attestor_names_, name) != attestor_names_.end()) return;
    add(entry, index, Kind::kUnknownName,
        fmt::format("no attestor is named '{}'{}", printable(name), nearest_or_all(name, attestor_names_)),
        requirement);
  }

  /// Rules and baseline entries share their names, because waivers and messages tell them apart by these alone.
  void check_entry(Entry entry, std::size_t index, const Rule& rule) {
    check_name(entry, index, entry == Entry::kRule ? "rule" : "baseline entry", rule.name, rule_names_);
    if (rule.scopes.empty()) {
      add(entry, index, Kind::kScope,
          fmt::format("a {} without scopes can never apply", entry == Entry::kRule ? "rule" : "baseline entry"));
    }
    if (rule.effective_from && rule.mode != Mode::kEnforce) {
      add(entry, index, Kind::kRequirement,
          fmt::format("'effectiveFrom' says from when on it is enforced, but its mode is {}", to_string(rule.mode)));
    }
    RequirementReview review = review_requirement(rule.require, root_name(rule.name, kind_of(rule.require)), contents_);
    used_attestors_.merge(review.attestors);
    used_builders_.merge(review.builders);
    for (RequirementConflict& conflict : review.conflicts) {
      add(entry, index, conflict.kind, std::move(conflict.message), std::move(conflict.requirement));
    }
  }

  void check_rule(std::size_t index) {
    const Rule& rule = contents_.rules[index];
    check_entry(Entry::kRule, index, rule);
    if (is_met_without_evidence(rule.require)) {
      add(Entry::kRule, index, Kind::kRequirement,
          "would let images through without any evidence; if that is meant, write 'accept: {}' beside it under allOf",
          root_name(rule.name, kind_of(rule.require)));
    }
  }

  void check_exemptions() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < contents_.exemptions.size(); ++i) {
      check_name(Entry::kExemption, i, "exception", contents_.exemptions[i].id, ids);
      for (ExemptionConflict& conflict : conflicts_of(contents_.exemptions[i], contents_)) {
        add(Entry::kExemption, i, conflict.kind, std::move(conflict.message), std::move(conflict.waiver));
      }
    }
  }

  struct Place {
    std::size_t rule;
    std::size_t scope;
  };
  const Scope& scope_at(Place place) const { return contents_.rules[place.rule].scopes[place.scope]; }

  /// Two scopes can tie, or one cover the other, only when the literal prefix of one begins that of the other, so
  /// comparing within buckets by prefix keeps thousands of rules cheap.
  void check_scopes() {
    std::map<std::string, std::vector<Place>> by_prefix;
    for (std::size_t r = 0; r < contents_.rules.size(); ++r) {
      for (std::size_t s = 0; s < contents_.rules[r].scopes.size(); ++s) {
        by_prefix[contents_.rules[r].scopes[s].literal_prefix()].push_back({r, s});
      }
    }
    for (const auto& [prefix, places] : by_prefix) {
      for (std::size_t second = 1; second < places.size(); ++second) {
        for (std::size_t first = 0; first < second; ++first) check_tie(places[first], places[second]);
      }
    }
    for (std::size_t r = 0; r < contents_.rules.size(); ++r) check_reachable(r, by_prefix);
  }

  void check_tie(Place first, Place second) {
    const Scope& a = scope_at(first);
    const Scope& b = scope_at(second);
    if (first.rule == second.rule) {
      if (a == b)
        add(Entry::kRule, second.rule, Kind::kScope, fmt::format("scope '{}' is listed twice", b.text()), {},
            second.scope);
      return;
    }
    if (std::is_neq(a.specificity(b)) || !a.overlaps(b)) return;
    const std::string& other = contents_.rules[first.rule].name;
    add(Entry::kRule, second.rule, Kind::kScope,
        a == b ? fmt::format("scope '{}' already belongs to rule '{}'", b.text(), printable(other))
               : fmt::format(
                     "scope '{}' is as specific as '{}' of rule '{}', and some repositories match both: which rule "
                     "applies would be chance",
                     b.text(), a.text(), printable(other)),
        {}, second.scope);
  }

  void check_reachable(std::size_t rule, const std::map<std::string, std::vector<Place>>& by_prefix) {
    const std::vector<Scope>& scopes = contents_.rules[rule].scopes;
    std::string covering;
    for (const Scope& scope : scopes) {
      const std::optional<Place> cover = cover_of(scope, rule, by_prefix);
      if (!cover) return;
      covering =
          fmt::format("'{}' of rule '{}'", scope_at(*cover).text(), printable(contents_.rules[cover->rule].name));
    }
    if (scopes.empty()) return;
    add(Entry::kRule, rule, Kind::kUnreachable,
        fmt::format("this rule can never apply: more specific scopes cover all of its own, such as {}", covering));
  }

  /// A scope of another rule that is more specific and matches everything that `scope` matches.
  std::optional<Place> cover_of(const Scope& scope, std::size_t rule,
                                const std::map<std::string, std::vector<Place>>& by_prefix) const {
    const std::string prefix = scope.literal_prefix();
    for (std::size_t end = prefix.size();;) {
      const auto bucket = by_prefix.find(prefix.substr(0, end));
      if (bucket != by_prefix.end()) {
        for (const Place& place : bucket->second) {
          const Scope& other = scope_at(place);
          if (place.rule != rule && std::is_gt(other.specificity(scope)) && other.covers(scope)) return place;
        }
      }
      if (end == 0) return std::nullopt;
      const std::size_t slash = prefix.rfind('/', end - 1);
      end = slash == std::string::npos ? 0 : slash;
    }
  }

  void check_unused() {
    for (std::size_t i = 0; i < trust_root_names_.size(); ++i) {
      if (trust_root_names_[i].empty() || used_trust_roots_.contains(trust_root_names_[i])) continue;
      add(Entry::kTrustRoot, i, Kind::kUnused,
          fmt::format("no attestor uses trust root '{}'; use it or remove it", printable(trust_root_names_[i])));
    }
    for (std::size_t i = 0; i < attestor_names_.size(); ++i) {
      if (attestor_names_[i].empty() || used_attestors_.contains(attestor_names_[i])) continue;
      add(Entry::kAttestor, i, Kind::kUnused,
          fmt::format("no rule and no builder uses attestor '{}'; use it or remove it", printable(attestor_names_[i])));
    }
    for (std::size_t i = 0; i < builder_names_.size(); ++i) {
      if (builder_names_[i].empty() || used_builders_.contains(builder_names_[i])) continue;
      add(Entry::kBuilder, i, Kind::kUnused,
          fmt::format("no rule uses builder '{}'; use it or remove it", printable(builder_names_[i])));
    }
  }

  const PolicySet::Contents& contents_;
  std::vector<std::string> attestor_names_;
  std::vector<std::string> builder_names_;
  std::vector<std::string> trust_root_names_;
  std::set<std::string> used_trust_roots_;
  std::set<std::string> used_attestors_;
  std::set<std::string> used_builders_;
  std::set<std::string> rule_names_;
  struct Found {
    Conflict conflict;
    std::size_t ordinal;
  };
  std::vector<Found> found_;
};

}  // namespace

std::vector<PolicySet::Conflict> PolicySet::conflicts(const Contents& contents) {
  return Search(contents).run();
}

}  // namespace pullgate::policy
