#include "config/yaml/problems.h"

#include <algorithm>
#include <tuple>

#include "verify/bytes.h"

namespace pullgate::config::yaml {

void Problems::add(Mark mark, std::string_view message) {
  constexpr std::size_t kMessageLength = 600;
  problems_.push_back({file_, mark.line, mark.column, printable(message, kMessageLength)});
}

std::vector<Problem> Problems::take_sorted() {
  const auto place = [](const Problem& problem) { return std::tie(problem.line, problem.column, problem.message); };
  std::ranges::sort(problems_, {}, place);
  const auto repeated = std::ranges::unique(problems_, {}, place);
  problems_.erase(repeated.begin(), repeated.end());
  return std::exchange(problems_, {});
}

}  // namespace pullgate::config::yaml
