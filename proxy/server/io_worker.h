#pragma once
/// One I/O thread: its own event loop, its own listening sockets (SO_REUSEPORT: the kernel spreads connections over the
/// threads), and the sessions of the connections that it accepted. Nothing is shared between workers but the service.

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "config/settings.h"
#include "proxy/server/service.h"
#include "proxy/server/session.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// An address as it is listened on: a port of 0 in the settings has become a real one.
struct ListeningAddress {
  std::string host;
  std::uint16_t port = 0;

  [[nodiscard]] std::string text() const;
};

/// Is the address free? SO_REUSEPORT alone would let two pullgates share one port and split its clients. The answer
/// has the port that was chosen where the settings leave it open.
Result<ListeningAddress> probe_address(const config::Listener& listener);

class IoWorker {
 public:
  /// `service` and `connections`, the count over all workers, must outlive it.
  IoWorker(const Service& service, const config::Timeouts& timeouts, std::atomic<std::size_t>& connections,
           std::string name);
  /// stop() and join first, if it runs.
  ~IoWorker();
  IoWorker(const IoWorker&) = delete;
  IoWorker& operator=(const IoWorker&) = delete;

  /// Before start().
  Status listen(const ListeningAddress& address);
  void start();

  /// From any thread. No new connections and no new requests; what is under way is completed.
  void drain();
  /// From any thread: closes every connection.
  void cut();
  /// After drain() the thread ends with its last session; after this, at once.
  void stop() { loop_.stop(); }
  void join();

 private:
  boost::asio::awaitable<void> accept(boost::asio::ip::tcp::acceptor& acceptor);
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

  const Service& service_;
  config::Timeouts timeouts_;
  std::atomic<std::size_t>& connections_;
  std::string name_;
  std::uint64_t accepted_ = 0;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::list<boost::asio::ip::tcp::acceptor> acceptors_;
  std::list<Session*> sessions_;
  bool is_draining_ = false;
  std::thread thread_;
};

}  // namespace pullgate::proxy
