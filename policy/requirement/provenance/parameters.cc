#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/provenance/comparison.h"
#include "verify/bytes.h"

namespace pullgate::policy::provenance {
namespace {

/// GitHub's event for a run that somebody starts by hand.
constexpr std::string_view kByHand = "workflow_dispatch";

void append(std::vector<JsonPointer>& places, const std::vector<JsonPointer>& more) {
  places.insert(places.end(), more.begin(), more.end());
}

/// Where the leaf looks: at the parameters it lists, and at those that hold what it asks about by name.
std::vector<JsonPointer> expected_places(const Comparison& compared) {
  const ProvenanceLeaf& leaf = compared.leaf;
  const verify::ParameterPlaces& places = compared.statement.parameter_places;
  std::vector<JsonPointer> expected;
  for (const ParameterRequirement& parameter : leaf.parameters) expected.push_back(parameter.place);
  if (leaf.source) {
    const SourceRequirement& source = *leaf.source;
    if (source.repository) append(expected, places.repository);
    if (source.ref || source.branch || source.tag || source.versioned_tag) append(expected, places.ref);
    if (source.commit) append(expected, places.commit);
  }
  if (leaf.workflow) append(expected, places.entry_point);
  // The inputs are held against what the leaf names one by one.
  append(expected, places.inputs);
  return expected;
}

Difference unexpected(const Comparison& compared, std::string found) {
  return compared.differ(
      Stage::kParameters, Reason::kParameterNotAllowed, std::move(found),
      "build without it, or list it in the rule ('unexpectedParameters: allow' lets everything pass)");
}

/// SLSA v1.0 "Verifying artifacts", step 2: parameters that nobody expected can make another thing of the same source.
std::optional<Difference> against_unexpected(const Comparison& compared) {
  if (compared.leaf.unexpected_parameters == UnexpectedParameters::kAllow) return std::nullopt;
  constexpr std::size_t kShown = 3;
  const verify::Provenance& statement = compared.statement;
  const auto others = statement.parameters.outside_of(expected_places(compared), kShown + 1);
  if (!others.empty()) {
    std::vector<std::string> names;
    for (const JsonPointer& place : others) names.push_back(printable(place.text(), 80));
    if (names.size() > kShown) names.back() = "and more";
    return unexpected(compared,
                      fmt::format("external parameters that the rule does not list: {}", fmt::join(names, ", ")));
  }
  for (const auto& [name, value] : statement.inputs) {
    if (value.empty() ||
        std::ranges::find(compared.leaf.inputs, name, &InputRequirement::name) != compared.leaf.inputs.end())
      continue;
    return unexpected(compared, fmt::format("workflow input '{}', which the rule does not list, is '{}'",
                                            printable(name, 80), printable(value)));
  }
  // Nothing unexpected in an incomplete list says nothing about what is not in it.
  if (statement.parameters_are_complete == verify::Stated::kYes) return std::nullopt;
  return compared.differ(Stage::kParameters, Reason::kProvenanceIncomplete,
                         "the builder does not claim to have recorded every parameter",
                         "a builder that records all parameters is required");
}

std::string shown_input(const std::map<std::string, std::string>& inputs, const std::string& name) {
  const auto input = inputs.find(name);
  if (input == inputs.end()) return fmt::format("the provenance has no workflow input '{}'", printable(name, 80));
  return fmt::format("workflow input '{}' is '{}'", printable(name, 80), printable(input->second));
}

}  // namespace

std::optional<Difference> against_workflow(const Comparison& compared) {
  const std::optional<TextTemplate>& wanted = compared.leaf.workflow;
  const std::string& entry_point = compared.statement.entry_point;
  if (!wanted || compared.matches(*wanted, entry_point)) return std::nullopt;
  return compared.differ(Stage::kWorkflow, Reason::kWorkflowNotAllowed,
                         entry_point.empty() ? "the provenance does not say which workflow built"
                                             : fmt::format("built by workflow '{}'", printable(entry_point)),
                         fmt::format("workflow '{}' is required", compared.shown(*wanted)));
}

std::optional<Difference> against_trigger(const Comparison& compared) {
  const std::vector<std::string>& wanted = compared.leaf.triggers;
  const std::string& trigger = compared.statement.run.trigger;
  if (wanted.empty() || (!trigger.empty() && std::ranges::find(wanted, trigger) != wanted.end())) return std::nullopt;
  return compared.differ(Stage::kTrigger, Reason::kTriggerNotAllowed,
                         trigger.empty() ? "the provenance does not say what started the build"
                                         : fmt::format("started by '{}'", printable(trigger)),
                         fmt::format("a build started by '{}' is required", fmt::join(wanted, "' or '")));
}

std::optional<Difference> against_inputs(const Comparison& compared) {
  const verify::Provenance& statement = compared.statement;
  if (compared.leaf.inputs.empty()) return std::nullopt;
  // slsa-verifier likewise: an event of another kind may carry something of the same name that nobody typed.
  if (statement.run.trigger != kByHand) {
    return compared.differ(
        Stage::kInputs, Reason::kInputNotAllowed,
        fmt::format("started by '{}', which has no workflow inputs", printable(statement.run.trigger)),
        fmt::format("a build started by '{}' is required", kByHand));
  }
  for (const InputRequirement& wanted : compared.leaf.inputs) {
    const auto input = statement.inputs.find(wanted.name);
    if (input != statement.inputs.end() && compared.matches(wanted.value, input->second)) continue;
    return compared.differ(Stage::kInputs, Reason::kInputNotAllowed, shown_input(statement.inputs, wanted.name),
                           fmt::format("'{}' is required", compared.shown(wanted.value)));
  }
  return std::nullopt;
}

std::optional<Difference> against_parameters(const Comparison& compared) {
  for (const ParameterRequirement& wanted : compared.leaf.parameters) {
    const std::optional<std::string> value = compared.statement.parameters.at(wanted.place);
    if (value && compared.matches(wanted.value, *value)) continue;
    return compared.differ(Stage::kParameters, Reason::kParameterNotAllowed,
                           value ? fmt::format("external parameter {} is '{}'", wanted.place.text(), printable(*value))
                                 : fmt::format("the provenance has no external parameter {}", wanted.place.text()),
                           fmt::format("'{}' is required", compared.shown(wanted.value)));
  }
  return against_unexpected(compared);
}

}  // namespace pullgate::policy::provenance
