#include "policy/policy.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace pullgate::policy {

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::kEnforce:
      return "enforce";
    case Mode::kWarn:
      return "warn";
    case Mode::kAudit:
      return "audit";
  }
  return "enforce";
}

std::string_view to_string(Platforms platforms) {
  switch (platforms) {
    case Platforms::kLeafOrIndex:
      return "leafOrIndex";
    case Platforms::kIndex:
      return "index";
    case Platforms::kEachLeaf:
      return "eachLeaf";
  }
  return "eachLeaf";
}

PolicySet::PolicySet(Contents contents) : contents_(std::move(contents)) {
  for (std::size_t i = 0; i < contents_.attestors.size(); ++i) {
    attestor_index_.emplace(contents_.attestors[i].name, i);
    if (const KeyHolder* keys = contents_.attestors[i].keys()) {
      for (const verify::KeySigner& key : *keys) attestors_by_key_[key].push_back(i);
    } else {
      keyless_attestors_.push_back(i);
    }
  }
  for (std::size_t i = 0; i < contents_.builders.size(); ++i) builder_index_.emplace(contents_.builders[i].name, i);

  const auto scope_at = [&](ScopeOf at) -> const Scope& { return contents_.rules[at.rule].scopes[at.scope]; };
  for (std::size_t r = 0; r < contents_.rules.size(); ++r) {
    const std::vector<Scope>& scopes = contents_.rules[r].scopes;
    for (std::size_t s = 0; s < scopes.size(); ++s) scopes_by_prefix_[scopes[s].literal_prefix()].push_back({r, s});
  }
  for (auto& [prefix, scopes] : scopes_by_prefix_) {
    std::ranges::sort(scopes, [&](ScopeOf a, ScopeOf b) {
      const std::weak_ordering order = scope_at(a).specificity(scope_at(b));
      return std::is_neq(order) ? std::is_gt(order) : std::tie(a.rule, a.scope) < std::tie(b.rule, b.scope);
    });
  }
  index_exemptions();
}

void PolicySet::index_exemptions() {
  const auto index = [&](std::size_t exemption, const std::string& written, const std::vector<Rule>& entries) {
    for (const Rule& entry : entries) {
      for (const std::string& name : requirements_named(written, entry.name, entry.require).names) {
        exemptions_by_requirement_[name].push_back(exemption);
      }
    }
  };
  for (std::size_t i = 0; i < contents_.exemptions.size(); ++i) {
    for (const std::string& written : contents_.exemptions[i].waives) {
      index(i, written, contents_.baseline);
      index(i, written, contents_.rules);
    }
  }
}

std::optional<PolicySet> PolicySet::make(Contents contents) {
  if (!conflicts(contents).empty()) return std::nullopt;
  return PolicySet(std::move(contents));
}

const Rule* PolicySet::rule_for(const Repository& repository) const {
  // Of two scopes that both match, the one with the longer literal prefix is the more specific: at the component after
  // the shorter prefix it has a literal where the other has a wildcard. So prefixes are tried from long to short, and
  // within one the scopes are in order already.
  const std::string name = repository.text();
  for (std::size_t end = name.size();;) {
    const auto found = scopes_by_prefix_.find(std::string_view(name).substr(0, end));
    if (found != scopes_by_prefix_.end()) {
      for (const ScopeOf& at : found->second) {
        const Rule& rule = contents_.rules[at.rule];
        if (rule.scopes[at.scope].matches(repository)) return &rule;
      }
    }
    if (end == 0) return nullptr;
    const std::size_t slash = name.rfind('/', end - 1);
    end = slash == std::string::npos ? 0 : slash;
  }
}

std::vector<const Rule*> PolicySet::baseline_for(const Repository& repository) const {
  std::vector<const Rule*> entries;
  for (const Rule& entry : contents_.baseline) {
    const auto matches = [&](const Scope& scope) { return scope.matches(repository); };
    if (std::ranges::any_of(entry.scopes, matches)) entries.push_back(&entry);
  }
  return entries;
}

std::vector<const Rule*> PolicySet::entries_for(const Repository& repository) const {
  const Rule* rule = rule_for(repository);
  if (rule == nullptr) return {};
  std::vector<const Rule*> entries = baseline_for(repository);
  entries.push_back(rule);
  return entries;
}

const Exemption* PolicySet::exemption_of(const std::string& requirement, const Repository& repository,
                                         const Digest& digest) const {
  const auto found = exemptions_by_requirement_.find(requirement);
  if (found == exemptions_by_requirement_.end()) return nullptr;
  const Exemption* lasting = nullptr;
  for (const std::size_t index : found->second) {
    const Exemption& exemption = contents_.exemptions[index];
    if (!exemption.covers(repository, digest)) continue;
    if (lasting == nullptr || exemption.expires > lasting->expires) lasting = &exemption;
  }
  return lasting;
}

const Attestor& PolicySet::attestor(std::string_view name) const {
  const auto found = attestor_index_.find(name);
  if (found == attestor_index_.end()) throw std::out_of_range("no such attestor: a policy with it cannot be made");
  return contents_.attestors[found->second];
}

const Builder& PolicySet::builder(std::string_view name) const {
  const auto found = builder_index_.find(name);
  if (found == builder_index_.end()) throw std::out_of_range("no such builder: a policy with it cannot be made");
  return contents_.builders[found->second];
}

bool PolicySet::may_know(const verify::Signer& signer) const {
  if (const auto* key = std::get_if<verify::KeySigner>(&signer)) return attestors_by_key_.contains(*key);
  const auto& certificate = std::get<verify::CertificateSigner>(signer);
  return std::ranges::any_of(keyless_attestors_,
                             [&](std::size_t index) { return contents_.attestors[index].may_be(certificate); });
}

std::vector<const Attestor*> PolicySet::attestors_of(const verify::Signer& signer,
                                                     const ImageReference& requested) const {
  std::vector<const Attestor*> attestors;
  if (const auto* key = std::get_if<verify::KeySigner>(&signer)) {
    const auto found = attestors_by_key_.find(*key);
    if (found == attestors_by_key_.end()) return attestors;
    for (const std::size_t index : found->second) attestors.push_back(&contents_.attestors[index]);
    return attestors;
  }
  for (const std::size_t index : keyless_attestors_) {
    const Attestor& attestor = contents_.attestors[index];
    if (attestor.is(signer, requested)) attestors.push_back(&attestor);
  }
  return attestors;
}

}  // namespace pullgate::policy
