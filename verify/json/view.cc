#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/json_view.h"

namespace pullgate {
namespace {

/// One step without its escapes; none when "~" stands for nothing.
std::optional<std::string> unescaped_step(std::string_view text) {
  std::string step;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') {
      step += text[i];
      continue;
    }
    ++i;
    if (i == text.size() || (text[i] != '0' && text[i] != '1')) return std::nullopt;
    step += text[i] == '0' ? '~' : '/';
  }
  return step;
}

/// RFC 6901 section 4: "0", or digits without a leading zero. "-" names an element that is never there.
std::optional<std::size_t> array_index(std::string_view step) {
  if (step.empty() || !std::ranges::all_of(step, is_digit) || (step.front() == '0' && step.size() > 1)) {
    return std::nullopt;
  }
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc{} || end != step.data() + step.size()) return std::numeric_limits<std::size_t>::max();
  return index;
}

}  // namespace

Result<JsonPointer> JsonPointer::parse(std::string_view text) {
  if (!text.empty() && text.front() != '/') {
    return {ErrorCode::kMalformed, "a JSON pointer begins with '/': '" + printable(text, 80) + "'"};
  }
  std::vector<std::string> steps;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin + 1), text.size());
    std::optional<std::string> step = unescaped_step(text.substr(begin + 1, end - begin - 1));
    if (!step) {
      return {ErrorCode::kMalformed,
              "in a JSON pointer '~' is written '~0' and '/' in a name '~1': '" + printable(text, 80) + "'"};
    }
    steps.push_back(*std::move(step));
    begin = end;
  }
  return JsonPointer(std::string(text), std::move(steps));
}

JsonView::Kind JsonView::kind() const {
  if (value_->is_object()) return Kind::kObject;
  if (value_->is_array()) return Kind::kArray;
  if (value_->is_string()) return Kind::kText;
  if (value_->is_boolean()) return Kind::kFlag;
  return value_->is_number() ? Kind::kNumber : Kind::kNull;
}

std::optional<bool> JsonView::flag() const {
  if (!value_->is_boolean()) return std::nullopt;
  return value_->get<bool>();
}

std::optional<std::int64_t> JsonView::integer() const {
  if (!value_->is_number_integer()) return std::nullopt;  // a fraction or an exponent became a double
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > kMost) return std::nullopt;
  return value_->get<std::int64_t>();
}

std::optional<std::string_view> JsonView::text() const {
  if (!value_->is_string()) return std::nullopt;
  return value_->get_ref<const std::string&>();
}

std::optional<std::size_t> JsonView::size() const {
  if (!value_->is_array() && !value_->is_object()) return std::nullopt;
  return value_->size();
}

bool JsonView::has_member(std::string_view key) const {
  return value_->is_object() && value_->contains(key);
}

JsonView JsonView::element(std::size_t index) const {
  return JsonView(value_->at(index));
}

JsonView::Found JsonView::find(const JsonPointer& pointer) const {
  const nlohmann::json* value = value_;
  for (const std::string& step : pointer.steps()) {
    if (value->is_object()) {
      const auto member = value->find(step);
      if (member == value->end()) return {.state = Found::State::kAbsent};
      value = &*member;
    } else {
      const std::optional<std::size_t> index = value->is_array() ? array_index(step) : std::nullopt;
      if (!index) return {.state = Found::State::kNoPlace};
      if (*index >= value->size()) return {.state = Found::State::kAbsent};
      value = &(*value)[*index];
    }
  }
  return {.state = Found::State::kThere, .value = JsonView(*value)};
}

std::string JsonView::shown(std::size_t max_length) const {
  switch (kind()) {
    case Kind::kObject:
      return fmt::format("an object of {}", value_->size());
    case Kind::kArray:
      return fmt::format("an array of {}", value_->size());
    case Kind::kText:
      return "'" + printable(value_->get_ref<const std::string&>(), max_length) + "'";
    case Kind::kNull:
    case Kind::kFlag:
    case Kind::kNumber:
      break;
  }
  return printable(value_->dump(), max_length);
}

}  // namespace pullgate
