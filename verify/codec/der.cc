#include "verify/codec/der.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace pullgate::verify::der {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

/// The value of decimal digits alone, or -1.
int digits(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// "YYYYMMDDHHMMSS"; no leap seconds, which no producer of ours writes and of which there is no one reading.
std::optional<Time> moment(std::string_view text) {
  if (text.size() != 14) return std::nullopt;
  const int year = digits(text.substr(0, 4));
  const int month = digits(text.substr(4, 2));
  const int day = digits(text.substr(6, 2));
  const int hour = digits(text.substr(8, 2));
  const int minute = digits(text.substr(10, 2));
  const int second = digits(text.substr(12, 2));
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 0 || month < 0 || day < 0 || !date.ok()) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace

std::uint8_t Reader::next() const {
  return rest_.empty() ? std::uint8_t{0} : byte_at(rest_, 0);
}

void Reader::refuse(std::string_view what, ErrorCode code) {
  problems_->add(code, "DER: " + std::string(what));
  rest_ = {};
}

Element Reader::any() {
  if (rest_.size() < 2) {
    refuse("ends too early");
    return {};
  }
  const std::uint8_t tag = byte_at(rest_, 0);
  std::size_t length = byte_at(rest_, 1);
  std::size_t header_size = 2;
  if ((tag & 0x1FU) == 0x1FU || length == 0x80 || length > 0x84) {
    refuse("a tag or length of a form that we do not read");
    return {};
  }
  if (length > 0x80) {
    const std::size_t count = length & 0x7FU;
    header_size += count;
    if (rest_.size() < header_size) {
      refuse("ends too early");
      return {};
    }
    length = 0;
    for (std::size_t i = 2; i < header_size; ++i) length = (length << 8U) | byte_at(rest_, i);
    if (length < 0x80 || (length >> (8U * (count - 1))) == 0) {
      refuse("a length that is longer than it need be");
      return {};
    }
  }
  if (rest_.size() - header_size < length) {
    refuse("ends too early");
    return {};
  }
  const Element element{
      .tag = tag, .content = rest_.substr(header_size, length), .encoding = rest_.substr(0, header_size + length)};
  rest_.remove_prefix(header_size + length);
  return element;
}

Element Reader::element(std::uint8_t tag) {
  if (next() != tag) {
    refuse(rest_.empty() ? fmt::format("an element with tag {:#04x} is missing", tag)
                         : fmt::format("tag {:#04x} expected, not {:#04x}", tag, next()));
    return {};
  }
  return any();
}

std::optional<Element> Reader::optional(std::uint8_t tag) {
  if (next() != tag) return std::nullopt;
  return any();
}

bool Reader::boolean() {
  const std::string_view value = content(kBoolean);
  if (value.size() != 1 || (byte_at(value, 0) != 0 && byte_at(value, 0) != 0xFF)) {
    refuse("a boolean that is neither 00 nor FF");
    return false;
  }
  return byte_at(value, 0) == 0xFF;
}

std::string_view Reader::object_identifier() {
  const std::string_view value = content(kOid);
  bool begins = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (begins && byte_at(value, i) == 0x80) {
      refuse("an object identifier with a part that is longer than it need be");
      return {};
    }
    begins = byte_at(value, i) < 0x80;
  }
  if (value.empty() || !begins) {
    refuse("an object identifier that ends too early");
    return {};
  }
  return value;
}

std::string_view Reader::unsigned_integer() {
  std::string_view value = content(kInteger);
  const bool negative = !value.empty() && byte_at(value, 0) >= 0x80;
  const bool padded = value.size() > 1 && byte_at(value, 0) == 0 && byte_at(value, 1) < 0x80;
  if (value.empty() || negative || padded) {
    refuse("not a non-negative integer in its shortest form");
    return {};
  }
  if (value[0] == 0) value.remove_prefix(1);
  return value;
}

std::uint64_t Reader::small_integer() {
  const std::string_view octets = unsigned_integer();
  if (octets.size() > 8 || (octets.size() == 8 && byte_at(octets, 0) >= 0x80)) {
    refuse("an integer beyond 2^63-1");
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) value = (value << 8U) | byte_at(octets, i);
  return value;
}

std::string_view Reader::whole_bits() {
  const std::string_view value = content(kBitString);
  if (value.empty() || value[0] != 0) {
    refuse("a bit string that does not consist of whole bytes");
    return {};
  }
  return value.substr(1);
}

std::uint32_t Reader::named_bits() {
  const std::string_view value = content(kBitString);
  const unsigned unused = value.empty() ? 8U : byte_at(value, 0);
  const bool empty = value.size() == 1;
  // X.690 section 11.2.2: trailing zero bits are left out, so the last bit that is there is set.
  if (unused > 7 || value.size() > 5 || (empty && unused != 0) ||
      (!empty && (byte_at(value, value.size() - 1) & ((2U << unused) - 1U)) != (1U << unused))) {
    refuse("not a named bit list in its shortest form");
    return 0;
  }
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < (value.size() - 1) * 8; ++i) {
    if ((byte_at(value, 1 + i / 8) & (0x80U >> (i % 8U))) != 0) bits |= std::uint32_t{1} << i;
  }
  return bits;
}

Time Reader::time() {
  // RFC 5280 sections 4.1.2.5.1 and .2: two digits of the year in the one form, four in the other, seconds in both.
  // Whoever takes one form for the other reads another year than the authority wrote.
  const bool has_short_year = next() == kUtcTime;
  const std::size_t length = has_short_year ? 13 : 15;
  const std::string text(content(has_short_year ? kUtcTime : kGeneralizedTime));
  if (text.size() == length && text.back() == 'Z') {
    const std::string century = !has_short_year ? "" : text[0] >= '5' ? "19" : "20";
    if (const std::optional<Time> time = moment(century + text.substr(0, length - 1))) return *time;
  }
  refuse("not a time as certificates have it");
  return {};
}

Time Reader::time_with_fraction() {
  const std::string_view text = content(kGeneralizedTime);
  if (text.size() >= 15 && text.back() == 'Z') {
    const std::optional<Time> seconds = moment(text.substr(0, 14));
    std::string fraction(text.substr(14, text.size() - 15));
    if (seconds && fraction.empty()) return *seconds;
    // RFC 3161 section 2.4.2: a point, and no trailing zeros.
    const bool canonical = fraction.size() > 1 && fraction.size() <= 10 && fraction[0] == '.' &&
                           digits(std::string_view(fraction).substr(1)) >= 0 && fraction.back() != '0';
    if (seconds && canonical) {
      fraction.resize(4, '0');
      return *seconds + std::chrono::milliseconds(digits(std::string_view(fraction).substr(1)));
    }
  }
  refuse("not a time as timestamps have it");
  return {};
}

void Reader::end() {
  if (!rest_.empty()) refuse("more than there may be");
}

std::string header(std::uint8_t tag, std::size_t content_length) {
  std::string bytes(1, static_cast<char>(tag));
  if (content_length < 0x80) return bytes + static_cast<char>(content_length);
  std::string length;
  for (std::size_t rest = content_length; rest != 0; rest >>= 8U) length.insert(0, 1, static_cast<char>(rest & 0xFFU));
  return bytes + static_cast<char>(0x80U | length.size()) + length;
}

}  // namespace pullgate::verify::der
