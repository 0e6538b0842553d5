#include <array>
#include <utility>

#include "config/policy/draft.h"
#include "config/policy/lists.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

void read_rule(const yaml::Node& node, policy::Mode default_mode, PolicyDraft& draft, yaml::Problems& problems) {
  yaml::Mapping entry(node, "a rule", problems);
  const yaml::Node* name = entry.require("name");
  const yaml::Node* scopes = entry.require("scopes");
  const yaml::Node* mode = entry.find("mode");
  const yaml::Node* require = entry.require("require");
  const yaml::Node* message = entry.find("message");
  for (const char* later : {"effectiveFrom", "signedIdentity", "platforms"}) entry.refuse_later(later);
  entry.finish();

  policy::Rule rule;
  RulePlaces places;
  places.name = name != nullptr ? name->mark : node.mark;
  if (name != nullptr) rule.name = yaml::read_name(*name, "rule", problems).value_or(name->text);
  const std::size_t problems_before = problems.size();
  if (scopes != nullptr) {
    ReadScopes read = read_scopes(*scopes, "'scopes'", problems);
    rule.scopes = std::move(read.scopes);
    places.scopes = std::move(read.marks);
  }
  places.has_all_scopes = scopes != nullptr && problems.size() == problems_before;
  rule.mode = mode != nullptr ? read_mode(*mode, problems) : default_mode;
  if (require != nullptr) {
    rule.require = read_requirement_tree(*require, rule.name, places, problems);
  } else {
    places.has_whole_tree = false;
  }
  if (!places.has_whole_tree) draft.has_all_names = false;
  if (message != nullptr) rule.message = yaml::read_text(*message, "'message'", problems).value_or("");
  draft.contents.rules.push_back(std::move(rule));
  draft.rules.push_back(std::move(places));
}

}  // namespace

policy::Mode read_mode(const yaml::Node& node, yaml::Problems& problems) {
  static constexpr std::array kModes = {policy::Mode::kEnforce, policy::Mode::kWarn, policy::Mode::kAudit};
  const auto choice = yaml::read_choice(node, {"enforce", "warn", "audit"}, "'mode'", problems);
  return choice ? kModes.at(*choice) : policy::Mode::kEnforce;
}

void read_rules(const yaml::Node& node, policy::Mode default_mode, PolicyDraft& draft, yaml::Problems& problems) {
  const std::vector<yaml::Node>& items = yaml::read_list(node, "'rules'", problems);
  if (items.empty()) draft.has_all_names = false;
  for (const yaml::Node& item : items) read_rule(item, default_mode, draft, problems);
}

}  // namespace pullgate::config
