#include "config/policy/conditions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/yaml/read_parsed.h"
#include "config/yaml/reader.h"
#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/limits.h"
#include "verify/time.h"

namespace pullgate::config {
namespace {

using policy::Scalar;
using Test = decltype(policy::PathCondition::test);
using Relation = policy::Order::Relation;

/// In the one spelling that every reader of YAML takes for this number.
std::optional<std::int64_t> plain_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  if (!is_whole || fmt::format("{}", value) != text) return std::nullopt;
  return value;
}

/// Would some reader of YAML take this for something else than a text? A fraction that became a text would equal no
/// number, and nobody would see why.
bool is_ambiguous(const std::string& text) {
  constexpr std::array<std::string_view, 10> kWords = {"true", "false", "yes", "no", "on",
                                                       "off",  "null",  "~",   "y",  "n"};
  if (std::ranges::find(kWords, in_lower_case(text)) != kWords.end()) return true;
  char* end = nullptr;
  (void)std::strtod(text.c_str(), &end);
  const bool is_number = end != text.c_str() && *end == '\0';
  const bool has_digits_only = std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '_'; });
  return is_number || has_digits_only || text.starts_with("0o") || text.starts_with('.');
}

class ConditionReader {
 public:
  explicit ConditionReader(yaml::Problems& problems) : problems_(problems) {}

  std::optional<policy::Condition> read(const yaml::Node& node) {
    yaml::Mapping entry(node, "a condition", problems_);
    const yaml::Node* path_node = entry.require("path");
    std::vector<std::string> written;
    std::optional<Test> test;
    for (const Kind& kind : kKinds) {
      const yaml::Node* value = entry.find(kind.key);
      if (value == nullptr) continue;
      written.emplace_back(kind.key);
      test = (this->*kind.read)(*value, kind);
    }
    entry.finish();
    std::optional<JsonPointer> path;
    if (path_node != nullptr) path = yaml::read_parsed(*path_node, "'path'", JsonPointer::parse, problems_);
    if (written.size() != 1 && entry.is_mapping()) {
      std::vector<std::string> all;
      for (const Kind& kind : kKinds) all.emplace_back(kind.key);
      problems_.add(node.mark, written.empty()
                                   ? fmt::format("a condition needs one of {}", fmt::join(all, ", "))
                                   : fmt::format("a condition has one comparison, not {}; write several conditions",
                                                 fmt::join(written, " and ")));
    }
    if (!path || !test || written.size() != 1) return std::nullopt;
    return policy::PathCondition{*std::move(path), *std::move(test)};
  }

 private:
  struct Kind {
    std::string_view key;
    std::optional<Test> (ConditionReader::*read)(const yaml::Node&, const Kind&);
  };
  static const std::array<Kind, 12> kKinds;

  static std::string quoted(const Kind& kind) { return fmt::format("'{}'", kind.key); }

  std::optional<Scalar> read_scalar(const yaml::Node& node, std::string_view what) {
    if (node.kind != yaml::Node::Kind::kScalar) {
      problems_.add(node.mark, fmt::format("{} must be true, false, a whole number or a text", what));
      return std::nullopt;
    }
    if (node.style == yaml::Node::Style::kQuoted) return Scalar(node.text);
    if (node.text == "true" || node.text == "false") return Scalar(node.text == "true");
    if (const auto number = plain_number(node.text)) return Scalar(*number);
    if (!is_ambiguous(node.text)) return Scalar(node.text);
    problems_.add(node.mark,
                  fmt::format("{}: '{}' is neither true, false nor a whole number of 64 bits; a text like this "
                              "is written in quotes",
                              what, printable(node.text, 80)));
    return std::nullopt;
  }

  std::optional<Test> read_exists(const yaml::Node& node, const Kind& kind) {
    const auto wanted = yaml::read_flag(node, quoted(kind), problems_);
    if (!wanted) return std::nullopt;
    return policy::Exists{*wanted};
  }

  static policy::Membership::Sense sense_of(const Kind& kind) {
    return kind.key.starts_with("not") ? policy::Membership::Sense::kNoneOf : policy::Membership::Sense::kOneOf;
  }

  std::optional<Test> read_equality(const yaml::Node& node, const Kind& kind) {
    auto value = read_scalar(node, quoted(kind));
    if (!value) return std::nullopt;
    return policy::Membership{sense_of(kind), {*std::move(value)}};
  }

  std::optional<Test> read_membership(const yaml::Node& node, const Kind& kind) {
    policy::Membership membership{sense_of(kind), {}};
    for (const yaml::Node& item : yaml::read_list(node, quoted(kind), problems_)) {
      auto value = read_scalar(item, quoted(kind));
      if (!value) continue;
      std::vector<Scalar>& values = membership.values;
      if (!values.empty() && values.front().index() != value->index()) {
        problems_.add(item.mark, fmt::format("{} lists values of different types; what is a text is written in quotes",
                                             quoted(kind)));
      } else if (std::ranges::find(values, *value) != values.end()) {
        problems_.add(item.mark, fmt::format("'{}' is listed twice", printable(item.text, 80)));
      }
      values.push_back(*std::move(value));
    }
    if (membership.values.empty()) return std::nullopt;
    return membership;
  }

  std::optional<Test> read_order(const yaml::Node& node, const Kind& kind) {
    const Relation relation = kind.key == "lessThan"      ? Relation::kLessThan
                              : kind.key == "atMost"      ? Relation::kAtMost
                              : kind.key == "greaterThan" ? Relation::kGreaterThan
                                                          : Relation::kAtLeast;
    if (node.kind == yaml::Node::Kind::kScalar) {
      const bool is_plain = node.style == yaml::Node::Style::kPlain;
      if (const auto number = is_plain ? plain_number(node.text) : std::nullopt) {
        return policy::Order{relation, *number};
      }
      if (const Result<Time> time = parse_rfc3339(node.text)) return policy::Order{relation, *time};
    }
    problems_.add(
        node.mark,
        fmt::format("{} must be a whole number of 64 bits, or a moment such as 2026-12-01T00:00:00Z", quoted(kind)));
    return std::nullopt;
  }

  std::optional<Test> read_contains(const yaml::Node& node, const Kind& kind) {
    auto value = read_scalar(node, quoted(kind));
    if (!value) return std::nullopt;
    return policy::Contains{*std::move(value)};
  }

  std::optional<Test> read_size(const yaml::Node& node, const Kind& /*kind*/) {
    yaml::Mapping entry(node, "'size'", problems_);
    policy::Size size{.at_least = read_count(entry, "atLeast"), .at_most = read_count(entry, "atMost")};
    entry.finish();
    if (!size.at_least && !size.at_most) {
      if (entry.is_mapping() && node.members.empty()) problems_.add(node.mark, "'size' needs 'atLeast' or 'atMost'");
      return std::nullopt;
    }
    if (size.at_least && size.at_most && *size.at_least > *size.at_most) {
      problems_.add(node.mark, "'size' can never be met: 'atLeast' is more than 'atMost'");
    }
    return size;
  }

  std::optional<std::size_t> read_count(yaml::Mapping& entry, std::string_view key) {
    const yaml::Node* node = entry.find(key);
    if (node == nullptr) return std::nullopt;
    const auto count = yaml::read_integer(*node, 0, static_cast<std::int64_t>(limits::kJsonValues),
                                          fmt::format("'{}'", key), problems_);
    if (!count) return std::nullopt;
    return static_cast<std::size_t>(*count);
  }

  std::optional<Test> read_matches(const yaml::Node& node, const Kind& kind) {
    auto pattern = yaml::read_parsed(node, quoted(kind), policy::TextPattern::regular_expression, problems_);
    if (!pattern) return std::nullopt;
    return policy::Matches{*std::move(pattern)};
  }

  yaml::Problems& problems_;
};

const std::array<ConditionReader::Kind, 12> ConditionReader::kKinds = {{
    {"exists", &ConditionReader::read_exists},
    {"equals", &ConditionReader::read_equality},
    {"notEquals", &ConditionReader::read_equality},
    {"lessThan", &ConditionReader::read_order},
    {"atMost", &ConditionReader::read_order},
    {"greaterThan", &ConditionReader::read_order},
    {"atLeast", &ConditionReader::read_order},
    {"in", &ConditionReader::read_membership},
    {"notIn", &ConditionReader::read_membership},
    {"contains", &ConditionReader::read_contains},
    {"size", &ConditionReader::read_size},
    {"matches", &ConditionReader::read_matches},
}};

}  // namespace

std::vector<policy::Condition> read_conditions(const yaml::Node& node, yaml::Problems& problems) {
  std::vector<policy::Condition> conditions;
  for (const yaml::Node& item : yaml::read_list(node, "'where'", problems)) {
    if (auto condition = ConditionReader(problems).read(item)) conditions.push_back(*std::move(condition));
  }
  return conditions;
}

}  // namespace pullgate::config
