#include "proxy/upstream/http/kept_connections.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace pullgate::proxy {

namespace {

std::uint16_t port_of(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

std::optional<KeptConnections::Ends> ends_of(int fd) {
  sockaddr_storage peer{};
  sockaddr_storage local{};
  socklen_t peer_length = sizeof peer;
  socklen_t local_length = sizeof local;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &local_length) != 0)
    return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = peer.ss_family == AF_INET6
                          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr)
                          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(peer).sin_addr);
  if (::inet_ntop(peer.ss_family, bytes, text.data(), text.size()) == nullptr) return std::nullopt;
  return KeptConnections::Ends{text.data(), port_of(peer), port_of(local)};
}

/// Nothing to read, and open as far as this side knows.
bool is_quiet(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

KeptConnections::Found KeptConnections::before_request(const Ends& ends) {
  for (auto& [fd, connection] : connections_) {
    if (connection.ends == ends) return {is_quiet(fd) ? State::kQuiet : State::kSpoilt, fd};
  }
  for (auto& [fd, connection] : connections_) {
    if (connection.ends || ends_of(fd) != ends) continue;
    connection.ends = ends;
    return {State::kNew, fd};
  }
  return {};
}

Order order_of_answer(int fd) {
  int unacknowledged = 0;
  const bool is_known = ::ioctl(fd, SIOCOUTQ, &unacknowledged) == 0;
  return is_known && unacknowledged == 0 ? Order::kRequestFirst : Order::kAnswerFirst;
}

}  // namespace pullgate::proxy
