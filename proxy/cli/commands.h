#pragma once
/// One function a command: adds itself to the command line and, when it is chosen, leaves its exit code in `exit_code`.

#include <CLI/App.hpp>

namespace pullgate::proxy {

void add_serve_command(CLI::App& app, int& exit_code);
void add_verify_command(CLI::App& app, int& exit_code);
void add_verify_bundle_command(CLI::App& app, int& exit_code);
void add_record_command(CLI::App& app, int& exit_code);
void add_tree_command(CLI::App& app, int& exit_code);
void add_policy_commands(CLI::App& app, int& exit_code);
void add_version_command(CLI::App& app, int& exit_code);

/// Below `pullgate policy`.
void add_policy_lint_command(CLI::App& policy, int& exit_code);
void add_policy_test_command(CLI::App& policy, int& exit_code);
void add_policy_schema_command(CLI::App& policy, int& exit_code);
void add_policy_explain_command(CLI::App& policy, int& exit_code);

/// Everything that main() does.
int run_command_line(int argc, const char* const* argv);

}  // namespace pullgate::proxy
