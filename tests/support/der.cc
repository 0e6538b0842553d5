#include "tests/support/der.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <vector>

namespace pullgate::sandbox::der {
namespace {

std::string formatted(std::int64_t seconds, const char* format) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm fields{};
  gmtime_r(&time, &fields);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &fields)};
}

}  // namespace

std::string tlv(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 128) {
    out += static_cast<char>(content.size());
  } else {
    const unsigned count = content.size() < 256 ? 1 : content.size() < 65536 ? 2 : 3;
    out += static_cast<char>(0x80 + count);
    for (unsigned i = count; i > 0; --i) out += static_cast<char>(content.size() / (1UL << (8 * (i - 1))) % 256);
  }
  return out + std::string(content);
}

std::string oid(std::string_view dotted) {
  std::vector<unsigned long> arcs;
  for (std::size_t at = 0; at <= dotted.size();) {
    const std::size_t dot = std::min(dotted.find('.', at), dotted.size());
    arcs.push_back(std::stoul(std::string(dotted.substr(at, dot - at))));
    at = dot + 1;
  }
  std::string content(1, static_cast<char>(arcs[0] * 40 + arcs[1]));
  for (std::size_t i = 2; i < arcs.size(); ++i) {
    std::string groups(1, static_cast<char>(arcs[i] % 128));
    for (unsigned long rest = arcs[i] / 128; rest != 0; rest /= 128) {
      groups.insert(0, 1, static_cast<char>(rest % 128 + 128));
    }
    content += groups;
  }
  return tlv(0x06, content);
}

std::string integer(std::uint64_t value) {
  std::string octets(1, static_cast<char>(value % 256));
  for (std::uint64_t rest = value / 256; rest != 0; rest /= 256) octets.insert(0, 1, static_cast<char>(rest % 256));
  return integer(std::string_view(octets));
}

std::string integer(std::string_view octets) {
  const bool looks_negative = !octets.empty() && static_cast<unsigned char>(octets[0]) > 127;
  return tlv(0x02, (looks_negative ? std::string(1, '\0') : std::string()) + std::string(octets));
}

std::string boolean(bool value) {
  return tlv(0x01, std::string(1, value ? '\xFF' : '\0'));
}

std::string null() {
  return tlv(0x05, {});
}

std::string octets(std::string_view content) {
  return tlv(0x04, content);
}

std::string bits(std::string_view content) {
  return tlv(0x03, std::string(1, '\0') + std::string(content));
}

std::string named_bits(std::initializer_list<unsigned> set) {
  unsigned last = 0;
  for (unsigned bit : set) last = std::max(last, bit);
  std::string content(1 + (set.size() == 0 ? 0 : last / 8 + 1), '\0');
  for (unsigned bit : set) content[1 + bit / 8] = static_cast<char>(content[1 + bit / 8] | (128 >> (bit % 8)));
  content[0] = static_cast<char>(set.size() == 0 ? 0 : 7 - last % 8);
  return tlv(0x03, content);
}

std::string utf8(std::string_view text) {
  return tlv(0x0C, text);
}

std::string printable(std::string_view text) {
  return tlv(0x13, text);
}

std::string utc_time(std::int64_t seconds) {
  return tlv(0x17, formatted(seconds, "%y%m%d%H%M%SZ"));
}

std::string generalized_time(std::int64_t seconds, std::string_view fraction) {
  return tlv(0x18, formatted(seconds, "%Y%m%d%H%M%S") + std::string(fraction) + "Z");
}

std::string tagged(unsigned n, std::string_view content) {
  return tlv(static_cast<std::uint8_t>(0xA0 + n), content);
}

std::string tagged_primitive(unsigned n, std::string_view content) {
  return tlv(static_cast<std::uint8_t>(0x80 + n), content);
}

}  // namespace pullgate::sandbox::der
