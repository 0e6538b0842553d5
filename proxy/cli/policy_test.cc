#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/policy_file.h"
#include "config/policy_test_file.h"
#include "policy/explain.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/inquiry.h"
#include "proxy/cli/junit.h"
#include "proxy/cli/presentation.h"
#include "proxy/cli/problems.h"
#include "proxy/ops/json_text.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kTestFooter =
    R"(Judges recorded images with a policy and compares the decisions with those that the file expects: by the same judge
as `pullgate serve`, from evidence packs that `pullgate record` wrote, without a network, at the moment that the case
says.

Example:
  pullgate policy test policy-test.yaml

  # policy-test.yaml; paths are relative to it
  version: 1
  policy: policy.yaml
  at: 2026-06-01T00:00:00Z
  cases:
    - { name: a release, image: "ghcr.io/acme/app:1.0", pack: packs/app-1.0, expect: allow, rule: acme-apps }
    - { name: unsigned, image: "ghcr.io/acme/app:dev", pack: packs/app-dev, expect: deny, code: NO_EVIDENCE }

Exit codes: 0 every decision is as expected, 1 one is not, 64 wrong usage, 78 a file is wrong.)";

struct PolicyTestArguments {
  std::string file;
  Presentation presentation;
};

/// One case with what came of it. `decision` is null when nothing was judged: then no expectation is met, because a
/// pack without the image would let every case pass that expects a refusal.
struct CaseResult {
  const config::PolicyCase* expected = nullptr;
  std::shared_ptr<const policy::Decision> decision = nullptr;
  std::shared_ptr<const policy::Gathered> gathered = nullptr;
  std::string not_judged = {};

  [[nodiscard]] std::optional<Reason> code() const {
    if (!decision || decision->objections().empty()) return std::nullopt;
    return decision->objections().front().reason;
  }
  [[nodiscard]] bool is_as_expected() const {
    if (!decision || decision->verdict() != expected->verdict) return false;
    if (expected->code && code() != expected->code) return false;
    return !expected->rule || decision->rule() == *expected->rule;
  }
};

std::string in_words(std::string_view verdict, std::optional<Reason> code, std::string_view rule) {
  return fmt::format("{}{}{}{}", verdict, code ? " " : "", code ? to_string(*code) : "",
                     rule.empty() ? "" : fmt::format(", by '{}'", rule));
}

std::string expectation_of(const CaseResult& result) {
  return in_words(to_string(result.expected->verdict), result.expected->code, result.expected->rule.value_or(""));
}

std::string outcome_of(const CaseResult& result) {
  if (!result.decision) return "not judged: " + result.not_judged;
  return in_words(to_string(result.decision->verdict()), result.code(), result.decision->rule());
}

std::string explanation_of(const CaseResult& result, policy::Accent accent) {
  return result.decision ? policy::paragraph(*result.decision, *result.gathered, accent) : result.not_judged + "\n";
}

config::Settings settings_for(const config::PolicyCase& test) {
  config::Settings settings;
  for (const config::EvidencePack& pack : test.packs) {
    settings.upstreams.push_back({pack.registry, config::LayoutDirectory{pack.folder}});
  }
  return settings;
}

CaseResult replay(const config::PolicyCase& test, const config::Policy& policy) {
  Inquiry inquiry(settings_for(test), policy, {.around = nullptr, .at = test.at});
  const Judgement judgement = inquiry.judge(test.image);
  CaseResult result{.expected = &test};
  if (const auto* unavailable = std::get_if<Unavailable>(&judgement)) {
    result.not_judged = unavailable->error.message;
    return result;
  }
  const auto* refusal = std::get_if<Refusal>(&judgement);
  const Judged& judged = refusal != nullptr ? refusal->judged : std::get<Admission>(judgement).judged();
  result.decision = judged.decision;
  result.gathered = judged.gathered;
  if (!result.decision) result.not_judged = "it is a signature or an attestation itself, and passes unjudged";
  return result;
}

void print_test_text(const std::vector<CaseResult>& results, std::size_t failed, policy::Accent accent) {
  for (const CaseResult& result : results) {
    const std::string name = printable(result.expected->name, 200);
    if (result.is_as_expected()) {
      fmt::print("{}    {}: {}\n", accent(policy::Tone::kGood, "ok"), name, outcome_of(result));
      continue;
    }
    fmt::print("{}  {}\n      expected: {}\n      found:    {}\n", accent(policy::Tone::kBad, "FAIL"), name,
               expectation_of(result), outcome_of(result));
    const std::string explanation = explanation_of(result, accent);
    for (std::size_t begin = 0; begin < explanation.size();) {
      const std::size_t end = std::min(explanation.find('\n', begin), explanation.size());
      fmt::print("        {}\n", explanation.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  fmt::print("{} cases, {} failed\n", results.size(), failed);
}

void write_outcome(JsonText& json, std::string_view verdict, std::optional<Reason> code, std::string_view rule) {
  json.begin_object().key("verdict").value(verdict);
  if (code) json.key("code").value(to_string(*code));
  if (!rule.empty()) json.key("rule").value(rule);
  json.end_object();
}

void print_test_json(const config::PolicyTest& test, const std::vector<CaseResult>& results, std::size_t failed) {
  JsonText json;
  json.begin_object().key("policy").value(test.policy.string()).key("cases").begin_array();
  for (const CaseResult& result : results) {
    json.begin_object().key("name").value(result.expected->name).key("image").value(result.expected->image.text());
    json.key("at").value(to_rfc3339(result.expected->at)).key("ok").value(result.is_as_expected()).key("expected");
    write_outcome(json, to_string(result.expected->verdict), result.expected->code, result.expected->rule.value_or(""));
    if (result.decision) {
      json.key("found");
      write_outcome(json, to_string(result.decision->verdict()), result.code(), result.decision->rule());
      json.key("decision").raw(policy::json(*result.decision, *result.gathered));
    } else {
      json.key("notJudged").value(result.not_judged);
    }
    json.end_object();
  }
  json.end_array().key("failed").value(static_cast<std::uint64_t>(failed)).end_object();
  fmt::print("{}\n", json.text());
}

void print_test_junit(const std::string& file, const std::vector<CaseResult>& results) {
  std::vector<JunitCase> cases;
  for (const CaseResult& result : results) {
    JunitCase test{.name = printable(result.expected->name, 200)};
    if (!result.is_as_expected()) {
      test.outcome = result.decision ? JunitCase::Outcome::kFailed : JunitCase::Outcome::kError;
      const auto code = result.code();
      test.type = code ? std::string(to_string(*code)) : "unexpected";
      test.message = fmt::format("expected {}; found {}", expectation_of(result), outcome_of(result));
      test.text = explanation_of(result, policy::unaccented);
    }
    cases.push_back(std::move(test));
  }
  fmt::print("{}", junit_xml(printable(file), cases));
}

int test_policy(const PolicyTestArguments& arguments) {
  const auto test = config::load_policy_test(arguments.file);
  if (!test) {
    print_problems(test.problems());
    return kExitConfiguration;
  }
  const auto policy = config::load_policy(test->policy);
  if (!policy) {
    print_problems(policy.problems());
    return kExitConfiguration;
  }
  std::vector<CaseResult> results;
  for (const config::PolicyCase& entry : test->cases) results.push_back(replay(entry, *policy));
  const auto failed = static_cast<std::size_t>(
      std::ranges::count_if(results, [](const CaseResult& result) { return !result.is_as_expected(); }));
  const std::string& format = arguments.presentation.format;
  if (format == "json") {
    print_test_json(*test, results, failed);
  } else if (format == "junit") {
    print_test_junit(arguments.file, results);
  } else {
    print_test_text(results, failed, arguments.presentation.accent_on(stdout));
  }
  return failed == 0 ? kExitAllowed : kExitDenied;
}

}  // namespace

void add_policy_test_command(CLI::App& policy, int& exit_code) {
  CLI::App* command = policy.add_subcommand("test", "Judge recorded images and compare with what is expected");
  command->footer(kTestFooter);
  const auto arguments = std::make_shared<PolicyTestArguments>();
  command->add_option("file", arguments->file, "The file of cases")->required()->type_name("FILE");
  add_presentation_options(*command, arguments->presentation, {"text", "json", "junit"});
  command->callback([arguments, &exit_code] { exit_code = test_policy(*arguments); });
}

}  // namespace pullgate::proxy
