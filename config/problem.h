#pragma once
/// What is wrong with an operator's files: all of it at once, each with its place.

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pullgate::config {

struct Problem {
  std::string file;     ///< as the operator would recognise it
  int line = 0;         ///< from 1; 0 when the file as a whole is meant
  int column = 0;       ///< from 1
  std::string message;  ///< cause and remedy: "unknown key 'atestors'; did you mean 'attestors'?"

  /// "policy.yaml:12:3: unknown key ..."
  [[nodiscard]] std::string text() const;
};

/// A loaded value, or at least one problem.
template <class T>
class [[nodiscard]] Loaded {
 public:
  Loaded(T value) : content_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Loaded(std::vector<Problem> problems)            // NOLINT(google-explicit-constructor)
      : content_(std::move(problems)) {}

  explicit operator bool() const { return std::holds_alternative<T>(content_); }
  T& operator*() { return std::get<T>(content_); }
  const T& operator*() const { return std::get<T>(content_); }
  T* operator->() { return &std::get<T>(content_); }
  const T* operator->() const { return &std::get<T>(content_); }
  [[nodiscard]] const std::vector<Problem>& problems() const { return std::get<std::vector<Problem>>(content_); }

 private:
  std::variant<T, std::vector<Problem>> content_;
};

}  // namespace pullgate::config
