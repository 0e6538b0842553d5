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

/// "acme-apps/baseImage" for each kind that a rule has, for "did you mean".
void note_short_names(const std::string& rule, const Requirement& requirement, std::vector<std::string>& names) {
  names.push_back(root_name(rule, kind_of(requirement)));
  for (const Requirement& child : children_of(requirement)) note_short_names(rule, child, names);
}

std::vector<std::string> short_names(const PolicySet::Contents& contents) {
  std::vector<std::string> names;
  for (const Rule& entry : contents.baseline) note_short_names(entry.name, entry.require, names);
  for (const Rule& entry : contents.rules) note_short_names(entry.name, entry.require, names);
  return names;
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
  return fmt::format("no requirement is called '{}'{}", shown, did_you_mean(written, short_names(contents)));
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
