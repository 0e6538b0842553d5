#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/condition.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

constexpr std::size_t kShownScalar = 100;

std::string shown(const Scalar& scalar) {
  if (const auto* flag = std::get_if<bool>(&scalar)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&scalar)) return fmt::format("{}", *number);
  return fmt::format("'{}'", printable(std::get<std::string>(scalar), kShownScalar));
}

std::string shown(const std::vector<Scalar>& scalars) {
  std::vector<std::string> texts;
  for (const Scalar& scalar : scalars) texts.push_back(shown(scalar));
  return printable(fmt::format("{}", fmt::join(texts, ", ")), 3 * kShownScalar);
}

/// What the value is; nothing for arrays, objects, null and numbers that are not whole.
std::optional<Scalar> scalar_of(const JsonView& value) {
  if (const auto flag = value.flag()) return Scalar(*flag);
  if (const auto number = value.integer()) return Scalar(*number);
  if (const auto text = value.text()) return Scalar(std::string(*text));
  return std::nullopt;
}

template <class T>
bool is_in_order(const T& value, Order::Relation relation, const T& bound) {
  switch (relation) {
    case Order::Relation::kLessThan:
      return value < bound;
    case Order::Relation::kAtMost:
      return value <= bound;
    case Order::Relation::kGreaterThan:
      return value > bound;
    case Order::Relation::kAtLeast:
      return value >= bound;
  }
  return false;
}

/// Of a value that is there and is not null.
struct IsMet {
  const JsonView& value;

  bool operator()(const Exists& test) const { return test.wanted; }
  bool operator()(const Membership& test) const {
    const std::optional<Scalar> scalar = scalar_of(value);
    // What is of another type differs from everything listed, but was not what the condition was written for.
    if (!scalar || test.values.empty() || scalar->index() != test.values.front().index()) return false;
    const bool is_listed = std::ranges::find(test.values, *scalar) != test.values.end();
    return is_listed == (test.sense == Membership::Sense::kOneOf);
  }
  bool operator()(const Order& test) const {
    if (const auto* bound = std::get_if<std::int64_t>(&test.bound)) {
      const std::optional<std::int64_t> number = value.integer();
      return number && is_in_order(*number, test.relation, *bound);
    }
    const std::optional<std::string_view> text = value.text();
    if (!text) return false;
    const Result<Time> time = parse_rfc3339(*text);
    return time && is_in_order(*time, test.relation, std::get<Time>(test.bound));
  }
  bool operator()(const Contains& test) const {
    if (value.kind() == JsonView::Kind::kObject) {
      const auto* key = std::get_if<std::string>(&test.value);
      return key != nullptr && value.has_member(*key);
    }
    if (value.kind() != JsonView::Kind::kArray) return false;
    for (std::size_t i = 0; i < *value.size(); ++i) {
      if (scalar_of(value.element(i)) == test.value) return true;
    }
    return false;
  }
  bool operator()(const Size& test) const {
    const std::optional<std::size_t> size = value.size();
    return size && (!test.at_least || *size >= *test.at_least) && (!test.at_most || *size <= *test.at_most);
  }
  bool operator()(const Matches& test) const {
    const std::optional<std::string_view> text = value.text();
    return text && test.pattern.matches(*text);
  }
};

struct Wanted {
  std::string operator()(const Exists& test) const { return test.wanted ? "something" : "nothing"; }
  std::string operator()(const Membership& test) const {
    const bool is_one = test.values.size() == 1;
    if (test.sense == Membership::Sense::kNoneOf) {
      return fmt::format("{} {}", is_one ? "anything of its kind but" : "none of", shown(test.values));
    }
    return fmt::format("{}{}", is_one ? "" : "one of ", shown(test.values));
  }
  std::string operator()(const Order& test) const {
    const auto* number = std::get_if<std::int64_t>(&test.bound);
    std::string bound = number != nullptr ? fmt::format("{}", *number) : to_rfc3339(std::get<Time>(test.bound));
    switch (test.relation) {
      case Order::Relation::kLessThan:
        return fmt::format("{} {}", number != nullptr ? "a whole number below" : "a moment before", bound);
      case Order::Relation::kAtMost:
        return fmt::format("{} {}", number != nullptr ? "a whole number of at most" : "a moment not after", bound);
      case Order::Relation::kGreaterThan:
        return fmt::format("{} {}", number != nullptr ? "a whole number above" : "a moment after", bound);
      case Order::Relation::kAtLeast:
        return fmt::format("{} {}", number != nullptr ? "a whole number of at least" : "a moment not before", bound);
    }
    return bound;
  }
  std::string operator()(const Contains& test) const {
    return fmt::format("something that contains {}", shown(test.value));
  }
  std::string operator()(const Size& test) const {
    if (test.at_least && test.at_most) return fmt::format("a size of {} to {}", *test.at_least, *test.at_most);
    if (test.at_least) return fmt::format("a size of at least {}", *test.at_least);
    return fmt::format("a size of at most {}", test.at_most.value_or(0));
  }
  std::string operator()(const Matches& test) const {
    return fmt::format("a text that matches '{}'", printable(test.pattern.text(), kShownScalar));
  }
};

std::optional<Unmet> unmet_at_path(const PathCondition& condition, const JsonView& document) {
  const JsonView::Found place = document.find(condition.path);
  std::string found;
  if (place.value) {
    // Null says that there is a member and nothing in it: neither is there something, nor is there nothing.
    const bool is_null = place.value->kind() == JsonView::Kind::kNull;
    if (!is_null && std::visit(IsMet{*place.value}, condition.test)) return std::nullopt;
    found = fmt::format("is {}", place.value->shown(kShownScalar));
  } else if (place.state == JsonView::Found::State::kAbsent) {
    const auto* exists = std::get_if<Exists>(&condition.test);
    if (exists != nullptr && !exists->wanted) return std::nullopt;
    found = "is absent";
  } else {
    found = "cannot be there: something on the way has no members";
  }
  const std::string path = condition.path.text().empty() ? "the document" : printable(condition.path.text(), 200);
  return Unmet{fmt::format("{} {}", path, found), std::visit(Wanted{}, condition.test)};
}

}  // namespace

std::optional<Unmet> unmet(const Condition& condition, const JsonView& document) {
  return std::visit([&](const PathCondition& at_path) { return unmet_at_path(at_path, document); }, condition);
}

}  // namespace pullgate::policy
