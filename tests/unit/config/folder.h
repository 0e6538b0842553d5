#pragma once
/// A folder of an operator's files, for one test.

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "config/problem.h"

namespace pullgate::config {

class Folder {
 public:
  Folder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "." + test->name();
    for (char& c : name) c = c == '/' ? '-' : c;
    path_ = std::filesystem::path(::testing::TempDir()) / ("pullgate-" + std::to_string(::getpid()) + "-" + name);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  std::filesystem::path write(std::string_view name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// "policy.yaml:12:3: ...", without this folder's name.
  template <class T>
  [[nodiscard]] std::vector<std::string> problems(const Loaded<T>& loaded) const {
    std::vector<std::string> texts;
    if (loaded) return texts;
    const std::string prefix = path_.string() + "/";
    for (const Problem& problem : loaded.problems()) {
      std::string text = problem.text();
      for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
      texts.push_back(std::move(text));
    }
    return texts;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace pullgate::config
