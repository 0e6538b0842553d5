#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "policy/spelling.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kDescription =
    R"(pullgate - a registry proxy that serves an image only when its provenance satisfies a policy

It stands in front of OCI registries. Every manifest that a client pulls is held until its signatures and attestations
are collected, verified offline against the keys that the operator trusts, and weighed against a policy. What does not
satisfy it is refused, with what was found and what would satisfy it.)";

constexpr const char* kMainFooter =
    R"(Start here:
  pullgate serve --config pullgate.yaml                         serve pulls
  pullgate verify ghcr.io/acme/app:1.0 --config pullgate.yaml   judge one image and say why
  pullgate policy lint policy.yaml                              check a policy
  pullgate COMMAND --help                                       what a command does, with examples)";

std::vector<std::string> names_of_commands(const CLI::App& app, std::string_view before) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(std::string(before) + command->get_name());
  }
  return names;
}

/// "; did you mean 'policy lint'?" of a word that is no command.
std::string command_hint(const std::string& word, const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    for (const std::string& below : names_of_commands(*command, "")) {
      if (below == word) return fmt::format("; did you mean '{} {}'?", command->get_name(), word);
    }
  }
  return policy::nearest_or_all(word, names_of_commands(app, ""));
}

bool is_command(std::string_view word, const CLI::App& app) {
  return std::ranges::count(names_of_commands(app, ""), word) > 0;
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  CLI::App app(kDescription, "pullgate");
  app.footer(kMainFooter);
  app.require_subcommand(1);
  int exit_code = kExitInternal;
  add_serve_command(app, exit_code);
  add_verify_command(app, exit_code);
  add_verify_bundle_command(app, exit_code);
  add_record_command(app, exit_code);
  add_tree_command(app, exit_code);
  add_policy_commands(app, exit_code);
  add_version_command(app, exit_code);
  if (argc > 1 && *argv[1] != '\0' && *argv[1] != '-' && !is_command(argv[1], app)) {
    fmt::print(stderr, "pullgate: there is no command '{}'{}\nRun with --help for more information.\n",
               printable(argv[1], 80), command_hint(argv[1], app));
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    const int code = app.exit(failure);
    return code == 0 ? 0 : kExitUsage;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "pullgate: {}\n", failure.what());
    return kExitInternal;
  }
  return exit_code;
}

}  // namespace pullgate::proxy
