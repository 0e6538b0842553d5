#pragma once
/// Conditions on a signed document: typed, total, and met only by what is there and has the type that is asked for.
///
///   | the place          | is absent | is null | leads into a text, number, flag or null | has another type |
///   | exists: true       | not met   | not met | not met                                 | -                |
///   | exists: false      | met       | not met | not met                                 | -                |
///   | every other        | not met   | not met | not met                                 | not met          |
///
/// Numbers are whole numbers of 64 bits, because a fraction was rounded before anybody could compare it: "7.5" in a
/// document meets nothing but `exists`. Texts are equal byte by byte; a number never equals a text.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policy/pattern.h"
#include "verify/json_view.h"
#include "verify/time.h"

namespace pullgate::policy {

/// A flag, a whole number or a text.
using Scalar = std::variant<bool, std::int64_t, std::string>;

struct Exists {
  bool wanted = true;
};

/// `in`, `equals` (one value); negated `notIn`, `notEquals`. Met by a value of the same type as those listed, which
/// have one type; never empty.
struct Membership {
  enum class Sense { kOneOf, kNoneOf } sense = Sense::kOneOf;
  std::vector<Scalar> values;
};

/// Numbers with numbers; moments with texts that are one (RFC 3339), to the millisecond.
struct Order {
  enum class Relation { kLessThan, kAtMost, kGreaterThan, kAtLeast } relation;
  std::variant<std::int64_t, Time> bound;
};

/// An array that has this element, or an object that has a member of this name.
struct Contains {
  Scalar value;
};

/// So many elements of an array, or members of an object; at least one end is set.
struct Size {
  std::optional<std::size_t> at_least;
  std::optional<std::size_t> at_most;
};

/// A text, all of it.
struct Matches {
  TextPattern pattern;
};

struct PathCondition {
  JsonPointer path;
  std::variant<Exists, Membership, Order, Contains, Size, Matches> test;
};

/// Another kind of condition, such as an expression, would be another alternative.
using Condition = std::variant<PathCondition>;

/// Why a document does not meet a condition: printable and bounded.
struct Unmet {
  std::string found;   ///< "/result is 'FAILED'"
  std::string wanted;  ///< "'PASSED'"
};

/// Nothing when the condition is met.
std::optional<Unmet> unmet(const Condition& condition, const JsonView& document);

}  // namespace pullgate::policy
