#include "config/policy/leaf/provenance.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "config/policy/leaf/leaf.h"
#include "config/policy/lists.h"
#include "config/yaml/read_parsed.h"
#include "config/yaml/reader.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

using policy::BuilderClaim;
using policy::ProvenanceLeaf;
using policy::TextTemplate;

std::optional<TextTemplate> read_template(const yaml::Node& node, std::string_view what, yaml::Problems& problems) {
  return yaml::read_parsed(node, what, TextTemplate::parse, problems);
}

/// Calls `read` with the key and value of each member, of which there has to be one.
template <class Read>
void read_members(const yaml::Node& node, std::string_view what, yaml::Problems& problems, Read read) {
  if (node.kind != yaml::Node::Kind::kMapping || node.members.empty()) {
    problems.add(node.mark, fmt::format("{} must be a mapping that is not empty", what));
  }
  for (const yaml::Member& member : node.members) read(member);
}

std::vector<policy::InputRequirement> read_inputs(const yaml::Node& node, yaml::Problems& problems) {
  std::vector<policy::InputRequirement> inputs;
  read_members(node, "'inputs'", problems, [&](const yaml::Member& member) {
    const std::string what = fmt::format("input '{}'", printable(member.key, 80));
    if (auto value = read_template(member.value, what, problems)) inputs.push_back({member.key, *std::move(value)});
  });
  return inputs;
}

std::vector<policy::ParameterRequirement> read_parameters(const yaml::Node& node, yaml::Problems& problems) {
  std::vector<policy::ParameterRequirement> parameters;
  read_members(node, "'parameters'", problems, [&](const yaml::Member& member) {
    const Result<JsonPointer> place = JsonPointer::parse(member.key);
    if (!place || place->text().empty()) {
      problems.add(member.mark,
                   place ? "'parameters': a JSON pointer to one parameter is wanted, such as /request/frontend"
                         : fmt::format("'parameters': {}", place.error().message));
      return;
    }
    const std::string what = fmt::format("parameter '{}'", printable(member.key, 80));
    if (auto value = read_template(member.value, what, problems)) parameters.push_back({*place, *std::move(value)});
  });
  return parameters;
}

BuilderClaim read_claim(const yaml::Node* node, std::string_view what, yaml::Problems& problems) {
  if (node == nullptr || !yaml::read_choice(*node, {"required"}, what, problems)) return BuilderClaim::kNotAsked;
  return BuilderClaim::kRequired;
}

policy::MaterialsRequirement read_materials(const yaml::Node& node, yaml::Problems& problems) {
  yaml::Mapping entry(node, "'materials'", problems);
  const yaml::Node* allow = entry.require("allow");
  const yaml::Node* unexpected = entry.find("unexpected");
  const yaml::Node* complete = entry.find("complete");
  entry.finish();
  policy::MaterialsRequirement materials;
  if (allow != nullptr) {
    for (const yaml::Node& item : yaml::read_list(*allow, "'allow'", problems)) {
      if (auto pattern = read_template(item, "'allow'", problems)) materials.allow.push_back(*std::move(pattern));
    }
  }
  // There is no other choice; whoever writes it says it to the reader.
  if (unexpected != nullptr) yaml::read_choice(*unexpected, {"deny"}, "'unexpected'", problems);
  materials.completeness = read_claim(complete, "'complete'", problems);
  return materials;
}

void read_triggers(const yaml::Node& node, ProvenanceLeaf& leaf, yaml::Problems& problems) {
  for (const yaml::Node& item : yaml::read_list(node, "'trigger'", problems)) {
    if (auto trigger = yaml::read_text(item, "a trigger", problems)) leaf.triggers.push_back(*std::move(trigger));
  }
}

void read_parameter_rules(yaml::Mapping& entry, ProvenanceLeaf& leaf, yaml::Problems& problems) {
  const yaml::Node* trigger = entry.find("trigger");
  const yaml::Node* inputs = entry.find("inputs");
  const yaml::Node* parameters = entry.find("parameters");
  const yaml::Node* unexpected = entry.find("unexpectedParameters");
  if (trigger != nullptr) read_triggers(*trigger, leaf, problems);
  if (inputs != nullptr) leaf.inputs = read_inputs(*inputs, problems);
  if (parameters != nullptr) leaf.parameters = read_parameters(*parameters, problems);
  constexpr std::string_view kByHand = "workflow_dispatch";
  if (inputs != nullptr && !leaf.triggers.empty() && std::ranges::find(leaf.triggers, kByHand) == leaf.triggers.end()) {
    problems.add(inputs->mark,
                 "'inputs' can never be met: only builds that 'workflow_dispatch' started have any, and "
                 "'trigger' does not list it");
  }
  // SLSA v1.0 "Verifying artifacts": whoever lists parameters lists all of them, unless the file says otherwise.
  leaf.unexpected_parameters =
      parameters != nullptr ? policy::UnexpectedParameters::kDeny : policy::UnexpectedParameters::kAllow;
  if (unexpected == nullptr) return;
  const auto choice = yaml::read_choice(*unexpected, {"allow", "deny"}, "'unexpectedParameters'", problems);
  if (choice) {
    leaf.unexpected_parameters =
        *choice == 0 ? policy::UnexpectedParameters::kAllow : policy::UnexpectedParameters::kDeny;
  }
}

}  // namespace

std::optional<policy::Requirement> read_provenance_leaf(const yaml::Node& node, LeafDraft draft) {
  yaml::Problems& problems = draft.problems;
  yaml::Mapping entry(node, "'provenance'", problems);
  const yaml::Node* builder = entry.require("builder");
  const yaml::Node* min_level = entry.find("minLevel");
  const yaml::Node* build_type = entry.find("buildType");
  const yaml::Node* source = entry.find("source");
  const yaml::Node* workflow = entry.find("workflow");
  ProvenanceLeaf leaf;
  read_parameter_rules(entry, leaf, problems);
  const yaml::Node* materials = entry.find("materials");
  leaf.hermetic = read_claim(entry.find("hermetic"), "'hermetic'", problems);
  leaf.reproducible = read_claim(entry.find("reproducible"), "'reproducible'", problems);
  const yaml::Node* labels = entry.find("labels");
  const yaml::Node* max_age = entry.find("maxAge");
  entry.finish();
  if (builder != nullptr) {
    draft.places.names.emplace(draft.requirement, builder->mark);
    leaf.builder = yaml::read_text(*builder, "'builder'", problems).value_or("");
  }
  if (min_level != nullptr) {
    leaf.min_level = static_cast<int>(yaml::read_integer(*min_level, 0, 3, "'minLevel'", problems).value_or(0));
  }
  if (build_type != nullptr) {
    leaf.build_type = yaml::read_parsed(*build_type, "'buildType'", policy::TextPattern::glob, problems);
  }
  if (source != nullptr) leaf.source = read_source(*source, problems);
  if (workflow != nullptr) leaf.workflow = read_template(*workflow, "'workflow'", problems);
  if (materials != nullptr) leaf.materials = read_materials(*materials, problems);
  if (labels != nullptr && yaml::read_choice(*labels, {"agree"}, "'labels'", problems)) {
    leaf.labels = policy::LabelAgreement::kRequired;
  }
  if (max_age != nullptr) leaf.max_age = read_max_age(*max_age, problems);
  if (leaf.builder.empty()) return std::nullopt;
  return policy::Requirement{std::move(leaf)};
}

}  // namespace pullgate::config
