#include "config/lint/requirements.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "config/lint/identities.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

/// Where everything stands, by where its key stands.
class Places {
 public:
  explicit Places(const yaml::Node& root) { add(root); }

  /// The value below these keys of what the key at `mark` has; the key itself when there is none.
  [[nodiscard]] yaml::Mark of(yaml::Mark mark, std::initializer_list<std::string_view> keys) const {
    const auto found = values_.find({mark.line, mark.column});
    if (found == values_.end()) return mark;
    const yaml::Node* node = found->second;
    for (const std::string_view key : keys) {
      const auto member = std::ranges::find(node->members, key, &yaml::Member::key);
      if (member == node->members.end()) return mark;
      node = &member->value;
    }
    return node->mark;
  }

 private:
  void add(const yaml::Node& node) {
    for (const yaml::Member& member : node.members) {
      values_.emplace(std::pair(member.mark.line, member.mark.column), &member.value);
      add(member.value);
    }
    for (const yaml::Node& item : node.items) add(item);
  }

  std::map<std::pair<int, int>, const yaml::Node*> values_;
};

/// Not provenance, of which there are requirements of its own, and no list of parts, which is wanted for being there.
bool is_worth_reading(std::string_view predicate_type) {
  static constexpr std::array<std::string_view, 3> kPresenceIsEnough = {
      "https://slsa.dev/provenance/", "https://spdx.dev/Document", "https://cyclonedx.org/bom"};
  return std::ranges::none_of(kPresenceIsEnough,
                              [&](std::string_view type) { return predicate_type.starts_with(type); });
}

bool asks_for_absence(const policy::Condition& condition) {
  const auto* path = std::get_if<policy::PathCondition>(&condition);
  const auto* exists = path != nullptr ? std::get_if<policy::Exists>(&path->test) : nullptr;
  return exists != nullptr && !exists->wanted;
}

class RequirementLinter {
 public:
  RequirementLinter(const ReadDraft& read, Remarks& remarks)
      : draft_(read.draft), places_(read.root), remarks_(remarks) {}

  void run() {
    for (std::size_t i = 0; i < draft_.rules.size(); ++i) check(draft_.contents.rules[i], draft_.rules[i]);
    for (std::size_t i = 0; i < draft_.baseline.size(); ++i) check(draft_.contents.baseline[i], draft_.baseline[i]);
    for (std::size_t i = 0; i < draft_.attestors.size(); ++i) check_identity(draft_.contents.attestors[i], i);
  }

 private:
  void check(const policy::Rule& rule, const RulePlaces& places) {
    if (!places.has_whole_tree) return;
    check(rule.require, policy::root_name(rule.name, policy::kind_of(rule.require)), places);
  }

  void check(const policy::Requirement& requirement, const std::string& name, const RulePlaces& places) {
    const auto found = places.requirements.find(name);
    const yaml::Mark mark = found == places.requirements.end() ? places.name : found->second;
    std::visit([&](const auto& node) { check_node(node, mark); }, requirement.node);
    const std::vector<policy::Requirement>& children = policy::children_of(requirement);
    for (std::size_t i = 0; i < children.size(); ++i) {
      check(children[i], policy::child_name(name, i, policy::kind_of(children[i])), places);
    }
  }

  void check_node(const policy::AnyOf& any, yaml::Mark mark) {
    if (any.of.size() < 2 || std::ranges::none_of(any.of, asks_for_nothing)) return;
    remarks_.warn(
        kAcceptInAnyOf, mark,
        "one of the alternatives asks for nothing, so the others are never needed; remove it, or write 'accept: "
        "{}' alone");
  }

  void check_node(const policy::SignatureLeaf& leaf, yaml::Mark /*mark*/) {
    signs_without_source_.insert(leaf.attestor);
  }

  void check_node(const policy::VsaLeaf& leaf, yaml::Mark mark) {
    if (leaf.max_age) check_age(leaf.attestor, "maxAge", places_.of(mark, {"maxAge"}));
  }

  void check_node(const policy::ProvenanceLeaf& leaf, yaml::Mark mark) {
    const auto builder = std::ranges::find(draft_.contents.builders, leaf.builder, &policy::Builder::name);
    if (builder == draft_.contents.builders.end()) return;  // which is refused
    if (leaf.max_age) check_age(builder->attestor, "maxAge", places_.of(mark, {"maxAge"}));
    if (!leaf.source || !leaf.source->repository) {
      signs_without_source_.insert(builder->attestor);
      return;
    }
    if (!lets_any_repository_in(*leaf.source->repository)) return;
    remarks_.warn(kOpenPattern, places_.of(mark, {"source", "repository"}),
                  fmt::format("'{}' is everybody's repository too; write whose it has to be, such as "
                              "'https://github.com/acme/{{repo}}'",
                              printable(leaf.source->repository->text())));
  }

  void check_node(const policy::AttestationLeaf& leaf, yaml::Mark mark) {
    signs_without_source_.insert(leaf.attestor);
    if (leaf.where.empty() && is_worth_reading(leaf.predicate_type)) {
      remarks_.warn(kAnyReport, mark,
                    fmt::format("any report of that type will do, whatever '{}' found; say in 'where' what it has to "
                                "have found",
                                printable(leaf.attestor)));
    }
    if (!leaf.where.empty() && std::ranges::all_of(leaf.where, asks_for_absence)) {
      remarks_.warn(kAbsenceAlone, places_.of(mark, {"where"}),
                    "a report without these paths will do, and so will one in which they are spelt otherwise; ask for "
                    "something that has to be there as well");
    }
    const bool is_newest = leaf.select == policy::Select::kNewest;
    if (is_newest || leaf.max_age) {
      const std::string_view key = leaf.max_age ? "maxAge" : "select";
      check_age(leaf.attestor, leaf.max_age ? "maxAge" : "select: newest", places_.of(mark, {key}));
    }
    if (leaf.select == policy::Select::kAll && leaf.max_age) {
      remarks_.warn(kAllWithAge, places_.of(mark, {"maxAge"}),
                    "with 'select: all' the first report that is older than 'maxAge' denies for good; write 'select: "
                    "newest' or leave 'maxAge' out");
    }
  }

  void check_node(const policy::BaseImageLeaf& leaf, yaml::Mark mark) {
    if (leaf.satisfies == policy::BaseJudgement::kThisPolicy) return;
    const auto is_everywhere = [](const policy::Scope& scope) { return scope.text() == "**"; };
    if (std::ranges::none_of(leaf.from, is_everywhere)) return;
    remarks_.warn(kOpenPattern, places_.of(mark, {"from"}),
                  "'**' is every base that there is; write whose it has to be, or 'satisfies: policy'");
  }

  template <class Leaf>
  void check_node(const Leaf& /*leaf*/, yaml::Mark /*mark*/) {}

  /// A certificate ends minutes after the signature; an old signature by a key can be logged or timestamped today.
  void check_age(const std::string& name, std::string_view key, yaml::Mark mark) {
    const auto attestor = std::ranges::find(draft_.contents.attestors, name, &policy::Attestor::name);
    if (attestor == draft_.contents.attestors.end() || attestor->keys() == nullptr) return;
    remarks_.warn(kAgeOfKey, mark,
                  fmt::format("'{}' is a key, so whoever may push can give its old signatures a new date, and '{}' is "
                              "met by them; let a keyless attestor sign what must not be old",
                              printable(name), key));
  }

  void check_identity(const policy::Attestor& attestor, std::size_t index) {
    const AttestorPlaces& places = draft_.attestors[index];
    const policy::KeylessIdentity* keyless = attestor.keyless();
    if (keyless == nullptr || !places.is_whole) return;
    const auto subject = places.keys.find("subject");
    const yaml::Mark mark = subject == places.keys.end() ? places.name : subject->second;
    if (lets_any_signer_in(*keyless)) {
      remarks_.warn(
          kOpenPattern, mark,
          fmt::format("'{}' is everybody's workflow too; write whose it has to be, or say it in 'extensions', "
                      "such as 'sourceRepositoryOwner'",
                      printable(keyless->subject.text())));
    } else if (is_callable_by_all(*keyless) && signs_without_source_.contains(attestor.name)) {
      remarks_.warn(kCallableByAll, mark,
                    "everybody may call this workflow, and the subject does not say who did; write 'extensions' with "
                    "'sourceRepository' or 'sourceRepositoryOwner', or ask for provenance with 'source'");
    }
  }

  const PolicyDraft& draft_;
  Places places_;
  Remarks& remarks_;
  std::set<std::string, std::less<>> signs_without_source_;  // attestors that something trusts whatever was built
};

}  // namespace

bool asks_for_nothing(const policy::Requirement& requirement) {
  if (std::holds_alternative<policy::AcceptLeaf>(requirement.node)) return true;
  const std::vector<policy::Requirement>& children = policy::children_of(requirement);
  if (children.empty()) return false;
  if (std::holds_alternative<policy::AllOf>(requirement.node)) return std::ranges::all_of(children, asks_for_nothing);
  return std::holds_alternative<policy::AnyOf>(requirement.node) && std::ranges::any_of(children, asks_for_nothing);
}

void remark_on_requirements(const ReadDraft& read, Remarks& remarks) {
  RequirementLinter(read, remarks).run();
}

}  // namespace pullgate::config
