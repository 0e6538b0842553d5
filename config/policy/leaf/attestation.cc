#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/policy/conditions.h"
#include "config/policy/leaf/leaf.h"
#include "config/policy/lists.h"
#include "config/yaml/reader.h"
#include "policy/spelling.h"
#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/provenance.h"

namespace pullgate::config {
namespace {

struct ShortName {
  std::string_view name;
  std::string_view type;
};

/// The names that cosign's --type has, for exactly the same types.
constexpr std::array kShortNames = {
    ShortName{"custom", "https://cosign.sigstore.dev/attestation/v1"},
    ShortName{"cyclonedx", "https://cyclonedx.org/bom"},
    ShortName{"link", "https://in-toto.io/Link/v1"},
    ShortName{"openvex", "https://openvex.dev/ns"},
    ShortName{"slsaprovenance", verify::kSlsaProvenanceV02},
    ShortName{"slsaprovenance02", verify::kSlsaProvenanceV02},
    ShortName{"slsaprovenance1", verify::kSlsaProvenanceV1},
    ShortName{"spdx", "https://spdx.dev/Document"},
    ShortName{"spdxjson", "https://spdx.dev/Document"},
    ShortName{"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"},
};

/// RFC 3986 section 3.1: a scheme and a colon. What is behind it is compared and never looked at.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() && is_lower(text.front()) &&
         std::ranges::all_of(text.substr(0, colon), [&](char c) { return is_lower(c) || is_digit(c) || c == '+'; }) &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// The type is compared exactly (CVE-2022-35930 came of less), so what looks like a pattern would match nothing.
std::string read_predicate_type(const yaml::Node& node, yaml::Problems& problems) {
  const auto text = yaml::read_text(node, "'predicateType'", problems);
  if (!text) return {};
  const auto known = std::ranges::find(kShortNames, std::string_view(*text), &ShortName::name);
  if (known != kShortNames.end()) return std::string(known->type);
  if (text->find('*') != std::string::npos) {
    problems.add(node.mark, "'predicateType' is compared exactly and cannot have wildcards");
  } else if (!is_uri(*text)) {
    std::vector<std::string> names;
    for (const ShortName& name : kShortNames) names.emplace_back(name.name);
    problems.add(node.mark, fmt::format("'predicateType' must be a URI or a name that cosign has for one, not '{}'{}",
                                        printable(*text, 80), policy::did_you_mean(*text, names)));
  }
  return *text;
}

policy::Select read_select(const yaml::Node& node, yaml::Problems& problems) {
  static constexpr std::array kSelects = {policy::Select::kAny, policy::Select::kAll, policy::Select::kNewest};
  const auto choice = yaml::read_choice(node, {"any", "all", "newest"}, "'select'", problems);
  return choice ? kSelects.at(*choice) : policy::Select::kAny;
}

}  // namespace

std::optional<policy::Requirement> read_attestation_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Problems& problems = draft.problems;
  yaml::Mapping entry(node, "'attestation'", problems);
  const yaml::Node* type = entry.require("predicateType");
  const yaml::Node* attestor = entry.require("attestor");
  const yaml::Node* select = entry.find("select");
  const yaml::Node* max_age = entry.find("maxAge");
  const yaml::Node* where = entry.find("where");
  entry.finish();
  policy::AttestationLeaf leaf;
  if (type != nullptr) leaf.predicate_type = read_predicate_type(*type, problems);
  if (attestor != nullptr) {
    draft.places.names.emplace(draft.requirement, attestor->mark);
    leaf.attestor = yaml::read_text(*attestor, "'attestor'", problems).value_or("");
  }
  if (select != nullptr) leaf.select = read_select(*select, problems);
  if (max_age != nullptr) leaf.max_age = read_max_age(*max_age, problems);
  if (where != nullptr) leaf.where = read_conditions(*where, problems);
  if (leaf.attestor.empty()) return std::nullopt;
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
