#pragma once
/// What is remarked about one file, while it is read.

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "config/lint.h"
#include "config/yaml/node.h"

namespace pullgate::config {

class Remarks {
 public:
  explicit Remarks(std::string file) : file_(std::move(file)) {}

  void warn(const LintRule& rule, yaml::Mark mark, std::string message) {
    add(Remark::Level::kWarning, rule, mark, std::move(message));
  }
  void hint(const LintRule& rule, yaml::Mark mark, std::string message) {
    add(Remark::Level::kHint, rule, mark, std::move(message));
  }
  std::vector<Remark> take_sorted() {
    std::ranges::sort(remarks_, {}, [](const Remark& remark) {
      return std::tuple(remark.place.line, remark.place.column, remark.rule, std::string_view(remark.place.message));
    });
    return std::move(remarks_);
  }

 private:
  void add(Remark::Level level, const LintRule& rule, yaml::Mark mark, std::string message) {
    remarks_.push_back({level, rule.name, {file_, mark.line, mark.column, std::move(message)}});
  }

  std::string file_;
  std::vector<Remark> remarks_;
};

}  // namespace pullgate::config
