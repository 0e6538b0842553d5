#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "policy/explain.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/image_options.h"
#include "proxy/cli/inquiry.h"
#include "proxy/cli/junit.h"
#include "proxy/cli/presentation.h"
#include "proxy/cli/sarif.h"
#include "proxy/ops/json_text.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kVerifyFooter =
    R"(Asks the same judge that `pullgate serve` asks, once, and says what it found: every requirement of the rule that
applies, every piece of evidence and why it counts or does not. Nothing is served and nothing is kept.

IMAGE is a name as docker writes it: ghcr.io/acme/app:1.0 or ghcr.io/acme/app@sha256:... Its registry has to be among
the upstreams of the settings. Without settings, with --policy alone, the registry itself is asked, over https and without
credentials, and no other: a base elsewhere is then not found.

Examples:
  pullgate verify ghcr.io/acme/app:1.0 --config pullgate.yaml
  pullgate verify ghcr.io/acme/app:1.0 --policy policy.yaml
  pullgate verify ghcr.io/acme/app:1.0 --config pullgate.yaml --policy next-policy.yaml --format json
  pullgate verify ghcr.io/acme/app:1.0 --config pullgate.yaml --at 2026-12-01T00:00:00Z

Exit codes: 0 it would be served (also with a warning, which is shown), 1 it would be denied, 2 it cannot be judged now,
64 wrong usage, 78 a file is wrong.)";

struct VerifyArguments {
  ImageOptions options;
  Presentation presentation;
  std::optional<Time> at;
};

/// What there is to print, whatever came of it.
struct Answered {
  std::string image;
  policy::Verdict verdict = policy::Verdict::kCannotJudge;
  std::shared_ptr<const policy::Decision> decision =
      nullptr;  ///< null when nothing was judged; then `message` says why
  std::shared_ptr<const policy::Gathered> gathered = nullptr;
  std::string message = {};
};

Answered answered(const ImageReference& image, const Judgement& judgement) {
  Answered answer{.image = image.text()};
  if (const auto* unavailable = std::get_if<Unavailable>(&judgement)) {
    answer.message = unavailable->error.message;
    return answer;
  }
  const auto* refusal = std::get_if<Refusal>(&judgement);
  const Judged& judged = refusal != nullptr ? refusal->judged : std::get<Admission>(judgement).judged();
  answer.decision = judged.decision;
  answer.gathered = judged.gathered;
  if (judged.decision) {
    answer.verdict = judged.decision->verdict();
  } else {
    answer.verdict = policy::Verdict::kAllow;
    answer.message = "signatures or attestations through and through: passes unjudged";
  }
  return answer;
}

std::string verdict_of(const Answered& answer) {
  const bool is_evidence = !answer.decision && answer.verdict == policy::Verdict::kAllow;
  return is_evidence ? "evidence" : std::string(to_string(answer.verdict));
}

std::string text_of(const Answered& answer, policy::Accent accent) {
  if (answer.decision) return policy::paragraph(*answer.decision, *answer.gathered, accent);
  return fmt::format("{} {}\n{}\n", accent(policy::tone_of(answer.verdict), verdict_of(answer)), answer.image,
                     answer.message);
}

std::string json_of(const Answered& answer) {
  if (answer.decision) return policy::json(*answer.decision, *answer.gathered) + "\n";
  JsonText json;
  json.begin_object().key("image").value(answer.image).key("verdict").value(verdict_of(answer));
  json.key("message").value(answer.message).end_object();
  return json.text() + "\n";
}

/// One result for each objection; a rule that only warns makes warnings of them.
std::string sarif_of(const Answered& answer) {
  constexpr const char* kNotJudged = "NOT_JUDGED";
  const std::string uri = "oci://" + answer.image;
  const bool serves = answer.verdict == policy::Verdict::kAllow || answer.verdict == policy::Verdict::kWarn;
  std::vector<SarifRule> rules;
  std::vector<SarifResult> results;
  if (!answer.decision && !serves) {
    rules.push_back({kNotJudged, "The image could not be judged"});
    results.push_back({kNotJudged, SarifLevel::kError, answer.message, uri});
  }
  if (answer.decision) {
    for (const policy::Objection& objection : answer.decision->objections()) {
      const std::string code(to_string(objection.reason));
      if (std::ranges::find(rules, code, &SarifRule::id) == rules.end()) {
        rules.push_back({code, "The image does not satisfy the policy: " + code});
      }
      results.push_back({code, serves ? SarifLevel::kWarning : SarifLevel::kError,
                         fmt::format("{}: {}; {}", printable(objection.requirement), printable(objection.found, 1200),
                                     printable(objection.remedy, 600)),
                         uri});
    }
  }
  return sarif(rules, results) + "\n";
}

std::string junit_of(const Answered& answer) {
  JunitCase test{.name = answer.image};
  if (answer.verdict == policy::Verdict::kDeny) test.outcome = JunitCase::Outcome::kFailed;
  if (answer.verdict == policy::Verdict::kCannotJudge) test.outcome = JunitCase::Outcome::kError;
  test.message = answer.decision ? policy::one_line(*answer.decision) : answer.message;
  test.type = answer.decision && !answer.decision->objections().empty()
                  ? std::string(to_string(answer.decision->objections().front().reason))
                  : verdict_of(answer);
  test.text = text_of(answer, policy::unaccented);
  return junit_xml("pullgate verify", {test});
}

int exit_code_of(policy::Verdict verdict) {
  switch (verdict) {
    case policy::Verdict::kAllow:
    case policy::Verdict::kWarn:
      return kExitAllowed;
    case policy::Verdict::kDeny:
      return kExitDenied;
    case policy::Verdict::kCannotJudge:
      return kExitCannotJudge;
  }
  return kExitDenied;
}

int verify(const VerifyArguments& arguments) {
  const auto image = read_image(arguments.options);
  if (!image) return kExitUsage;
  const auto configuration = load_configuration(arguments.options, *image);
  if (!configuration) return kExitConfiguration;
  Inquiry inquiry(configuration->settings, configuration->policy, {.around = nullptr, .at = arguments.at});
  const Answered answer = answered(*image, inquiry.judge(*image));
  const std::string& format = arguments.presentation.format;
  fmt::print("{}", format == "json"    ? json_of(answer)
                   : format == "sarif" ? sarif_of(answer)
                   : format == "junit" ? junit_of(answer)
                                       : text_of(answer, arguments.presentation.accent_on(stdout)));
  return exit_code_of(answer.verdict);
}

}  // namespace

void add_verify_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("verify", "Judge one image and explain the decision");
  command->footer(kVerifyFooter);
  const auto arguments = std::make_shared<VerifyArguments>();
  add_image_options(*command, arguments->options);
  add_moment_option(*command, "--at", arguments->at, "Judge as at this moment, for recorded images");
  add_presentation_options(*command, arguments->presentation, {"text", "json", "sarif", "junit"});
  command->callback([arguments, &exit_code] { exit_code = verify(*arguments); });
}

}  // namespace pullgate::proxy
