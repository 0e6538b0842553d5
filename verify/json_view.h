#pragma once
/// A look into a JSON document for rooms that know no format: a place is named by a JSON pointer (RFC 6901), and what
/// is there is asked for by type. What is not exactly of the type that is asked for is not there.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "verify/result.h"

namespace pullgate {

/// Parsing is the only constructor, so a pointer is always well formed.
class JsonPointer {
 public:
  /// RFC 6901 section 3: empty (the whole document), or "/" before every step, with "~0" for "~" and "~1" for "/".
  static Result<JsonPointer> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<std::string>& steps() const { return steps_; }

  friend bool operator==(const JsonPointer& a, const JsonPointer& b) { return a.text_ == b.text_; }

 private:
  JsonPointer(std::string text, std::vector<std::string> steps) : text_(std::move(text)), steps_(std::move(steps)) {}

  std::string text_;
  std::vector<std::string> steps_;
};

/// A value in a document. Refers to the document, which must outlive it.
class JsonView {
 public:
  enum class Kind { kNull, kFlag, kNumber, kText, kArray, kObject };
  struct Found;

  explicit JsonView(const nlohmann::json& value) : value_(&value) {}

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] std::optional<bool> flag() const;
  /// An integer of 64 bits with a sign, written as one: fractions, exponents and larger numbers are none, because what
  /// was written cannot be compared exactly any more.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<std::string_view> text() const;
  /// Elements of an array, members of an object.
  [[nodiscard]] std::optional<std::size_t> size() const;
  [[nodiscard]] bool has_member(std::string_view key) const;
  /// `index` must be below the size of an array.
  [[nodiscard]] JsonView element(std::size_t index) const;

  /// RFC 6901 section 4.
  [[nodiscard]] Found find(const JsonPointer& pointer) const;

  /// For messages, at most `max_length` printable characters: "'text'", "7", "true", "an array of 3".
  [[nodiscard]] std::string shown(std::size_t max_length = 100) const;

 private:
  const nlohmann::json* value_;
};

/// What a pointer leads to.
struct JsonView::Found {
  enum class State {
    kThere,
    kAbsent,   ///< an object on the way has no such member, or an array no such element
    kNoPlace,  ///< the way leads into something that has neither members nor elements
  } state = State::kNoPlace;
  std::optional<JsonView> value = std::nullopt;  ///< set exactly when it is there
};

}  // namespace pullgate
