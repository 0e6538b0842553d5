#include "config/lint.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "config/lint/exemptions.h"
#include "config/lint/regex_dot.h"
#include "config/lint/remarks.h"
#include "config/lint/requirements.h"
#include "config/lint/scopes.h"
#include "config/lint/spelling.h"
#include "config/policy/draft.h"
#include "config/settings/reader.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

constexpr std::chrono::days kExpiringSoon{14};
/// What nobody looks at for longer than this is a rule, not an exception.
constexpr std::chrono::days kLongException{365};

class Linter {
 public:
  Linter(Remarks& remarks, Time now) : remarks_(remarks), now_(now) {}

  void run(const ReadDraft& read) {
    check_expressions(read.root);
    const PolicyDraft& draft = read.draft;
    index_scopes(draft);
    for (std::size_t i = 0; i < draft.rules.size(); ++i) check_rule(i, draft);
    for (std::size_t i = 0; i < draft.baseline.size(); ++i) {
      check_baseline_entry(draft.contents.baseline[i], draft.baseline[i]);
    }
    for (std::size_t i = 0; i < draft.exemptions.size(); ++i) {
      check_exemption(draft.contents.exemptions[i], draft.exemptions[i]);
    }
  }

 private:
  /// Every place that takes a regular expression, wherever it stands: `...RegExp`, and `matches` of a condition.
  void check_expressions(const yaml::Node& node) {
    const bool is_condition = std::ranges::find(node.members, "path", &yaml::Member::key) != node.members.end();
    for (const yaml::Member& member : node.members) {
      const bool is_expression = member.key.ends_with("RegExp") || (is_condition && member.key == "matches");
      if (is_expression && member.value.kind == yaml::Node::Kind::kScalar) check_expression(member.value);
      check_expressions(member.value);
    }
    for (const yaml::Node& item : node.items) check_expressions(item);
  }

  void check_expression(const yaml::Node& node) {
    if (const auto dot = find_unescaped_dot(node.text)) {
      remarks_.warn(
          kRegexDot, node.mark,
          fmt::format("'.' in '{}' matches every character, so somebody else's name may match too; write '{}'",
                      printable(dot->written), printable(dot->meant)));
    }
  }

  struct ScopePlace {
    std::size_t rule;
    std::size_t scope;
  };

  void index_scopes(const PolicyDraft& draft) {
    const std::vector<policy::Rule>& rules = draft.contents.rules;
    for (std::size_t r = 0; r < rules.size(); ++r) {
      for (std::size_t s = 0; s < rules[r].scopes.size(); ++s) {
        scopes_by_prefix_[rules[r].scopes[s].literal_prefix()].push_back({r, s});
      }
    }
  }

  /// The rule and scope that answer for everything that this scope matches. The literal prefix of what covers it
  /// begins its own.
  [[nodiscard]] std::optional<ScopePlace> shadow_of(std::size_t rule, const policy::Scope& scope,
                                                    const PolicyDraft& draft) const {
    const std::string prefix = scope.literal_prefix();
    for (std::size_t end = prefix.size();;) {
      const auto bucket = scopes_by_prefix_.find(prefix.substr(0, end));
      if (bucket != scopes_by_prefix_.end()) {
        for (const ScopePlace& place : bucket->second) {
          const policy::Scope& other = draft.contents.rules[place.rule].scopes[place.scope];
          if (place.rule != rule && std::is_gt(other.specificity(scope)) && other.covers(scope)) return place;
        }
      }
      if (end == 0) return std::nullopt;
      const std::size_t slash = prefix.rfind('/', end - 1);
      end = slash == std::string::npos ? 0 : slash;
    }
  }

  void check_rule(std::size_t index, const PolicyDraft& draft) {
    const policy::Rule& rule = draft.contents.rules[index];
    const RulePlaces& places = draft.rules[index];
    check_scopes_of(index, draft);
    check_enforcement(rule, places);
    const auto is_everywhere = [](const policy::Scope& scope) { return scope.literal_prefix().empty(); };
    if (places.has_whole_tree && asks_for_nothing(rule.require) && std::ranges::any_of(rule.scopes, is_everywhere)) {
      remarks_.warn(
          kAcceptEverything, places.name,
          fmt::format("rule '{}' serves images of every registry without any evidence", printable(rule.name)));
    }
  }

  void check_scopes_of(std::size_t index, const PolicyDraft& draft) {
    const policy::Rule& rule = draft.contents.rules[index];
    std::vector<std::pair<std::size_t, ScopePlace>> shadowed;
    for (std::size_t s = 0; s < rule.scopes.size(); ++s) {
      if (const auto shadow = shadow_of(index, rule.scopes[s], draft)) shadowed.emplace_back(s, *shadow);
    }
    if (shadowed.size() == rule.scopes.size()) return;  // then the whole rule is refused
    for (const auto& [scope, place] : shadowed) {
      const policy::Rule& other = draft.contents.rules[place.rule];
      remarks_.warn(kScopeShadowed, draft.rules[index].scopes[scope],
                    fmt::format("scope '{}' never applies: the more specific '{}' of rule '{}' covers all of it",
                                rule.scopes[scope].text(), other.scopes[place.scope].text(), printable(other.name)));
    }
  }

  void check_enforcement(const policy::Rule& rule, const RulePlaces& places) {
    if (rule.mode != policy::Mode::kEnforce) {
      remarks_.hint(kNotEnforced, places.name,
                    fmt::format("'{}' is in mode {}: what does not meet it is served", printable(rule.name),
                                policy::to_string(rule.mode)));
    }
    if (!rule.effective_from) return;
    const std::string moment = to_rfc3339(*rule.effective_from);
    remarks_.hint(kEffectiveFrom, places.name,
                  *rule.effective_from <= now_
                      ? fmt::format("'{}' is enforced since {}; 'effectiveFrom' can go", printable(rule.name), moment)
                      : fmt::format("'{}' only warns until {}", printable(rule.name), moment));
  }

  void check_baseline_entry(const policy::Rule& entry, const RulePlaces& places) {
    check_enforcement(entry, places);
    if (places.has_whole_tree && asks_for_nothing(entry.require)) {
      remarks_.warn(
          kAcceptAlone, places.name,
          fmt::format("baseline entry '{}' asks for nothing, so it changes nothing; remove it", printable(entry.name)));
    }
  }

  void check_exemption(const policy::Exemption& exemption, const ExemptionPlaces& places) {
    const std::string id = printable(exemption.id);
    const std::string moment = to_rfc3339(exemption.expires);
    if (exemption.expires <= now_) {
      remarks_.warn(kExceptionExpired, places.expires,
                    fmt::format("exception '{}' expired on {} and waives nothing; remove it", id, moment));
    } else if (exemption.expires - now_ <= kExpiringSoon) {
      remarks_.warn(kExceptionExpiring, places.expires, fmt::format("exception '{}' expires on {}", id, moment));
    } else if (exemption.expires - now_ > kLongException) {
      remarks_.warn(kExceptionDistant, places.expires,
                    fmt::format("exception '{}' stands until {}, for more than a year; let it end sooner and renew it, "
                                "or write a rule",
                                id, moment));
    }
  }

  Remarks& remarks_;
  Time now_;
  std::map<std::string, std::vector<ScopePlace>> scopes_by_prefix_;
};

Linted lint_policy_of(const std::vector<std::string>& registries, const std::filesystem::path& policy_file, Time now) {
  yaml::Problems problems(policy_file.string());
  const std::optional<ReadDraft> read = read_draft(policy_file, problems);
  Linted linted;
  if (read) {
    Remarks remarks(policy_file.string());
    Linter(remarks, now).run(*read);
    remark_on_requirements(*read, remarks);
    remark_on_scopes(read->root, registries, remarks);
    remark_on_spelling(read->root, remarks);
    remark_on_waivers(read->draft, remarks);
    linted.remarks = remarks.take_sorted();
  }
  linted.problems = problems.take_sorted();
  return linted;
}

}  // namespace

Linted lint_policy(const std::filesystem::path& policy_file, Time now) {
  return lint_policy_of({}, policy_file, now);
}

Linted lint_settings(const std::filesystem::path& settings_file, Time now) {
  yaml::Problems problems(settings_file.string());
  const Settings settings = read_settings(settings_file, problems);
  std::vector<std::string> registries;
  // Upstreams that could not be read are not missing.
  if (problems.empty()) {
    for (const Upstream& upstream : settings.upstreams) registries.push_back(upstream.registry);
  }
  Linted linted;
  if (!settings.policy.empty()) linted = lint_policy_of(registries, settings.policy, now);
  std::vector<Problem> first = problems.take_sorted();
  std::ranges::move(linted.problems, std::back_inserter(first));
  linted.problems = std::move(first);
  return linted;
}

}  // namespace pullgate::config
