#include "config/yaml/reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::config::yaml {
namespace {

std::string_view describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "a single value";
    case Node::Kind::kSequence:
      return "a list";
    case Node::Kind::kMapping:
      return "a mapping";
  }
  return "nothing";
}

std::string not_a(std::string_view wanted, std::string_view what, const Node& node) {
  return fmt::format("{} must be {}, not {}", what, wanted, describe(node.kind));
}

/// {tag} without quotes is a mapping with the key "tag".
std::string quoting_hint(const Node& node) {
  const bool is_word = node.kind == Node::Kind::kMapping && node.members.size() == 1 &&
                       node.members.front().value.kind == Node::Kind::kNull;
  return is_word ? fmt::format("; in quotes, \"{{{}}}\", it is a text", printable(node.members.front().key, 40)) : "";
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Duration in milliseconds; none for everything that is not digits and a unit, or too large to count.
std::optional<std::int64_t> milliseconds(std::string_view text) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  const std::size_t unit_begin = text.find_first_not_of("0123456789");
  if (unit_begin == 0 || unit_begin == std::string_view::npos) return std::nullopt;
  const std::optional<std::int64_t> count = whole_number(text.substr(0, unit_begin));
  const std::string_view unit = text.substr(unit_begin);
  const std::int64_t factor = unit == "ms"  ? 1
                              : unit == "s" ? 1'000
                              : unit == "m" ? 60'000
                              : unit == "h" ? 3'600'000
                                            : 0;
  if (!count || factor == 0 || *count > kMost / factor) return std::nullopt;
  return *count * factor;
}

/// "; days are no unit: 168h" of "7d".
std::string in_hours(const Node& node) {
  struct Unit {
    std::string_view name;
    std::string_view plural;
    std::int64_t hours;
  };
  static constexpr std::array<Unit, 3> kUnits = {
      {{"d", "days", 24}, {"w", "weeks", std::int64_t{24} * 7}, {"y", "years", std::int64_t{24} * 365}}};
  for (const Unit& unit : kUnits) {
    if (!node.text.ends_with(unit.name)) continue;
    const auto count = whole_number(std::string_view(node.text).substr(0, node.text.size() - 1));
    if (count && *count > 0 && *count < 10'000) {
      return fmt::format("; {} are no unit: {}h", unit.plural, *count * unit.hours);
    }
  }
  return {};
}

std::string shown(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  return count % 1000 == 0 ? fmt::format("{}s", count / 1000) : fmt::format("{}ms", count);
}

}  // namespace

Mapping::Mapping(const Node& node, std::string_view what, Problems& problems)
    : node_(node), what_(what), problems_(problems) {
  if (!is_mapping()) problems_.add(node.mark, not_a("a mapping of keys to values", what_, node));
}

const Member* Mapping::take(std::string_view key) {
  known_.emplace_back(key);
  const auto found = std::ranges::find(node_.members, key, &Member::key);
  return found == node_.members.end() ? nullptr : &*found;
}

const Node* Mapping::find(std::string_view key) {
  const Member* member = take(key);
  if (member == nullptr) return nullptr;
  if (member->value.kind == Node::Kind::kNull) {
    problems_.add(member->mark, fmt::format("'{}' has no value", key));
    return nullptr;
  }
  return &member->value;
}

const Node* Mapping::require(std::string_view key) {
  const Node* value = find(key);
  const bool is_absent = std::ranges::find(node_.members, key, &Member::key) == node_.members.end();
  if (is_absent && is_mapping()) problems_.add(node_.mark, fmt::format("{} needs '{}'", what_, key));
  return value;
}

void Mapping::refuse_later(std::string_view key) {
  later_.emplace_back(key);
  const auto found = std::ranges::find(node_.members, key, &Member::key);
  if (found != node_.members.end()) problems_.add(found->mark, not_in_this_version(fmt::format("'{}'", key)));
}

void Mapping::finish() {
  for (const Member& member : node_.members) {
    if (std::ranges::find(known_, member.key) != known_.end()) continue;
    if (std::ranges::find(later_, member.key) != later_.end()) continue;
    std::string hint = policy::did_you_mean(member.key, known_);
    if (hint.empty()) {
      hint = known_.empty() ? fmt::format("; {} has no keys", what_)
                            : fmt::format("; {} has {}", what_, fmt::join(known_, ", "));
    }
    problems_.add(member.mark, fmt::format("unknown key '{}'{}", printable(member.key, 80), hint));
  }
}

const std::vector<Node>& read_list(const Node& node, std::string_view what, Problems& problems) {
  static const std::vector<Node> kNone;
  if (node.kind != Node::Kind::kSequence) {
    problems.add(node.mark, not_a("a list", what, node));
    return kNone;
  }
  if (node.items.empty()) problems.add(node.mark, fmt::format("{} must not be empty", what));
  return node.items;
}

std::optional<std::string> read_text(const Node& node, std::string_view what, Problems& problems) {
  if (node.kind != Node::Kind::kScalar) {
    problems.add(node.mark, not_a("a single value", what, node) + quoting_hint(node));
    return std::nullopt;
  }
  if (node.text.empty()) {
    problems.add(node.mark, fmt::format("{} must not be empty", what));
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::string> read_name(const Node& node, std::string_view what, Problems& problems) {
  constexpr std::size_t kLongest = 63;
  std::optional<std::string> text = read_text(node, what, problems);
  if (!text) return std::nullopt;
  const auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool is_good =
      text->size() <= kLongest && is_letter_or_digit(text->front()) &&
      std::ranges::all_of(*text, [&](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
  if (is_good) return text;
  problems.add(node.mark, fmt::format("{} '{}' must be 1 to {} letters, digits, '.', '_' or '-', and begin with a "
                                      "letter or digit",
                                      what, printable(*text, 80), kLongest));
  return std::nullopt;
}

std::optional<std::string> read_key_name(const Member& member, std::string_view what, Problems& problems) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.mark = member.mark;
  node.text = member.key;
  return read_name(node, what, problems);
}

std::optional<std::int64_t> read_integer(const Node& node, std::int64_t lowest, std::int64_t highest,
                                         std::string_view what, Problems& problems) {
  const bool may_be_number = node.kind == Node::Kind::kScalar && node.style == Node::Style::kPlain;
  const std::optional<std::int64_t> value = may_be_number ? whole_number(node.text) : std::nullopt;
  if (value && *value >= lowest && *value <= highest) return value;
  problems.add(node.mark, fmt::format("{} must be a whole number from {} to {}{}", what, lowest, highest,
                                      node.style == Node::Style::kQuoted ? ", without quotes" : ""));
  return std::nullopt;
}

std::optional<bool> read_flag(const Node& node, std::string_view what, Problems& problems) {
  if (node.kind == Node::Kind::kScalar && node.style == Node::Style::kPlain) {
    if (node.text == "true") return true;
    if (node.text == "false") return false;
  }
  problems.add(node.mark, fmt::format("{} must be true or false", what));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> read_duration(const Node& node, std::chrono::milliseconds lowest,
                                                       std::chrono::milliseconds highest, std::string_view what,
                                                       Problems& problems) {
  const std::optional<std::int64_t> count = node.kind == Node::Kind::kScalar ? milliseconds(node.text) : std::nullopt;
  if (!count) {
    problems.add(node.mark, fmt::format("{} must be a whole number with a unit, such as 500ms, 10s, 5m or 1h{}", what,
                                        in_hours(node)));
    return std::nullopt;
  }
  const std::chrono::milliseconds value{*count};
  if (value >= lowest && value <= highest) return value;
  problems.add(node.mark, fmt::format("{} must be between {} and {}", what, shown(lowest), shown(highest)));
  return std::nullopt;
}

std::optional<std::size_t> read_choice(const Node& node, const std::vector<std::string>& choices, std::string_view what,
                                       Problems& problems) {
  const std::optional<std::string> text = read_text(node, what, problems);
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(choices, *text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  problems.add(node.mark, fmt::format("{} cannot be '{}'; it can be {}{}", what, printable(*text, 80),
                                      fmt::join(choices, ", "), policy::did_you_mean(*text, choices)));
  return std::nullopt;
}

std::string not_in_this_version(std::string_view what) {
  return fmt::format("{} is not part of this version of pullgate; remove it", what);
}

}  // namespace pullgate::config::yaml
