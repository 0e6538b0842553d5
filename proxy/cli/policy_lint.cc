#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/lint.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/image_options.h"
#include "proxy/cli/presentation.h"
#include "proxy/cli/sarif.h"
#include "proxy/ops/json_text.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kLintFooter =
    R"(Reads a policy as `pullgate serve` does and shows every problem at once with file:line:column; and beside what
serve refuses, what is hardly meant: a dot in a regular expression that matches everything, a scope that never applies
or is at no upstream (known with --config), spellings that no certificate has, an exception that has expired or will
within 14 days, or in more than a year, or is never needed, entries that ask for nothing, reports that nobody reads, ages
that whoever may push can change, names and sources that anybody has. Hints say what is worth knowing:
rules that are not enforced, and since or until when. config/README.md lists them all.

Examples:
  pullgate policy lint policy.yaml
  pullgate policy lint --config pullgate.yaml --strict
  pullgate policy lint policy.yaml --format sarif > lint.sarif

Exit codes: 0 fine, perhaps with warnings, 1 warnings with --strict, 64 wrong usage, 78 serve would refuse it.)";

constexpr std::string_view kRefusedRule = "refused";

struct LintArguments {
  std::string file;
  std::string settings;
  Presentation presentation;
  std::optional<Time> now;
  bool strict = false;
};

bool is_hint(const config::Remark& remark) {
  return remark.level == config::Remark::Level::kHint;
}

std::string_view level_of(const config::Remark& remark) {
  return is_hint(remark) ? "hint" : "warning";
}

std::string coloured_level(const config::Remark& remark, policy::Accent accent) {
  return is_hint(remark) ? std::string(level_of(remark)) : accent(policy::Tone::kDoubtful, level_of(remark));
}

void print_lint_line(const config::Problem& place, const std::string& level, std::string_view rule,
                     policy::Accent accent) {
  const std::string where =
      place.line == 0 ? place.file : fmt::format("{}:{}:{}", place.file, place.line, place.column);
  fmt::print("{}: {}: {}{}\n", accent(policy::Tone::kPlace, printable(where, 1000)), level, place.message,
             rule.empty() ? "" : fmt::format(" [{}]", rule));
}

void print_lint_text(const config::Linted& linted, policy::Accent accent) {
  for (const config::Problem& problem : linted.problems) {
    print_lint_line(problem, accent(policy::Tone::kBad, "error"), "", accent);
  }
  for (const config::Remark& remark : linted.remarks) {
    print_lint_line(remark.place, coloured_level(remark, accent), remark.rule, accent);
  }
  const auto hints = std::ranges::count_if(linted.remarks, is_hint);
  fmt::print("{} errors, {} warnings, {} hints\n", linted.problems.size(),
             static_cast<std::ptrdiff_t>(linted.remarks.size()) - hints, hints);
}

void write_lint_entry(JsonText& json, const config::Problem& place, std::string_view level, std::string_view rule) {
  json.begin_object().key("level").value(level).key("rule").value(rule).key("file").value(place.file);
  if (place.line > 0) {
    json.key("line").value(std::int64_t{place.line}).key("column").value(std::int64_t{place.column});
  }
  json.key("message").value(place.message).end_object();
}

void print_lint_json(const config::Linted& linted) {
  JsonText json;
  json.begin_object().key("accepted").value(linted.problems.empty()).key("findings").begin_array();
  for (const config::Problem& problem : linted.problems) write_lint_entry(json, problem, "error", kRefusedRule);
  for (const config::Remark& remark : linted.remarks) {
    write_lint_entry(json, remark.place, level_of(remark), remark.rule);
  }
  json.end_array().end_object();
  fmt::print("{}\n", json.text());
}

SarifResult sarif_result(const config::Problem& place, SarifLevel level, std::string_view rule) {
  return {std::string(rule), level, place.message, file_uri(place.file), place.line, place.column};
}

void print_lint_sarif(const config::Linted& linted) {
  std::vector<SarifRule> rules = {{std::string(kRefusedRule), "The file is refused"}};
  for (const config::LintRule& rule : config::kLintRules) {
    rules.push_back({std::string(rule.name), std::string(rule.description)});
  }
  std::vector<SarifResult> results;
  for (const config::Problem& problem : linted.problems) {
    results.push_back(sarif_result(problem, SarifLevel::kError, kRefusedRule));
  }
  for (const config::Remark& remark : linted.remarks) {
    const SarifLevel level = is_hint(remark) ? SarifLevel::kNote : SarifLevel::kWarning;
    results.push_back(sarif_result(remark.place, level, remark.rule));
  }
  fmt::print("{}\n", sarif(rules, results));
}

int lint(const LintArguments& arguments) {
  if (arguments.file.empty() == arguments.settings.empty()) {
    fmt::print(stderr, "pullgate: say which policy: FILE, or --config for the one that the settings name\n");
    return kExitUsage;
  }
  const Time now = arguments.now.value_or(this_moment());
  const config::Linted linted = arguments.settings.empty() ? config::lint_policy(arguments.file, now)
                                                           : config::lint_settings(arguments.settings, now);
  const std::string& format = arguments.presentation.format;
  if (format == "json") {
    print_lint_json(linted);
  } else if (format == "sarif") {
    print_lint_sarif(linted);
  } else {
    print_lint_text(linted, arguments.presentation.accent_on(stdout));
  }
  if (!linted.problems.empty()) return kExitConfiguration;
  return arguments.strict && !std::ranges::all_of(linted.remarks, is_hint) ? kExitDenied : kExitAllowed;
}

}  // namespace

void add_policy_lint_command(CLI::App& policy, int& exit_code) {
  CLI::App* command = policy.add_subcommand("lint", "Show what is wrong with a policy, and what is hardly meant");
  command->footer(kLintFooter);
  const auto arguments = std::make_shared<LintArguments>();
  command->add_option("file", arguments->file, "The policy file")->type_name("FILE");
  command->add_option("-c,--config", arguments->settings, "The settings file, whose policy is meant")
      ->type_name("FILE");
  add_presentation_options(*command, arguments->presentation, {"text", "json", "sarif"});
  add_moment_option(*command, "--now", arguments->now, "The moment to hold exceptions and rules against");
  command->add_flag("--strict", arguments->strict, "Warnings end with 1");
  command->callback([arguments, &exit_code] { exit_code = lint(*arguments); });
}

}  // namespace pullgate::proxy
