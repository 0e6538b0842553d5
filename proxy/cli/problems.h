#pragma once
/// What is wrong with the operator's files, for whoever runs a command.

#include <optional>
#include <utility>
#include <vector>

#include "config/problem.h"

namespace pullgate::proxy {

/// Prints them to standard error, one a line.
void print_problems(const std::vector<config::Problem>& problems);

/// None when there are problems, which are then printed.
template <class T>
std::optional<T> value_or_problems(config::Loaded<T> loaded) {
  if (loaded) return std::move(*loaded);
  print_problems(loaded.problems());
  return std::nullopt;
}

}  // namespace pullgate::proxy
