#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "proxy/cli/commands.h"

namespace pullgate::proxy {

void add_version_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->footer("Example:\n  pullgate version\n\nPrints one line, \"pullgate 1.2.3\", and exits with 0.");
  command->callback([&exit_code] {
    fmt::print("pullgate {}\n", PULLGATE_VERSION);
    exit_code = 0;
  });
}

}  // namespace pullgate::proxy
