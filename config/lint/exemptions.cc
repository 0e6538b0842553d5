#include "config/lint/exemptions.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "policy/exemption.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

const policy::Requirement* requirement_named(const std::string& wanted, const policy::Requirement& tree,
                                             const std::string& name) {
  if (name == wanted) return &tree;
  const std::vector<policy::Requirement>& children = policy::children_of(tree);
  for (std::size_t i = 0; i < children.size(); ++i) {
    const std::string child = policy::child_name(name, i, policy::kind_of(children[i]));
    if (const policy::Requirement* found = requirement_named(wanted, children[i], child)) return found;
  }
  return nullptr;
}

bool is_among(const Digest& digest, const std::vector<Digest>& digests) {
  return std::ranges::find(digests, digest) != digests.end();
}

class WaiverLinter {
 public:
  WaiverLinter(const PolicyDraft& draft, Remarks& remarks) : draft_(draft), remarks_(remarks) {}

  void run() {
    for (std::size_t i = 0; i < draft_.exemptions.size(); ++i) {
      const policy::Exemption& exemption = draft_.contents.exemptions[i];
      for (const std::string& written : exemption.waives) {
        check(exemption, written, draft_.exemptions[i].waivers.at(written));
      }
    }
  }

 private:
  void check(const policy::Exemption& exemption, const std::string& written, yaml::Mark mark) {
    for (std::size_t i = 0; i < draft_.baseline.size(); ++i) {
      const policy::Rule& entry = draft_.contents.baseline[i];
      if (!check_entry(exemption, written, mark, entry, draft_.baseline[i])) continue;
      if (draft_.baseline[i].has_all_scopes && !meets_any(exemption, entry)) {
        warn_idle(exemption, mark, fmt::format("'{}' is not about any image of its scopes", printable(entry.name)));
      }
    }
    for (std::size_t i = 0; i < draft_.rules.size(); ++i) {
      const policy::Rule& rule = draft_.contents.rules[i];
      if (check_entry(exemption, written, mark, rule, draft_.rules[i])) check_owner(exemption, mark, i);
    }
  }

  /// What can be said whatever the scopes are. Does the waiver mean this entry?
  bool check_entry(const policy::Exemption& exemption, const std::string& written, yaml::Mark mark,
                   const policy::Rule& entry, const RulePlaces& places) {
    if (!places.has_whole_tree) return false;
    const std::vector<std::string> names = policy::requirements_named(written, entry.name, entry.require).names;
    if (names.size() != 1) return false;
    const std::string root = policy::root_name(entry.name, policy::kind_of(entry.require));
    const policy::Requirement* requirement = requirement_named(names.front(), entry.require, root);
    const auto* reject = requirement == nullptr ? nullptr : std::get_if<policy::RejectLeaf>(&requirement->node);
    if (reject != nullptr) check_rejection(exemption, written, mark, *reject);
    return true;
  }

  void check_rejection(const policy::Exemption& exemption, const std::string& written, yaml::Mark mark,
                       const policy::RejectLeaf& reject) {
    const bool meets_list =
        !reject.digests || exemption.digests.empty() ||
        std::ranges::any_of(exemption.digests, [&](const Digest& digest) { return is_among(digest, *reject.digests); });
    if (!meets_list) {
      return warn_idle(exemption, mark, fmt::format("'{}' rejects none of its digests", printable(written)));
    }
    remarks_.warn(
        kExceptionOfReject, mark,
        fmt::format("exception '{}' serves what '{}' rejects{}", printable(exemption.id), printable(written),
                    reject.digests
                        ? ", and what is listed there is bad whatever else is said of it; take it off the list instead"
                        : " and asks for nothing instead; write a more specific rule that says what is asked"));
  }

  static bool meets_any(const policy::Exemption& exemption, const policy::Rule& entry) {
    return exemption.scopes.empty() || std::ranges::any_of(exemption.scopes, [&](const policy::Scope& scope) {
             return std::ranges::any_of(entry.scopes,
                                        [&](const policy::Scope& other) { return other.overlaps(scope); });
           });
  }

  /// The rule to which all images of `scope` belong before they would belong to `rule`.
  [[nodiscard]] const policy::Rule* owner_before(std::size_t rule, const policy::Scope& scope) const {
    const policy::Rule& entry = draft_.contents.rules[rule];
    for (std::size_t i = 0; i < draft_.rules.size(); ++i) {
      if (i == rule) continue;
      for (const policy::Scope& other : draft_.contents.rules[i].scopes) {
        const bool wins = std::ranges::all_of(entry.scopes, [&](const policy::Scope& own) {
          return !own.overlaps(scope) || std::is_gt(other.specificity(own));
        });
        if (wins && other.covers(scope)) return &draft_.contents.rules[i];
      }
    }
    return nullptr;
  }

  void check_owner(const policy::Exemption& exemption, yaml::Mark mark, std::size_t index) {
    const policy::Rule& rule = draft_.contents.rules[index];
    const std::string name = printable(rule.name);
    if (!draft_.rules[index].has_all_scopes || exemption.scopes.empty()) return;
    const policy::Rule* owner = nullptr;
    for (const policy::Scope& scope : exemption.scopes) {
      const bool meets =
          std::ranges::any_of(rule.scopes, [&](const policy::Scope& own) { return own.overlaps(scope); });
      const policy::Rule* other = owner_before(index, scope);
      if (meets && other == nullptr) return;  // some image of it may need the exception
      if (other != nullptr) owner = other;
    }
    warn_idle(exemption, mark,
              owner == nullptr ? fmt::format("rule '{}' is not about any image of its scopes", name)
                               : fmt::format("the images of its scopes belong to rule '{}', not to '{}'",
                                             printable(owner->name), name));
  }

  void warn_idle(const policy::Exemption& exemption, yaml::Mark mark, std::string_view why) {
    remarks_.warn(kExceptionIdle, mark,
                  fmt::format("exception '{}' is never needed: {}", printable(exemption.id), why));
  }

  const PolicyDraft& draft_;
  Remarks& remarks_;
};

}  // namespace

void remark_on_waivers(const PolicyDraft& draft, Remarks& remarks) {
  WaiverLinter(draft, remarks).run();
}

}  // namespace pullgate::config
