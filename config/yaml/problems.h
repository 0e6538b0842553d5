#pragma once
/// Collects what is wrong with one file.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/problem.h"
#include "config/yaml/node.h"

namespace pullgate::config::yaml {

class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Mark mark, std::string_view message);

  [[nodiscard]] bool empty() const { return problems_.empty(); }
  [[nodiscard]] std::size_t size() const { return problems_.size(); }
  /// By place, each once.
  std::vector<Problem> take_sorted();

 private:
  std::string file_;
  std::vector<Problem> problems_;
};

}  // namespace pullgate::config::yaml
