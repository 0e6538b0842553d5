#include "policy/conflict/exemption.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Kind = PolicySet::Conflict::Kind;

/// The names in full of what can be waived: nothing below a threshold.
void note_full_names(const Requirement& requirement, const std::string& name, std::vector<std::string>& names) {
  names.push_back(name);
  if (std::holds_alternative<Threshold>(requirement.node)) return;
  const std::vector<Requirement>& children = children_of(requirement);
  for (std::size_t i = 0; i < children.size(); ++i) {
    note_full_names(children[i], child_name(name, i, kind_of(children[i])), names);
  }
}

std::string kind_in(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

/// The kinds of what can be waived in an entry, and the names by which it is: "acme-apps/baseImage" where there is one
/// of that kind.
struct ToWaive {
  std::vector<std::string> kinds;
  std::vector<std::string> names;
};
ToWaive to_waive(const Rule& entry) {
  std::vector<std::string> full;
  note_full_names(entry.require, root_name(entry.name, kind_of(entry.require)), full);
  ToWaive found;
  for (const std::string& name : full) {
    found.kinds.push_back(kind_in(name));
    const std::string brief = root_name(entry.name, found.kinds.back());
    found.names.push_back(requirements_named(brief, entry.name, entry.require).names.size() == 1 ? brief : name);
  }
  return found;
}

/// What may be meant by a name that nothing has: something else of the same entry, or of another one.
std::string waiver_hint(const std::string& written, const PolicySet::Contents& contents) {
  const std::string rule = written.substr(0, written.find('/'));
  std::vector<std::string> all;
  std::vector<std::string> entries;
  for (const std::vector<Rule>* list : {&contents.baseline, &contents.rules}) {
    for (const Rule& entry : *list) {
      const ToWaive known = to_waive(entry);
      if (entry.name == rule) {
        const auto kind = nearest_spelling(kind_in(written), known.kinds);
        return kind ? fmt::format("; did you mean '{}'?", root_name(rule, *kind)) : there_are(known.names);
      }
      all.insert(all.end(), known.names.begin(), known.names.end());
      entries.push_back(entry.name);
    }
  }
  const std::string hint = did_you_mean(written, all);
  return hint.empty() ? "; a waiver is rule/kind" + there_are(entries) : hint;
}

NamedRequirements requirements_named(const std::string& written, const PolicySet::Contents& contents) {
  NamedRequirements found;
  for (const std::vector<Rule>* entries : {&contents.baseline, &contents.rules}) {
    for (const Rule& entry : *entries) {
      NamedRequirements here = requirements_named(written, entry.name, entry.require);
      std::ranges::move(here.names, std::back_inserter(found.names));
      std::ranges::move(here.under_threshold, std::back_inserter(found.under_threshold));
    }
  }
  return found;
}

std::string problem_with(const std::string& written, const PolicySet::Contents& contents) {
  const NamedRequirements found = requirements_named(written, contents);
  const std::string shown = printable(written);
  if (found.names.size() == 1) return {};
  if (found.names.size() > 1) {
    return fmt::format("'{}' could be any of {}: write which one in full", shown, fmt::join(found.names, ", "));
  }
  if (!found.under_threshold.empty()) {
    return fmt::format("'{}' stands under a threshold, which counts who signed; waive the threshold itself", shown);
  }
  return fmt::format("no requirement is called '{}'{}", shown, waiver_hint(written, contents));
}

}  // namespace

std::vector<ExemptionConflict> conflicts_of(const Exemption& exemption, const PolicySet::Contents& contents) {
  std::vector<ExemptionConflict> conflicts;
  if (exemption.digests.empty() && exemption.scopes.empty()) {
    conflicts.push_back({Kind::kWaiver, {}, "is about no image: it needs digests or scopes"});
  }
  if (exemption.waives.empty()) conflicts.push_back({Kind::kWaiver, {}, "waives nothing"});
  for (const std::string& written : exemption.waives) {
    if (std::string problem = problem_with(written, contents); !problem.empty()) {
      conflicts.push_back({Kind::kWaiver, written, std::move(problem)});
    }
  }
  return conflicts;
}

}  // namespace pullgate::policy
