#pragma once
/// Reading a document's members with types and places. Every accessor that meets something else than it asks for
/// notes the problem and returns an empty value, so that a parser reads like the form it parses; the values are only
/// given out through Problems::unless_any, which returns the first problem instead when there was one.
///
/// An absent member and one that is null are the same thing: no format we read tells them apart.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "verify/codec/problems.h"
#include "verify/result.h"

namespace pullgate::verify::json {

using codec::Problems;

/// A place in a document, where a value may be. Refers to the document and to the Problems: both must outlive it.
class Node {
 public:
  Node(const nlohmann::json& root, Problems& problems) : value_(&root), problems_(&problems) {}

  /// Is there a value other than null?
  [[nodiscard]] bool exists() const;
  /// "/subject/0/digest", a JSON pointer (RFC 6901) for messages; "/" for the whole document.
  [[nodiscard]] std::string place() const;

  /// The member of an object; a node without a value when there is none. A problem when this is no object.
  [[nodiscard]] Node operator[](std::string_view key) const;
  /// Does this object have the key, whatever its value?
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_text() const;

  // Without "optional": absence is a problem too.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string optional_text() const;
  /// One byte or more, in standard base64 (RFC 4648 section 4).
  [[nodiscard]] std::string bytes() const;
  /// A JSON integer of 0 to 2^63-1; fractions, exponents and larger numbers are problems.
  [[nodiscard]] std::uint64_t integer() const;
  /// `true` or `false`; nothing when absent.
  [[nodiscard]] std::optional<bool> optional_flag() const;
  /// See scalar.h; what is not one is nothing, and no problem.
  [[nodiscard]] std::optional<std::string> if_scalar() const;
  [[nodiscard]] std::vector<Node> elements(std::size_t limit) const;
  [[nodiscard]] std::vector<Node> optional_elements(std::size_t limit) const;
  /// The members of an object, by key.
  [[nodiscard]] std::vector<std::pair<std::string, Node>> members() const;
  [[nodiscard]] std::vector<std::pair<std::string, Node>> optional_members() const;
  /// An object all of whose members are texts.
  [[nodiscard]] std::map<std::string, std::string> optional_texts() const;

  /// Members other than these are a problem: for forms in which what we do not know may not be ignored.
  void allow_only(std::initializer_list<std::string_view> keys) const;

  /// Notes a problem with what is here.
  void refuse(std::string_view what, ErrorCode code = ErrorCode::kMalformed) const;

  [[nodiscard]] const nlohmann::json& value() const { return *value_; }

 private:
  Node(const nlohmann::json* value, Problems* problems, std::string place)
      : value_(value), problems_(problems), place_(std::move(place)) {}

  /// True when the value is missing or of another kind, which has then been noted.
  bool lacks(bool is_kind, std::string_view kind) const;

  const nlohmann::json* value_;  // never null: an absent member is the JSON null
  Problems* problems_;
  std::string place_;
};

}  // namespace pullgate::verify::json
