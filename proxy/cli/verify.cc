#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "policy/explain.h"
#include "proxy/backend.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/configuration.h"
#include "proxy/cli/exit_code.h"
#include "proxy/ops/json_text.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

constexpr const char* kVerifyFooter =
    R"(Asks the same judge that `pullgate serve` asks, once, and says what it found: every requirement of the rule that
applies, every piece of evidence and why it counts or does not. Nothing is served and nothing is kept.

IMAGE is a name as docker writes it: ghcr.io/acme/app:1.0 or ghcr.io/acme/app@sha256:... Its registry has to be among
the upstreams of the settings.

Examples:
  pullgate verify ghcr.io/acme/app:1.0 --config pullgate.yaml
  pullgate verify ghcr.io/acme/app:1.0 --config pullgate.yaml --policy next-policy.yaml --format json

Exit codes: 0 it would be served (also with a warning, which is shown), 1 it would be denied, 2 it cannot be judged now,
64 wrong usage, 78 a file is wrong.)";

enum class Format { kText, kJson };

struct VerifyArguments {
  std::string image;
  std::string settings;
  std::string policy;
  std::string format = "text";
};

Judgement judge_once(asio::io_context& loop, Backend& backend, const ImageReference& image) {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a reference that was parsed has one of them.
  const TagOrDigest which = image.digest ? TagOrDigest(*image.digest) : TagOrDigest(*image.tag);
  // A Judgement has no empty state, which a future would need.
  auto judgement = std::make_shared<std::optional<Judgement>>();
  const auto ask = [](Judge& judge, Repository repository, TagOrDigest what,
                      std::shared_ptr<std::optional<Judgement>> out) -> asio::awaitable<void> {
    out->emplace(co_await judge.judge(std::move(repository), std::move(what)));
  };
  std::future<void> done =
      asio::co_spawn(loop, ask(backend.judge(), image.repository, which, judgement), asio::use_future);
  loop.run();
  done.get();
  return std::move(**judgement);
}

void print_without_decision(Format format, std::string_view verdict, std::string_view image, std::string_view text) {
  if (format == Format::kText) {
    fmt::print("{} {}\n{}\n", verdict, image, text);
    return;
  }
  JsonText json;
  json.begin_object().key("image").value(image).key("verdict").value(verdict).key("message").value(text).end_object();
  fmt::print("{}\n", json.text());
}

int print_judged(Format format, const Judged& judged) {
  fmt::print("{}", format == Format::kText ? policy::paragraph(*judged.decision, *judged.gathered)
                                           : policy::json(*judged.decision, *judged.gathered) + "\n");
  switch (judged.decision->verdict()) {
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

int print_judgement(Format format, const std::string& image, const Judgement& judgement) {
  if (const auto* unavailable = std::get_if<Unavailable>(&judgement)) {
    print_without_decision(format, "cannot-judge", image, unavailable->error.message);
    return kExitCannotJudge;
  }
  if (const auto* refusal = std::get_if<Refusal>(&judgement)) return print_judged(format, refusal->judged);
  const auto& admission = std::get<Admission>(judgement);
  if (admission.judged().decision) return print_judged(format, admission.judged());
  print_without_decision(format, "evidence", image, "signatures or attestations through and through: passes unjudged");
  return kExitAllowed;
}

int verify(const VerifyArguments& arguments) {
  const Result<ImageReference> image = ImageReference::parse(arguments.image);
  if (!image) {
    fmt::print(stderr, "pullgate: {}\n", image.error().message);
    return kExitUsage;
  }
  std::optional<std::filesystem::path> policy_file;
  if (!arguments.policy.empty()) policy_file = arguments.policy;
  const auto configuration = load_configuration(arguments.settings, policy_file);
  if (!configuration) return kExitConfiguration;
  // Before the backend, whose threads may still be waking it when the judgement is here.
  asio::io_context loop{1};
  Backend backend(configuration->settings, configuration->policy);
  const Format format = arguments.format == "json" ? Format::kJson : Format::kText;
  return print_judgement(format, image->text(), judge_once(loop, backend, *image));
}

}  // namespace

void add_verify_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("verify", "Judge one image and explain the decision");
  command->footer(kVerifyFooter);
  const auto arguments = std::make_shared<VerifyArguments>();
  command->add_option("image", arguments->image, "The image")->required()->type_name("IMAGE");
  command->add_option("-c,--config", arguments->settings, "The settings file, pullgate.yaml")
      ->required()
      ->type_name("FILE");
  command->add_option("--policy", arguments->policy, "A policy file instead of the one that the settings name")
      ->type_name("FILE");
  command->add_option("--format", arguments->format, "text for people, json for scripts")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = verify(*arguments); });
}

}  // namespace pullgate::proxy
