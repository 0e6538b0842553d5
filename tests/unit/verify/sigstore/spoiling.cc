#include "tests/unit/verify/sigstore/spoiling.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <nlohmann/json.hpp>

#include "tests/support/signing_key.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;

/// Where a value is in its text.
struct Span {
  std::string pointer;
  std::size_t outer_begin;  ///< with the key, where it is a member
  std::size_t begin;
  std::size_t end;
};

/// Where every value of a JSON text is. The text is known to be JSON.
class Scanner {
 public:
  explicit Scanner(const std::string& text) : text_(text) {
    value("", space());
    space();
  }

  std::vector<Span> spans;

 private:
  std::size_t space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    return at_;
  }

  std::string string() {
    const std::size_t begin = at_++;
    while (text_.at(at_) != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
    return Json::parse(text_.substr(begin, at_ - begin)).get<std::string>();
  }

  void value(const std::string& pointer, std::size_t outer_begin) {
    const std::size_t index = spans.size();
    spans.push_back({pointer, outer_begin, at_, at_});
    const char first = text_.at(at_);
    if (first == '{' || first == '[') {
      container(pointer, first == '{' ? '}' : ']');
    } else if (first == '"') {
      string();
    } else {
      while (at_ < text_.size() && !std::string_view(",]} \t\r\n").contains(text_[at_])) ++at_;
    }
    spans[index].end = at_;
  }

  void container(const std::string& pointer, char last) {
    ++at_;
    for (std::size_t index = 0; text_.at(space()) != last; ++index) {
      if (text_[at_] == ',') ++at_;
      const std::size_t begin = space();
      std::string name = std::to_string(index);
      if (last == '}') {
        name = string();
        space();
        ++at_;  // the colon
        space();
      }
      value(pointer + "/" + name, begin);
    }
    ++at_;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

/// What base64 stands for; nothing when the text is none, or too short to be worth the name.
std::optional<std::string> bytes_in(const std::string& text) {
  const std::string_view digits = std::string_view(text).substr(0, text.find_last_not_of('=') + 1);
  if (text.size() < 4 || text.size() % 4 != 0 || text.size() - digits.size() > 2) return std::nullopt;
  if (!std::ranges::all_of(
          digits, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/'; })) {
    return std::nullopt;
  }
  std::string bytes = sandbox::unbase64(text);
  if (sandbox::base64(bytes) != text) return std::nullopt;
  return bytes;
}

using Whole = std::function<std::string(const std::string& part)>;

std::string replaced(const std::string& text, const Span& span, std::string_view with) {
  return text.substr(0, span.begin) + std::string(with) + text.substr(span.end);
}

std::string removed(const std::string& text, const Span& span) {
  std::size_t begin = span.outer_begin;
  std::size_t end = span.end;
  // With one of the commas beside it.
  const std::size_t after = text.find_first_not_of(" \t\r\n", end);
  const std::size_t before = text.find_last_not_of(" \t\r\n", begin - 1);
  if (text[after] == ',') {
    end = after + 1;
  } else if (text[before] == ',') {
    begin = before;
  }
  return text.substr(0, begin) + text.substr(end);
}

std::string repeated(const std::string& text, const Span& span) {
  const std::string member = text.substr(span.outer_begin, span.end - span.outer_begin);
  return text.substr(0, span.end) + "," + member + text.substr(span.end);
}

char type_of(char first) {
  return first == '-' || (first >= '0' && first <= '9') ? '0' : first;
}

void add_fields(const std::string& part, const std::string& prefix, const Whole& whole, std::vector<Field>& fields) {
  const auto text = std::make_shared<const std::string>(part);
  for (const Span& span : Scanner(*text).spans) {
    Field field{.pointer = prefix + span.pointer,
                .type = type_of((*text)[span.begin]),
                .raw = text->substr(span.begin, span.end - span.begin),
                .bytes = std::nullopt,
                .with = [=](const std::string& raw) { return whole(replaced(*text, span, raw)); },
                .without = {},
                .twice = {}};
    if (!span.pointer.empty()) {
      field.without = [=] { return whole(removed(*text, span)); };
      field.twice = [=] { return whole(repeated(*text, span)); };
    }
    if (field.type == '"') field.bytes = bytes_in(Json::parse(field.raw).get<std::string>());
    fields.push_back(field);
    if (!field.bytes || !field.bytes->starts_with('{') || !Json::accept(*field.bytes)) continue;
    add_fields(
        *field.bytes, field.pointer + "!", [=](const std::string& inner) { return field.with_bytes(inner); }, fields);
  }
}

}  // namespace

std::string Field::with_bytes(const std::string& changed) const {
  return with(Json(sandbox::base64(changed)).dump());
}

std::vector<Field> fields_of(const std::string& text) {
  std::vector<Field> fields;
  if (Json::accept(text)) {
    add_fields(text, "", [](const std::string& part) { return part; }, fields);
  } else {
    fields.push_back({.pointer = "",
                      .type = '"',
                      .raw = Json(text).dump(),
                      .bytes = bytes_in(text),
                      .with = [](const std::string& raw) { return Json::parse(raw).get<std::string>(); },
                      .without = {},
                      .twice = {}});
  }
  return fields;
}

std::vector<ByteOwner> owners_of_bytes(const std::string& text) {
  std::vector<ByteOwner> owners(text.size());
  if (!Json::accept(text)) {
    for (std::size_t i = 0; i < text.size(); ++i) owners[i].offset = i;
    return owners;
  }
  for (const Span& span : Scanner(text).spans) {
    for (std::size_t i = span.outer_begin; i < span.end; ++i) {
      owners[i] = {span.pointer, i >= span.begin ? std::optional(i - span.begin) : std::nullopt};
    }
  }
  return owners;
}

}  // namespace pullgate::verify
