#pragma once
/// On which side of the wall an address is.

#include <boost/asio/ip/address.hpp>

namespace pullgate::proxy {

/// kInternal: loopback, private, link-local, unspecified, multicast or reserved (the IANA special-purpose address
/// registries), also inside an IPv6 address that carries an IPv4 one.
enum class Network { kInternet, kInternal };

Network network_of(const boost::asio::ip::address& address);

/// Where a request may be sent. An operator may have an upstream anywhere; what an upstream on the Internet says must
/// not lead inside.
enum class Reach { kAnywhere, kInternetOnly };

}  // namespace pullgate::proxy
