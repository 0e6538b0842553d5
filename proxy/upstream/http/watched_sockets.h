#pragma once
/// Sockets that somebody else opened and closes, lent to Asio for waiting. Touched on one strand only.

#include <functional>
#include <map>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include "verify/result.h"

namespace pullgate::proxy {

class WatchedSockets : public std::enable_shared_from_this<WatchedSockets> {
 public:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  enum class Event { kReadable, kWritable, kBroken };
  struct Interest {
    bool readable = false;
    bool writable = false;
  };

  /// `on_ready` runs on the strand, again and again for as long as the interest lasts and the socket is ready; it may
  /// call watch() and forget().
  WatchedSockets(Strand strand, std::function<void(int, Event)> on_ready)
      : strand_(std::move(strand)), on_ready_(std::move(on_ready)) {}

  /// From now on, or what is wanted from now on.
  Status watch(int fd, Interest interest);
  /// Before the socket is closed.
  void forget(int fd);

 private:
  struct Socket;
  using SocketPtr = std::shared_ptr<Socket>;

  void await(int fd, const SocketPtr& socket, Event event);
  void tell(int fd, const SocketPtr& socket, Event event, bool is_broken);
  [[nodiscard]] bool watches(int fd, const SocketPtr& socket) const;

  Strand strand_;
  std::function<void(int, Event)> on_ready_;
  std::map<int, SocketPtr> sockets_;
};

}  // namespace pullgate::proxy
