#include "proxy/upstream/http/watched_sockets.h"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace pullgate::proxy {

namespace asio = boost::asio;

struct WatchedSockets::Socket {
  explicit Socket(const Strand& strand) : descriptor(strand) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { give_back(); }

  void give_back() {
    if (descriptor.is_open()) descriptor.release();
  }
  [[nodiscard]] bool wants(Event event) const {
    return event == Event::kReadable ? interest.readable : interest.writable;
  }
  bool& awaits(Event event) { return event == Event::kReadable ? awaits_read : awaits_write; }

  asio::posix::stream_descriptor descriptor;
  Interest interest;
  bool awaits_read = false;
  bool awaits_write = false;
};

Status WatchedSockets::watch(int fd, Interest interest) {
  auto& socket = sockets_[fd];
  if (!socket) {
    socket = std::make_shared<Socket>(strand_);
    boost::system::error_code error;
    socket->descriptor.assign(fd, error);
    if (error) return {ErrorCode::kInternal, error.message()};
  }
  socket->interest = interest;
  await(fd, socket, Event::kReadable);
  await(fd, socket, Event::kWritable);
  return Done{};
}

void WatchedSockets::forget(int fd) {
  // Now, and not when a handler that is running lets go of it: the number is about to be closed, and the next file that
  // anybody opens gets it.
  if (const auto found = sockets_.find(fd); found != sockets_.end()) {
    found->second->give_back();
    sockets_.erase(found);
  }
}

void WatchedSockets::await(int fd, const SocketPtr& socket, Event event) {
  if (socket->awaits(event) || !socket->wants(event)) return;
  socket->awaits(event) = true;
  const auto kind =
      event == Event::kReadable ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  socket->descriptor.async_wait(kind, [all = weak_from_this(), waiting = std::weak_ptr(socket), fd,
                                       event](const boost::system::error_code& error) {
    const auto self = all.lock();
    const auto found = waiting.lock();
    if (self && found) self->tell(fd, found, event, error.failed());
  });
}

void WatchedSockets::tell(int fd, const SocketPtr& socket, Event event, bool is_broken) {
  socket->awaits(event) = false;
  if (!watches(fd, socket) || !socket->wants(event)) return;
  on_ready_(fd, is_broken ? Event::kBroken : event);
  if (watches(fd, socket)) await(fd, socket, event);
}

bool WatchedSockets::watches(int fd, const SocketPtr& socket) const {
  const auto found = sockets_.find(fd);
  return found != sockets_.end() && found->second == socket;
}

}  // namespace pullgate::proxy
