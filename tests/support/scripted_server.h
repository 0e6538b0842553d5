#pragma once
/// An HTTP server on loopback that does exactly what a test tells it, wrong things above all. Plain POSIX sockets and a
/// thread per connection, so that it shares no code with what it tests.

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace pullgate::tests {

struct ReceivedRequest {
  std::string method;
  std::string target;
  std::string head;  ///< all lines, as they came

  /// The value of a header, matched without regard to case; empty when it is absent.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// The server's end of one connection, for the duration of one request.
class ScriptedConnection {
 public:
  explicit ScriptedConnection(int fd) : fd_(fd) {}

  void send(std::string_view bytes);
  /// A complete answer: status line, Content-Length, the given header lines (each ending in CRLF) and the body.
  void answer(int status, std::string_view body, std::string_view header_lines = {});
  /// Repeats `piece` until the client has taken nothing for 300 ms; returns how many bytes went out.
  std::size_t send_until_blocked(std::string_view piece);
  /// Until the client has begun to send something more, or has gone. Takes none of it.
  void wait_for_more() const;
  /// Says and does nothing until the client closes or the server is destroyed.
  void stall();
  /// An orderly end.
  void close();
  /// RST.
  void reset();

  [[nodiscard]] bool is_open() const { return open_; }

 private:
  int fd_;
  bool open_ = true;
};

class ScriptedServer {
 public:
  /// Called on the connection's thread for every request; the connection stays open afterwards unless it was closed.
  using Handler = std::function<void(ScriptedConnection&, const ReceivedRequest&)>;

  explicit ScriptedServer(Handler handler);
  /// Closes every connection and waits for the threads.
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT" followed by `path`.
  [[nodiscard]] std::string url(std::string_view path = {}) const;
  [[nodiscard]] std::vector<ReceivedRequest> requests() const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int fd);

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::set<int> open_;
  std::vector<ReceivedRequest> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace pullgate::tests
