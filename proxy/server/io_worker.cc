#include "proxy/server/io_worker.h"

#include <exception>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proxy/wire/tcp_stream.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// When the process has no descriptors left, accepting fails until some are closed.
constexpr std::chrono::milliseconds kAcceptPause{100};

Error cannot_listen(const std::string& address, const error_code& failure) {
  return {ErrorCode::kInternal, "cannot listen on " + address + ": " + failure.message()};
}

enum class Sharing { kAlone, kWithOtherWorkers };

Result<tcp::acceptor> open_acceptor(asio::io_context& loop, const ListeningAddress& address, Sharing sharing) {
  error_code failure;
  const auto host = asio::ip::make_address(address.host, failure);
  if (failure) return cannot_listen(address.text(), failure);
  const tcp::endpoint endpoint(host, address.port);
  tcp::acceptor acceptor(loop);
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure && sharing == Sharing::kWithOtherWorkers) acceptor.set_option(ReusePort(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure) return cannot_listen(address.text(), failure);
  return acceptor;
}

}  // namespace

std::string ListeningAddress::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListeningAddress> probe_address(const config::Listener& listener) {
  ListeningAddress address{listener.host, listener.port};
  asio::io_context loop{1};
  Result<tcp::acceptor> acceptor = open_acceptor(loop, address, Sharing::kAlone);
  if (!acceptor) return acceptor.error();
  error_code failure;
  address.port = acceptor->local_endpoint(failure).port();
  if (failure) return cannot_listen(address.text(), failure);
  return address;
}

IoWorker::IoWorker(const Service& service, const config::Timeouts& timeouts, std::atomic<std::size_t>& connections,
                   std::string name)
    : service_(service),
      timeouts_(timeouts),
      connections_(connections),
      name_(std::move(name)),
      work_(asio::make_work_guard(loop_)) {}

IoWorker::~IoWorker() {
  stop();
  join();
}

Status IoWorker::listen(const ListeningAddress& address) {
  Result<tcp::acceptor> acceptor = open_acceptor(loop_, address, Sharing::kWithOtherWorkers);
  if (!acceptor) return acceptor.error();
  acceptors_.push_back(std::move(*acceptor));
  return Done{};
}

void IoWorker::start() {
  for (tcp::acceptor& acceptor : acceptors_) asio::co_spawn(loop_, accept(acceptor), asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
}

void IoWorker::drain() {
  asio::post(loop_, [this] {
    is_draining_ = true;
    error_code ignored;
    for (tcp::acceptor& acceptor : acceptors_) acceptor.close(ignored);
    for (Session* session : sessions_) session->finish();
    work_.reset();
  });
}

void IoWorker::cut() {
  asio::post(loop_, [this] {
    for (Session* session : sessions_) session->cut();
  });
}

void IoWorker::join() {
  if (thread_.joinable()) thread_.join();
}

asio::awaitable<void> IoWorker::accept(tcp::acceptor& acceptor) {
  asio::steady_timer pause(loop_);
  while (!is_draining_) {
    auto [failure, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (failure == asio::error::operation_aborted) co_return;
    if (failure) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    // Beyond the limit a connection is closed unanswered: an answer would cost what the limit is there to save.
    if (is_draining_ || connections_.load() >= limits::kClientConnections) continue;
    asio::co_spawn(loop_, serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> IoWorker::serve(tcp::socket socket) {
  ++connections_;
  Session session(make_tcp_stream(std::move(socket)), service_, timeouts_, name_ + "-" + std::to_string(++accepted_));
  const auto position = sessions_.insert(sessions_.end(), &session);
  try {
    co_await session.run();
  } catch (const std::exception& thrown) {
    service_.log.error("internal-error", {{"cause", std::string(thrown.what())}});
  }
  sessions_.erase(position);
  --connections_;
}

}  // namespace pullgate::proxy
