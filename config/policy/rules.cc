#include <array>
#include <utility>
#include <vector>

#include "config/policy/draft.h"
#include "config/policy/lists.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

struct ReadEntry {
  policy::Rule rule;
  RulePlaces places;
};

/// What `baseline` allows beside `require`: `reject: { digests: [...] }`. This list may be empty: it is kept by a
/// program as often as by hand, and there is nothing else that an empty one could mean here.
policy::Requirement read_rejection(const yaml::Node& node, const std::string& rule, RulePlaces& places,
                                   yaml::Problems& problems) {
  yaml::Mapping entry(node, "'reject'", problems);
  const yaml::Node* digests = entry.find("digests");
  entry.finish();
  policy::RejectLeaf leaf;
  if (digests != nullptr) {
    const bool is_empty = digests->kind == yaml::Node::Kind::kSequence && digests->items.empty();
    leaf.digests = is_empty ? std::vector<Digest>() : read_digests(*digests, problems);
  }
  places.requirements.emplace(policy::root_name(rule, "reject"), node.mark);
  return {std::move(leaf)};
}

/// An entry of `rules`, or of `baseline`.
class EntryReader {
 public:
  enum class List { kRules, kBaseline };

  EntryReader(List list, EntryDefaults defaults, yaml::Problems& problems)
      : list_(list), defaults_(defaults), problems_(problems) {}

  ReadEntry read(const yaml::Node& node) const {
    yaml::Mapping entry(node, list_ == List::kRules ? "a rule" : "a baseline entry", problems_);
    const yaml::Node* name = entry.require("name");
    const yaml::Node* scopes = entry.require("scopes");
    const yaml::Node* mode = entry.find("mode");
    const yaml::Node* effective_from = entry.find("effectiveFrom");
    const yaml::Node* reject = list_ == List::kBaseline ? entry.find("reject") : nullptr;
    const yaml::Node* require = reject == nullptr ? entry.require("require") : entry.find("require");
    const yaml::Node* message = entry.find("message");
    const yaml::Node* platforms = entry.find("platforms");
    entry.finish();

    ReadEntry read;
    policy::Rule& rule = read.rule;
    RulePlaces& places = read.places;
    places.name = name != nullptr ? name->mark : node.mark;
    if (name != nullptr) rule.name = yaml::read_name(*name, "rule", problems_).value_or(name->text);
    read_scopes_into(scopes, read);
    rule.mode = mode != nullptr ? read_mode(*mode, problems_) : defaults_.mode;
    rule.platforms = platforms != nullptr ? read_platforms(*platforms, problems_) : defaults_.platforms;
    if (effective_from != nullptr) rule.effective_from = read_moment(*effective_from, "'effectiveFrom'", problems_);
    if (require != nullptr && reject != nullptr) {
      problems_.add(reject->mark, "a baseline entry has one of 'require' and 'reject'");
    }
    if (require != nullptr) {
      rule.require = read_requirement_tree(*require, rule.name, places, problems_);
    } else if (reject != nullptr) {
      rule.require = read_rejection(*reject, rule.name, places, problems_);
    } else {
      places.has_whole_tree = false;
    }
    if (message != nullptr) rule.message = yaml::read_text(*message, "'message'", problems_).value_or("");
    return read;
  }

 private:
  void read_scopes_into(const yaml::Node* scopes, ReadEntry& entry) const {
    const std::size_t problems_before = problems_.size();
    if (scopes != nullptr) {
      ReadScopes read = read_scopes(*scopes, "'scopes'", problems_);
      entry.rule.scopes = std::move(read.scopes);
      entry.places.scopes = std::move(read.marks);
    }
    entry.places.has_all_scopes = scopes != nullptr && problems_.size() == problems_before;
  }

  List list_;
  EntryDefaults defaults_;
  yaml::Problems& problems_;
};

}  // namespace

policy::Mode read_mode(const yaml::Node& node, yaml::Problems& problems) {
  static constexpr std::array kModes = {policy::Mode::kEnforce, policy::Mode::kWarn, policy::Mode::kAudit};
  const auto choice = yaml::read_choice(node, {"enforce", "warn", "audit"}, "'mode'", problems);
  return choice ? kModes.at(*choice) : policy::Mode::kEnforce;
}

policy::Platforms read_platforms(const yaml::Node& node, yaml::Problems& problems) {
  static constexpr std::array kPlatforms = {policy::Platforms::kLeafOrIndex, policy::Platforms::kIndex,
                                            policy::Platforms::kEachLeaf};
  const auto choice = yaml::read_choice(node, {"leafOrIndex", "index", "eachLeaf"}, "'platforms'", problems);
  return choice ? kPlatforms.at(*choice) : policy::Platforms::kEachLeaf;
}

void read_rules(const yaml::Node& node, EntryDefaults defaults, PolicyDraft& draft, yaml::Problems& problems) {
  const std::vector<yaml::Node>& items = yaml::read_list(node, "'rules'", problems);
  if (items.empty()) draft.has_all_names = false;
  for (const yaml::Node& item : items) {
    ReadEntry read = EntryReader(EntryReader::List::kRules, defaults, problems).read(item);
    if (!read.places.has_whole_tree) draft.has_all_names = false;
    draft.contents.rules.push_back(std::move(read.rule));
    draft.rules.push_back(std::move(read.places));
  }
}

void read_baseline(const yaml::Node& node, EntryDefaults defaults, PolicyDraft& draft, yaml::Problems& problems) {
  const std::vector<yaml::Node>& items = yaml::read_list(node, "'baseline'", problems);
  if (items.empty()) draft.has_all_names = false;
  for (const yaml::Node& item : items) {
    ReadEntry read = EntryReader(EntryReader::List::kBaseline, defaults, problems).read(item);
    if (!read.places.has_whole_tree) draft.has_all_names = false;
    draft.contents.baseline.push_back(std::move(read.rule));
    draft.baseline.push_back(std::move(read.places));
  }
}

}  // namespace pullgate::config
