#include "proxy/ops/json_text.h"

#include <fmt/format.h>

namespace pullgate::proxy {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

/// The code point at `position`, which is moved behind it; the replacement character for what is not UTF-8.
std::uint32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(position++);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xf0 && lead <= 0xf4  ? 3
                           : lead >= 0xe0 && lead < 0xf0 ? 2
                           : lead >= 0xc2 && lead < 0xe0 ? 1
                                                         : 0;
  if (more == 0 || position + more > text.size()) return kReplacement;
  std::uint32_t point = lead & (0x3fU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(position + i) & 0xc0) != 0x80) return kReplacement;
    point = point << 6 | (byte(position + i) & 0x3f);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return kReplacement;
  position += more;
  return point;
}

void append_escaped(std::string& out, std::uint32_t point) {
  if (point == '"' || point == '\\') {
    out += '\\';
    out += static_cast<char>(point);
  } else if (point >= 0x20 && point < 0x7f) {
    out += static_cast<char>(point);
  } else if (point == '\n') {
    out += "\\n";
  } else if (point == '\t') {
    out += "\\t";
  } else if (point < 0x10000) {
    out += fmt::format("\\u{:04x}", point);
  } else {
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
  }
}

}  // namespace

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t position = 0; position < text.size();) append_escaped(out, next_code_point(text, position));
  out += '"';
  return out;
}

JsonText& JsonText::begin_object() {
  separate();
  text_ += '{';
  return *this;
}

JsonText& JsonText::end_object() {
  text_ += '}';
  return *this;
}

JsonText& JsonText::begin_array() {
  separate();
  text_ += '[';
  return *this;
}

JsonText& JsonText::end_array() {
  text_ += ']';
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  separate();
  text_ += json_quoted(name);
  text_ += ':';
  return *this;
}

JsonText& JsonText::value(std::string_view text) {
  return raw(json_quoted(text));
}

JsonText& JsonText::value(std::int64_t number) {
  return raw(std::to_string(number));
}

JsonText& JsonText::value(std::uint64_t number) {
  return raw(std::to_string(number));
}

JsonText& JsonText::value(bool flag) {
  return raw(flag ? "true" : "false");
}

JsonText& JsonText::null() {
  return raw("null");
}

JsonText& JsonText::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

void JsonText::separate() {
  if (text_.empty()) return;
  const char last = text_.back();
  if (last != '{' && last != '[' && last != ':') text_ += ',';
}

}  // namespace pullgate::proxy
