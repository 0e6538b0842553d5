#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/policy/draft.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

constexpr std::int64_t kHighestLevel = 3;

std::optional<policy::TextPattern> read_builder_id(const yaml::Node* glob, const yaml::Node* expression,
                                                   const yaml::Node& builder, yaml::Problems& problems) {
  if ((glob == nullptr) == (expression == nullptr)) {
    if (builder.kind == yaml::Node::Kind::kMapping) {
      problems.add(builder.mark, "a builder needs exactly one of 'id' and 'idRegExp'");
    }
    return std::nullopt;
  }
  const yaml::Node& node = glob != nullptr ? *glob : *expression;
  const std::string_view what = glob != nullptr ? "'id'" : "'idRegExp'";
  const auto text = yaml::read_text(node, what, problems);
  if (!text) return std::nullopt;
  auto pattern = glob != nullptr ? policy::TextPattern::glob(*text) : policy::TextPattern::regular_expression(*text);
  if (!pattern) {
    problems.add(node.mark, fmt::format("{}: {}", what, pattern.error().message));
    return std::nullopt;
  }
  return *std::move(pattern);
}

void read_builder(const yaml::Member& member, PolicyDraft& draft, yaml::Problems& problems) {
  const std::size_t problems_before = problems.size();
  const std::string name = yaml::read_key_name(member, "builder", problems).value_or(member.key);
  yaml::Mapping entry(member.value, "a builder", problems);
  const yaml::Node* attestor_node = entry.require("attestor");
  const yaml::Node* glob = entry.find("id");
  const yaml::Node* expression = entry.find("idRegExp");
  const yaml::Node* level_node = entry.find("level");
  const yaml::Node* unsigned_node = entry.find("unsignedStatements");
  entry.finish();

  std::string attestor;
  if (attestor_node != nullptr) attestor = yaml::read_text(*attestor_node, "'attestor'", problems).value_or("");
  auto id = read_builder_id(glob, expression, member.value, problems);
  // A level that could not be read is reported; that rules ask for more than it grants would only be an echo.
  std::int64_t level = 0;
  if (level_node != nullptr)
    level = yaml::read_integer(*level_node, 0, kHighestLevel, "'level'", problems).value_or(kHighestLevel);

  if (problems.size() != problems_before) draft.has_all_names = false;
  // The name exists even if the rest could not be read: rules that use it are not wrong.
  if (!id) id = policy::TextPattern::exactly({});
  draft.contents.builders.push_back({name, attestor, *std::move(id), static_cast<int>(level)});
  if (unsigned_node != nullptr &&
      yaml::read_choice(*unsigned_node, {"underSignature"}, "'unsignedStatements'", problems)) {
    draft.contents.builders.back().unsigned_statements = policy::UnsignedStatements::kUnderSignature;
  }
  draft.builders.push_back(member.mark);
  draft.builder_attestors.push_back(attestor_node != nullptr ? attestor_node->mark : member.mark);
}

}  // namespace

void read_builders(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems) {
  const yaml::Mapping section(node, "'builders'", problems);
  for (const yaml::Member& member : node.members) read_builder(member, draft, problems);
}

}  // namespace pullgate::config
