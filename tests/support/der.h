#pragma once
/// Writes DER, for evidence that tests make. Shares nothing with the reader of verify/codec, and writes what it is
/// told: also what no encoder should.

#include <cstdint>
#include <string>
#include <string_view>

namespace pullgate::sandbox::der {

std::string tlv(std::uint8_t tag, std::string_view content);

template <class... Parts>
std::string sequence(const Parts&... parts) {
  return tlv(0x30, (std::string() + ... + std::string(parts)));
}
template <class... Parts>
std::string set(const Parts&... parts) {
  return tlv(0x31, (std::string() + ... + std::string(parts)));
}

/// "1.3.6.1.4.1.57264.1.8"
std::string oid(std::string_view dotted);
std::string integer(std::uint64_t value);
/// A positive integer of these octets.
std::string integer(std::string_view octets);
std::string boolean(bool value);
std::string null();
std::string octets(std::string_view content);
std::string bits(std::string_view content);
/// The bits of a named bit list that are set, the first being 0.
std::string named_bits(std::initializer_list<unsigned> set);
std::string utf8(std::string_view text);
std::string printable(std::string_view text);
/// Seconds since 1970.
std::string utc_time(std::int64_t seconds);
std::string generalized_time(std::int64_t seconds, std::string_view fraction = {});
/// [n] EXPLICIT, or IMPLICIT over something constructed.
std::string tagged(unsigned n, std::string_view content);
/// [n] IMPLICIT over a primitive.
std::string tagged_primitive(unsigned n, std::string_view content);

}  // namespace pullgate::sandbox::der
