#include "config/problem.h"

#include <fmt/format.h>

namespace pullgate::config {

std::string Problem::text() const {
  if (line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, line, column, message);
}

}  // namespace pullgate::config
