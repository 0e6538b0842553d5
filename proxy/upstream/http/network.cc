#include "proxy/upstream/http/network.h"

#include <algorithm>
#include <array>

#include <boost/asio/ip/network_v4.hpp>

namespace pullgate::proxy {

namespace {

namespace ip = boost::asio::ip;

bool is_internal(const ip::address_v4& address) {
  // IANA IPv4 Special-Purpose Address Registry, everything that is not globally reachable, and one address more.
  static const std::array kNetworks = {
      ip::make_network_v4("0.0.0.0/8"),
      ip::make_network_v4("10.0.0.0/8"),
      ip::make_network_v4("100.64.0.0/10"),
      ip::make_network_v4("127.0.0.0/8"),
      ip::make_network_v4("169.254.0.0/16"),
      ip::make_network_v4("172.16.0.0/12"),
      ip::make_network_v4("192.0.0.0/24"),
      ip::make_network_v4("192.0.2.0/24"),
      ip::make_network_v4("192.168.0.0/16"),
      ip::make_network_v4("198.18.0.0/15"),
      ip::make_network_v4("198.51.100.0/24"),
      ip::make_network_v4("203.0.113.0/24"),
      ip::make_network_v4("192.88.99.0/24"),
      ip::make_network_v4("224.0.0.0/4"),
      ip::make_network_v4("240.0.0.0/4"),
      // An address like any other, but on Azure's machines the host's own services answer there.
      ip::make_network_v4("168.63.129.16/32"),
  };
  return std::ranges::any_of(kNetworks, [&](const ip::network_v4& network) {
    const auto mask = network.netmask().to_uint();
    return (address.to_uint() & mask) == network.network().to_uint();
  });
}

bool is_internal(const ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  const auto embedded_at = [&](std::size_t offset) {
    return is_internal(ip::address_v4({bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]}));
  };
  const bool zeros12 = std::all_of(bytes.begin(), bytes.begin() + 12, [](unsigned char b) { return b == 0; });
  if (zeros12) return true;  // ::, ::1 and the withdrawn IPv4-compatible form
  if (address.is_v4_mapped()) return embedded_at(12);
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return embedded_at(2);  // 6to4, RFC 3056
  const bool is_nat64 = bytes[0] == 0x00 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b;
  const bool zeros4to12 = std::all_of(bytes.begin() + 4, bytes.begin() + 12, [](unsigned char b) { return b == 0; });
  if (is_nat64 && zeros4to12) return embedded_at(12);  // RFC 6052 section 2.1
  // IANA IPv6 Special-Purpose Address Registry: protocol assignments, Teredo among them, and documentation.
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02) return true;                       // 2001::/23
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8) return true;  // 2001:db8::/32
  if (bytes[0] == 0x3f && bytes[1] == 0xff && (bytes[2] & 0xf0U) == 0) return true;               // 3fff::/20
  // Only 2000::/3 is global unicast; what is left outside it is loopback, link-local, unique local or multicast.
  return (bytes[0] & 0xe0U) != 0x20U;
}

}  // namespace

Network network_of(const ip::address& address) {
  const bool internal = address.is_v4() ? is_internal(address.to_v4()) : is_internal(address.to_v6());
  return internal ? Network::kInternal : Network::kInternet;
}

}  // namespace pullgate::proxy
