#pragma once
/// DER, ITU-T X.690 section 10 and 11: the one encoding of each value. Whatever has a second spelling (indefinite or
/// longer lengths than needed, padded integers, booleans other than 00 and FF, bits set beyond a bit string's end) is
/// refused, because two readers could otherwise see two values in the same signed bytes. Tags above 30, which nothing
/// that we read uses, are refused too.

#include <cstdint>
#include <optional>
#include <string_view>

#include "verify/codec/problems.h"
#include "verify/time.h"

namespace pullgate::verify::der {

using codec::Problems;

/// Identifier octets.
enum Tag : std::uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kUtf8String = 0x0C,
  kPrintableString = 0x13,
  kIa5String = 0x16,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kSequence = 0x30,
  kSet = 0x31,
};
/// [n] IMPLICIT over a primitive, and [n] EXPLICIT or IMPLICIT over something constructed.
constexpr std::uint8_t context(unsigned n) {
  return static_cast<std::uint8_t>(0x80U | n);
}
constexpr std::uint8_t constructed(unsigned n) {
  return static_cast<std::uint8_t>(0xA0U | n);
}

struct Element {
  std::uint8_t tag = 0;
  std::string_view content;
  std::string_view encoding;  ///< with its identifier and length
};

/// Reads the elements of a constructed value from first to last. Refers to the bytes and to the Problems: both must
/// outlive it. After a problem it is at its end, so that loops end.
class Reader {
 public:
  Reader(std::string_view bytes, Problems& problems) : rest_(bytes), problems_(&problems) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  /// The identifier of what comes next; 0 at the end.
  [[nodiscard]] std::uint8_t next() const;
  [[nodiscard]] std::string_view rest() const { return rest_; }

  Element any();
  Element element(std::uint8_t tag);
  std::string_view content(std::uint8_t tag) { return element(tag).content; }
  /// The elements inside of the next element.
  Reader inside(std::uint8_t tag) { return {content(tag), *problems_}; }
  /// The same for an element that may be absent: then empty, and nothing is read.
  std::optional<Element> optional(std::uint8_t tag);

  bool boolean();
  /// The content of an object identifier in its only form (X.690 section 8.19.2): compared by its bytes, so that
  /// another spelling would be another object to us and the same to others.
  std::string_view object_identifier();
  /// The octets of a non-negative integer without leading zeros (so that zero is empty).
  std::string_view unsigned_integer();
  /// An integer of 0 to 2^63-1.
  std::uint64_t small_integer();
  /// The bytes of a bit string that consists of whole bytes.
  std::string_view whole_bits();
  /// The bits of a named bit list of at most 32 bits; bit 0 is the first.
  std::uint32_t named_bits();
  /// RFC 5280 section 4.1.2.5: seconds, no fraction, Z.
  Time time();
  /// RFC 3161 section 2.4.2: a GeneralizedTime that may have a fraction, which is cut to milliseconds.
  Time time_with_fraction();

  /// Nothing may be left.
  void end();
  void refuse(std::string_view what, ErrorCode code = ErrorCode::kMalformed);

 private:
  std::string_view rest_;
  Problems* problems_;
};

/// The identifier and length octets of an element with this much content.
std::string header(std::uint8_t tag, std::size_t content_length);

}  // namespace pullgate::verify::der
