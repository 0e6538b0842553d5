#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/policy/draft.h"
#include "config/policy/leaf/leaf.h"
#include "config/yaml/reader.h"
#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

using policy::Requirement;

class RequirementReader {
 public:
  RequirementReader(RulePlaces& places, yaml::Problems& problems) : places_(places), problems_(problems) {}

  using NameOf = std::function<std::string(std::string_view kind)>;

  /// A mapping with one key, the kind.
  Requirement read(const yaml::Node& node, const NameOf& name_of) {
    if (node.kind != yaml::Node::Kind::kMapping || node.members.size() != 1) {
      problems_.add(node.mark, fmt::format("a requirement is exactly one of {}; put several under allOf or anyOf",
                                           fmt::join(kind_names(), ", ")));
    }
    Requirement last = unreadable();
    for (const yaml::Member& member : node.members) last = read_kind(member, name_of);
    return last;
  }

 private:
  struct Kind {
    std::string_view key;
    ReadLeaf* read_leaf;  ///< null of what has children
  };
  static constexpr std::array kKinds = {
      Kind{"allOf", nullptr},
      Kind{"anyOf", nullptr},
      Kind{"threshold", nullptr},
      Kind{"signature", read_signature_leaf},
      Kind{"provenance", read_provenance_leaf},
      Kind{"attestation", read_attestation_leaf},
      Kind{"vsa", read_vsa_leaf},
      Kind{"baseImage", read_base_image_leaf},
      Kind{"image", read_image_leaf},
      Kind{"accept", read_accept_leaf},
      Kind{"reject", read_reject_leaf},
  };

  /// Stands where something could not be read, and has been reported: can never be met, and names nobody.
  static Requirement unreadable() { return {policy::AllOf{}}; }

  static std::vector<std::string> kind_names() {
    std::vector<std::string> names;
    for (const Kind& kind : kKinds) names.emplace_back(kind.key);
    return names;
  }

  Requirement read_kind(const yaml::Member& member, const NameOf& name_of) {
    const auto kind = std::ranges::find(kKinds, std::string_view(member.key), &Kind::key);
    if (kind == kKinds.end()) {
      problems_.add(member.mark, fmt::format("unknown requirement '{}'{}", printable(member.key, 80),
                                             policy::did_you_mean(member.key, kind_names())));
      return unreadable();
    }
    const std::string name = name_of(kind->key);
    places_.requirements.emplace(name, member.mark);
    if (member.value.kind == yaml::Node::Kind::kNull) {
      const bool takes_nothing = member.key == "accept" || member.key == "reject";
      problems_.add(member.mark, fmt::format("'{}' has no value{}", member.key,
                                             takes_nothing ? fmt::format("; write '{}: {{}}'", member.key) : ""));
      return unreadable();
    }
    if (kind->read_leaf != nullptr) {
      return kind->read_leaf(member.value, {name, places_, problems_}).value_or(unreadable());
    }
    if (kind->key == "threshold") return read_threshold(member.value, name);
    std::vector<Requirement> children = read_children(member.value, fmt::format("'{}'", kind->key), name);
    if (kind->key == "allOf") return {policy::AllOf{std::move(children)}};
    return {policy::AnyOf{std::move(children)}};
  }

  std::vector<Requirement> read_children(const yaml::Node& node, std::string_view what, const std::string& name) {
    std::vector<Requirement> children;
    const std::vector<yaml::Node>& items = yaml::read_list(node, what, problems_);
    for (std::size_t i = 0; i < items.size(); ++i) {
      children.push_back(read(items[i], [&](std::string_view kind) { return policy::child_name(name, i, kind); }));
    }
    return children;
  }

  Requirement read_threshold(const yaml::Node& node, const std::string& name) {
    constexpr std::int64_t kMost = 1000;
    yaml::Mapping entry(node, "a threshold", problems_);
    const yaml::Node* at_least = entry.require("atLeast");
    const yaml::Node* of = entry.require("of");
    entry.finish();
    policy::Threshold threshold;
    if (at_least != nullptr) {
      const auto count = yaml::read_integer(*at_least, 1, kMost, "'atLeast'", problems_);
      threshold.at_least = static_cast<std::size_t>(count.value_or(1));
    }
    if (of != nullptr) threshold.of = read_children(*of, "'of'", name);
    return {std::move(threshold)};
  }

  RulePlaces& places_;
  yaml::Problems& problems_;
};

}  // namespace

policy::Requirement read_requirement_tree(const yaml::Node& node, const std::string& rule, RulePlaces& places,
                                          yaml::Problems& problems) {
  const std::size_t problems_before = problems.size();
  policy::Requirement requirement = RequirementReader(places, problems).read(node, [&](std::string_view kind) {
    return policy::root_name(rule, kind);
  });
  if (problems.size() != problems_before) places.has_whole_tree = false;
  return requirement;
}

}  // namespace pullgate::config
