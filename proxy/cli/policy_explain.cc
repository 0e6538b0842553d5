#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/policy.h"
#include "policy/words.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/image_options.h"
#include "proxy/cli/presentation.h"
#include "proxy/ops/json_text.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kExplainFooter =
    R"(Says what the policy has for an image of this name, without asking any registry: the rule whose scope is the most
specific and which scopes matched and lost, the baseline entries that match, what each of them requires, and the
exceptions that may waive something. Whether an exception that is bound to digests is about this image is known only when
IMAGE has a digest.

Example:
  pullgate policy explain ghcr.io/acme/app:1.0 --policy policy.yaml

Exit codes: 0 a rule applies, 1 none does and the image would be denied, 64 wrong usage, 78 a file is wrong.)";

struct ExplainArguments {
  ImageOptions options;
  Presentation presentation;
  std::optional<Time> at;
};

/// A scope that matches the image, and whose it is.
struct MatchingScope {
  const policy::Rule* rule;
  const policy::Scope* scope;
};

struct ExceptionInSight {
  const policy::Exemption* exemption;
  bool is_certain;  ///< false: it depends on the image's digest, which was not given
};

/// All that the policy has for one name at one moment.
struct Explanation {
  const policy::PolicySet& policy;
  const ImageReference& image;
  Time at;
  const policy::Rule* rule = nullptr;        ///< null: none
  std::vector<MatchingScope> matching = {};  ///< the most specific first
  std::vector<const policy::Rule*> baseline = {};
  std::vector<ExceptionInSight> exceptions = {};
};

bool names_requirement_of(const policy::Exemption& exemption, const policy::Rule& rule) {
  return std::ranges::any_of(exemption.waives, [&](const std::string& written) {
    return !policy::requirements_named(written, rule.name, rule.require).names.empty();
  });
}

/// None when the exception is about other images.
std::optional<ExceptionInSight> in_sight(const policy::Exemption& exemption, const ImageReference& image) {
  const auto matches = [&](const policy::Scope& scope) { return scope.matches(image.repository); };
  if (!exemption.scopes.empty() && std::ranges::none_of(exemption.scopes, matches)) return std::nullopt;
  if (exemption.digests.empty()) return ExceptionInSight{&exemption, true};
  if (!image.digest) return ExceptionInSight{&exemption, false};
  if (!exemption.covers(image.repository, *image.digest)) return std::nullopt;
  return ExceptionInSight{&exemption, true};
}

Explanation explanation_of(const policy::PolicySet& policy, const ImageReference& image, Time at) {
  Explanation explanation{.policy = policy, .image = image, .at = at};
  explanation.rule = policy.rule_for(image.repository);
  explanation.baseline = policy.baseline_for(image.repository);
  for (const policy::Rule& rule : policy.rules()) {
    for (const policy::Scope& scope : rule.scopes) {
      if (scope.matches(image.repository)) explanation.matching.push_back({&rule, &scope});
    }
  }
  std::ranges::sort(explanation.matching, [](const MatchingScope& a, const MatchingScope& b) {
    return std::is_gt(a.scope->specificity(*b.scope));
  });
  std::vector<const policy::Rule*> entries = explanation.baseline;
  if (explanation.rule != nullptr) entries.push_back(explanation.rule);
  for (const policy::Exemption& exemption : policy.exemptions()) {
    const auto is_named = [&](const policy::Rule* entry) { return names_requirement_of(exemption, *entry); };
    if (std::ranges::none_of(entries, is_named)) continue;
    if (const auto seen = in_sight(exemption, image)) explanation.exceptions.push_back(*seen);
  }
  return explanation;
}

std::string enforcement_of(const policy::Rule& rule, Time at) {
  const policy::Mode mode = rule.mode_at(at);
  if (mode == rule.mode) return std::string(to_string(mode));
  return fmt::format("{} until {}", to_string(mode), to_rfc3339(*rule.effective_from));
}

void print_entry(const Explanation& explanation, const policy::Rule& entry) {
  for (const policy::RequirementWords& words : in_words(entry, explanation.policy, explanation.image)) {
    fmt::print("  {:{}}{}: {}\n", "", 2 * words.depth, words.requirement, words.text);
  }
  if (!entry.message.empty()) fmt::print("  advice: {}\n", printable(entry.message, 600));
}

void print_exceptions(const Explanation& explanation, policy::Accent accent) {
  for (const ExceptionInSight& seen : explanation.exceptions) {
    const policy::Exemption& exemption = *seen.exemption;
    const bool is_over = exemption.expires <= explanation.at;
    fmt::print("exception {}: waives {}{}\n  {} {}; {}; approved by {}\n", printable(exemption.id),
               printable(fmt::format("{}", fmt::join(exemption.waives, ", ")), 600),
               seen.is_certain ? "" : " for some digests",
               is_over ? accent(policy::Tone::kDoubtful, "EXPIRED") + " on" : "until", to_rfc3339(exemption.expires),
               printable(exemption.reason, 400),
               printable(fmt::format("{}", fmt::join(exemption.approved_by, ", ")), 400));
  }
}

void print_explanation_text(const Explanation& explanation, policy::Accent accent) {
  fmt::print("{}\n", explanation.image.text());
  if (explanation.rule == nullptr) {
    fmt::print("rule: none matches, so the image is {} ({})\n", accent(policy::Tone::kBad, "denied"),
               accent(policy::Tone::kBad, to_string(Reason::kNoRule)));
  } else {
    const policy::Rule& rule = *explanation.rule;
    fmt::print("rule: '{}' ({}), by scope '{}', the most specific that matches\n", rule.name,
               enforcement_of(rule, explanation.at),
               accent(policy::Tone::kPlace, explanation.matching.front().scope->text()));
    for (std::size_t i = 1; i < explanation.matching.size(); ++i) {
      const MatchingScope& lost = explanation.matching[i];
      fmt::print("  '{}' of rule '{}' matches too, and is less specific\n", lost.scope->text(), lost.rule->name);
    }
    fmt::print("it requires\n");
    print_entry(explanation, rule);
  }
  for (const policy::Rule* entry : explanation.baseline) {
    fmt::print("baseline: '{}' ({}) applies as well\n", entry->name, enforcement_of(*entry, explanation.at));
    print_entry(explanation, *entry);
  }
  print_exceptions(explanation, accent);
}

void write_entry_json(JsonText& json, const Explanation& explanation, const policy::Rule& entry) {
  json.begin_object().key("name").value(entry.name).key("mode").value(to_string(entry.mode_at(explanation.at)));
  if (entry.effective_from) json.key("effectiveFrom").value(to_rfc3339(*entry.effective_from));
  json.key("requirements").begin_array();
  for (const policy::RequirementWords& words : in_words(entry, explanation.policy, explanation.image)) {
    json.begin_object().key("requirement").value(words.requirement).key("text").value(words.text).end_object();
  }
  json.end_array();
  if (!entry.message.empty()) json.key("advice").value(entry.message);
  json.end_object();
}

void print_explanation_json(const Explanation& explanation) {
  JsonText json;
  json.begin_object().key("image").value(explanation.image.text()).key("rule");
  if (explanation.rule == nullptr) {
    json.null();
  } else {
    write_entry_json(json, explanation, *explanation.rule);
  }
  json.key("scopes").begin_array();
  for (const MatchingScope& match : explanation.matching) {
    json.begin_object().key("scope").value(match.scope->text()).key("rule").value(match.rule->name);
    json.key("applies").value(&match == &explanation.matching.front()).end_object();
  }
  json.end_array().key("baseline").begin_array();
  for (const policy::Rule* entry : explanation.baseline) write_entry_json(json, explanation, *entry);
  json.end_array().key("exceptions").begin_array();
  for (const ExceptionInSight& seen : explanation.exceptions) {
    json.begin_object().key("id").value(seen.exemption->id).key("expires").value(to_rfc3339(seen.exemption->expires));
    json.key("expired").value(seen.exemption->expires <= explanation.at).key("certain").value(seen.is_certain);
    json.key("waives").begin_array();
    for (const std::string& waived : seen.exemption->waives) json.value(waived);
    json.end_array().key("reason").value(seen.exemption->reason).end_object();
  }
  json.end_array().end_object();
  fmt::print("{}\n", json.text());
}

int explain(const ExplainArguments& arguments) {
  const auto image = read_image(arguments.options);
  if (!image) return kExitUsage;
  const auto configuration = load_configuration(arguments.options, *image);
  if (!configuration) return kExitConfiguration;
  const Explanation explanation =
      explanation_of(*configuration->policy.rules, *image, arguments.at.value_or(this_moment()));
  if (arguments.presentation.format == "json") {
    print_explanation_json(explanation);
  } else {
    print_explanation_text(explanation, arguments.presentation.accent_on(stdout));
  }
  return explanation.rule == nullptr ? kExitDenied : kExitAllowed;
}

}  // namespace

void add_policy_explain_command(CLI::App& policy, int& exit_code) {
  CLI::App* command = policy.add_subcommand("explain", "Say which rules apply to a name, and what they require");
  command->footer(kExplainFooter);
  const auto arguments = std::make_shared<ExplainArguments>();
  add_image_options(*command, arguments->options);
  add_moment_option(*command, "--at", arguments->at, "The moment to hold exceptions and rules against");
  add_presentation_options(*command, arguments->presentation, {"text", "json"});
  command->callback([arguments, &exit_code] { exit_code = explain(*arguments); });
}

}  // namespace pullgate::proxy
