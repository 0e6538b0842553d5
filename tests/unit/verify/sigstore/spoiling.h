#pragma once
/// Takes a text of evidence apart, so that a test can spoil every part of it: JSON by its values and members, base64 by
/// the bytes that it stands for, and JSON inside base64 again as JSON. Reads only what is well formed.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pullgate::verify {

/// One value somewhere in a text.
struct Field {
  /// A JSON pointer (RFC 6901), without escapes; "!" goes on inside base64. Of a text that is not JSON: empty.
  std::string pointer;
  /// What the value is: '{', '[', '"', '0' for numbers, or the first letter of true, false and null.
  char type;
  /// The value as JSON.
  std::string raw;
  /// Where the value is a text in base64: what it stands for.
  std::optional<std::string> bytes;

  /// The whole text with another value, as JSON, in this place.
  std::function<std::string(const std::string& raw)> with;
  /// The whole text without this member or element, and with it twice; not for the document itself.
  std::function<std::string()> without;
  std::function<std::string()> twice;

  [[nodiscard]] std::string with_bytes(const std::string& changed) const;
};

/// Every value in the text, containers before their content.
std::vector<Field> fields_of(const std::string& text);

/// Whose a byte of a text is: the innermost value or member, and where in the value; in a key, nowhere.
struct ByteOwner {
  std::string pointer;
  std::optional<std::size_t> offset;
};
std::vector<ByteOwner> owners_of_bytes(const std::string& text);

}  // namespace pullgate::verify
