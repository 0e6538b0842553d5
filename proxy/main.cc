#include "proxy/cli/commands.h"

int main(int argc, char** argv) {
  return pullgate::proxy::run_command_line(argc, argv);
}
