#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/builtin_schema.h"
#include "proxy/cli/commands.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kSchemaFooter =
    R"(Prints the JSON Schema (2020-12) of one of the operator's files: policy, pullgate (the settings), or policy-test.
Editors that speak the YAML language server complete and check a file that begins with

  # yaml-language-server: $schema=policy.schema.json

Example:
  pullgate policy schema policy > policy.schema.json

Exit codes: 0 printed, 64 wrong usage.)";

}  // namespace

void add_policy_schema_command(CLI::App& policy, int& exit_code) {
  CLI::App* command = policy.add_subcommand("schema", "Print the JSON Schema of a file");
  command->footer(kSchemaFooter);
  const auto file = std::make_shared<std::string>("policy");
  command->add_option("file", *file, "policy, pullgate or policy-test")
      ->check(CLI::IsMember({"policy", "pullgate", "policy-test"}))
      ->capture_default_str()
      ->type_name("NAME");
  command->callback([file, &exit_code] {
    fmt::print("{}", *file == "pullgate"      ? config::settings_schema()
                     : *file == "policy-test" ? config::policy_test_schema()
                                              : config::policy_schema());
    exit_code = 0;
  });
}

}  // namespace pullgate::proxy
