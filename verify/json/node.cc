#include "verify/json/node.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "verify/bytes.h"
#include "verify/codec/base64.h"
#include "verify/json/scalar.h"

namespace pullgate::verify::json {
namespace {

const nlohmann::json kAbsent;

/// RFC 6901 section 3, and made printable: keys come from outside.
std::string extended(const std::string& place, std::string_view key) {
  std::string escaped;
  for (char c : key) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return place + "/" + printable(escaped, 40);
}

}  // namespace

bool Node::exists() const {
  return !value_->is_null();
}

std::string Node::place() const {
  return place_.empty() ? "/" : place_;
}

bool Node::is_object() const {
  return value_->is_object();
}

bool Node::is_text() const {
  return value_->is_string();
}

void Node::refuse(std::string_view what, ErrorCode code) const {
  problems_->add(code, fmt::format("{}: {}", place(), what));
}

bool Node::lacks(bool is_kind, std::string_view kind) const {
  if (is_kind) return false;
  refuse(exists() ? fmt::format("{} expected, not {}", kind, value_->type_name()) : fmt::format("{} is missing", kind));
  return true;
}

Node Node::operator[](std::string_view key) const {
  std::string place = extended(place_, key);
  if (lacks(value_->is_object(), "an object")) return {&kAbsent, problems_, std::move(place)};
  const auto& object = value_->get_ref<const nlohmann::json::object_t&>();
  const auto member = object.find(std::string(key));
  return {member == object.end() ? &kAbsent : &member->second, problems_, std::move(place)};
}

bool Node::has(std::string_view key) const {
  return value_->is_object() && value_->contains(std::string(key));
}

std::string Node::text() const {
  if (lacks(value_->is_string(), "a text")) return {};
  return value_->get_ref<const std::string&>();
}

std::string Node::optional_text() const {
  return exists() ? text() : std::string();
}

std::string Node::bytes() const {
  Result<std::string> decoded = codec::decode_base64(text());
  if (decoded && !decoded->empty()) return std::move(*decoded);
  refuse(decoded ? std::string("empty") : fmt::format("standard base64 expected: {}", decoded.error().message));
  return {};
}

std::uint64_t Node::integer() const {
  if (lacks(value_->is_number_integer(), "an integer")) return 0;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  // Negative numbers are the only ones that the library keeps as signed; "-0" is the number zero.
  const bool negative = !value_->is_number_unsigned() && value_->get<std::int64_t>() < 0;
  if (negative || value_->get<std::uint64_t>() > kMax) {
    refuse("an integer from 0 to 2^63-1 expected");
    return 0;
  }
  return value_->get<std::uint64_t>();
}

std::optional<bool> Node::optional_flag() const {
  if (!exists() || lacks(value_->is_boolean(), "true or false")) return std::nullopt;
  return value_->get<bool>();
}

std::optional<std::string> Node::if_scalar() const {
  return scalar_text(JsonView(*value_));
}

std::vector<Node> Node::elements(std::size_t limit) const {
  std::vector<Node> nodes;
  if (lacks(value_->is_array(), "an array")) return nodes;
  if (value_->size() > limit) {
    refuse(fmt::format("{} entries, at most {} are allowed", value_->size(), limit), ErrorCode::kLimitExceeded);
    return nodes;
  }
  nodes.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    nodes.push_back(Node(&(*value_)[i], problems_, fmt::format("{}/{}", place_, i)));
  }
  return nodes;
}

std::vector<Node> Node::optional_elements(std::size_t limit) const {
  return exists() ? elements(limit) : std::vector<Node>();
}

std::vector<std::pair<std::string, Node>> Node::members() const {
  std::vector<std::pair<std::string, Node>> nodes;
  if (lacks(value_->is_object(), "an object")) return nodes;
  const auto& object = value_->get_ref<const nlohmann::json::object_t&>();
  nodes.reserve(object.size());
  for (const auto& [key, value] : object) nodes.emplace_back(key, Node(&value, problems_, extended(place_, key)));
  return nodes;
}

std::vector<std::pair<std::string, Node>> Node::optional_members() const {
  return exists() ? members() : std::vector<std::pair<std::string, Node>>();
}

std::map<std::string, std::string> Node::optional_texts() const {
  std::map<std::string, std::string> texts;
  for (const auto& [key, node] : optional_members()) texts.emplace(key, node.text());
  return texts;
}

void Node::allow_only(std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, node] : members()) {
    if (std::ranges::find(keys, key) == keys.end()) node.refuse("a member that this form does not have");
  }
}

}  // namespace pullgate::verify::json
