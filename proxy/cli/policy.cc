#include <CLI/CLI.hpp>

#include "proxy/cli/commands.h"

namespace pullgate::proxy {

void add_policy_commands(CLI::App& app, int& exit_code) {
  CLI::App* policy = app.add_subcommand("policy", "Check, test and explain a policy");
  policy->footer(
      "Example:\n  pullgate policy lint policy.yaml\n\n`pullgate policy COMMAND --help` says what each does, with "
      "examples and exit codes.");
  policy->require_subcommand(1);
  add_policy_lint_command(*policy, exit_code);
  add_policy_test_command(*policy, exit_code);
  add_policy_explain_command(*policy, exit_code);
  add_policy_schema_command(*policy, exit_code);
}

}  // namespace pullgate::proxy
