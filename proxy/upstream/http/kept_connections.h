#pragma once
/// Connections that wait for another request, and whether they may still carry one.
///
/// HTTP/1.1 tells answers apart by their order alone. Bytes behind the promised length of one answer are therefore the
/// next one to a client that does not look (response desynchronisation): a registry's front end that frames somebody's
/// blob wrongly would let that somebody answer a question about another image. libcurl 7.88 does not look.
///
/// What this finds: anything that came while nobody had asked, the end of the connection included (RFC 9112 section
/// 9.5), and an answer that is read while the other side has not acknowledged the request yet. What is left is an
/// answer sent within the time that a request takes to its server, and read late. It takes an upstream that sends
/// excess bytes long after the body they follow, it spoils one answer and then the connection, and manifests and blobs
/// that were asked for by digest are hashed whoever sent them. libcurl itself gives up a connection when the excess
/// comes with the body.
///
/// Only for connections in the clear: under TLS session tickets wait to be read and are no answer. There nobody on the
/// path can plant an answer; a registry's front end that frames wrongly still can. Not thread-safe.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pullgate::proxy {

class KeptConnections {
 public:
  /// What tells one TCP connection of this machine from all others: an ephemeral port alone may be used towards several
  /// peers.
  struct Ends {
    std::string peer_address;  ///< in numbers, as inet_ntop() writes it
    std::uint16_t peer_port = 0;
    std::uint16_t local_port = 0;

    friend bool operator==(const Ends&, const Ends&) = default;
  };
  /// kSpoilt also for a connection that was never seen to be opened.
  enum class State { kNew, kQuiet, kSpoilt };
  struct Found {
    State state = State::kSpoilt;
    int fd = -1;  ///< unless it is unknown
  };

  void opened(int fd) { connections_.insert_or_assign(fd, Connection{}); }
  void closed(int fd) { connections_.erase(fd); }

  /// Right before a request is written. kNew is answered once.
  Found before_request(const Ends& ends);

 private:
  struct Connection {
    std::optional<Ends> ends;  // known from the first request on
  };

  std::map<int, Connection> connections_;
};

enum class Order { kRequestFirst, kAnswerFirst };

/// When the first bytes of an answer were read: has the other side received the whole request? Every TCP segment
/// acknowledges what its sender has received (RFC 9293 section 3.4), so the answer to a request acknowledges it.
/// kAnswerFirst when nobody knows. Ask soon: what overtook the request looks proper once the request has arrived.
Order order_of_answer(int fd);

}  // namespace pullgate::proxy
