#include "proxy/cli/problems.h"

#include <cstdio>

#include <fmt/format.h>

namespace pullgate::proxy {

void print_problems(const std::vector<config::Problem>& problems) {
  for (const config::Problem& problem : problems) fmt::print(stderr, "pullgate: {}\n", problem.text());
}

}  // namespace pullgate::proxy
