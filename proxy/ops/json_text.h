#pragma once
/// JSON as we write it: small documents, built left to right. Reading is verify/json_document.h's.

#include <cstdint>
#include <string>
#include <string_view>

namespace pullgate::proxy {

/// The text in quotes, with everything but printable ASCII escaped. Bytes that are not UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

/// Writes commas and colons; the caller keeps the brackets balanced.
class JsonText {
 public:
  JsonText& begin_object();
  JsonText& end_object();
  JsonText& begin_array();
  JsonText& end_array();
  JsonText& key(std::string_view name);
  JsonText& value(std::string_view text);
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  JsonText& value(std::int64_t number);
  JsonText& value(std::uint64_t number);
  JsonText& value(bool flag);
  JsonText& null();
  /// A value that is JSON already.
  JsonText& raw(std::string_view json);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void separate();

  std::string text_;
};

}  // namespace pullgate::proxy
