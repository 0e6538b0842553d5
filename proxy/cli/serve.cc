#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/load.h"
#include "proxy/app.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/problems.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kServeFooter =
    R"(Every manifest that a client asks for is judged before it is served: its signatures and attestations are
collected, verified and weighed against the policy. Blobs follow only from manifests that were served.

Example:
  pullgate serve --config /etc/pullgate/pullgate.yaml

  # pullgate.yaml
  listen:
    - address: 127.0.0.1:5000
  upstreams:
    - registry: ghcr.io
  policy: policy.yaml

The log goes to standard error: lines of text on a terminal, JSON lines otherwise; --log-format decides.
Policy, settings, keys and trust roots are read once, at the start; restart it to apply a change, which the log's
"listening" line tells apart by the digest of the policy.
SIGTERM or SIGINT ends it: transfers under way may finish (timeouts.drain), a second signal does not wait.

Exit codes: 0 ended by a signal, 64 wrong usage, 69 an address cannot be listened on,
78 a file is wrong (every problem is printed with file:line:column).)";

int serve(const std::filesystem::path& settings_file, const std::string& log_format) {
  auto configuration = value_or_problems(config::load(settings_file));
  if (!configuration) return kExitConfiguration;
  const LogForm form = log_format == "json"   ? LogForm::kJsonLines
                       : log_format == "text" ? LogForm::kText
                                              : log_form_for_stderr();
  const std::unique_ptr<Log> log = make_stderr_log(form);
  App app(std::move(configuration->settings), configuration->policy, *log);
  if (const Status listening = app.listen(); !listening) {
    fmt::print(stderr, "pullgate: {}\n", listening.error().message);
    return kExitUnavailable;
  }
  app.run();
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("serve", "Run the proxy");
  command->footer(kServeFooter);
  const auto settings = std::make_shared<std::string>();
  const auto log_format = std::make_shared<std::string>("auto");
  command->add_option("-c,--config", *settings, "The settings file, pullgate.yaml")->required()->type_name("FILE");
  command->add_option("--log-format", *log_format, "text, json, or auto: text on a terminal")
      ->check(CLI::IsMember({"auto", "text", "json"}))
      ->capture_default_str();
  command->callback([settings, log_format, &exit_code] { exit_code = serve(*settings, *log_format); });
}

}  // namespace pullgate::proxy
