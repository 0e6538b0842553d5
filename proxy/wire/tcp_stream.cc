#include "proxy/wire/tcp_stream.h"

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Everything that the timer's handler needs, kept alive by it: the handler may run after the stream is gone.
struct Connection {
  explicit Connection(asio::ip::tcp::socket connected) : socket(std::move(connected)), timer(socket.get_executor()) {}

  asio::ip::tcp::socket socket;
  asio::steady_timer timer;
  Stream::Deadline deadline = Stream::Deadline::max();
  bool timer_runs = false;
  bool timed_out = false;
  bool closed = false;
};

void watch(const std::shared_ptr<Connection>& connection) {
  connection->timer_runs = true;
  connection->timer.expires_at(connection->deadline);
  connection->timer.async_wait([weak = std::weak_ptr(connection)](error_code failure) {
    const std::shared_ptr<Connection> self = weak.lock();
    if (!self || self->closed) return;
    if (failure == asio::error::operation_aborted) return;  // watch() was called again, with an earlier deadline
    self->timer_runs = false;
    if (self->deadline == Stream::Deadline::max()) return;
    if (std::chrono::steady_clock::now() < self->deadline) {
      watch(self);
      return;
    }
    self->timed_out = true;
    error_code ignored;
    self->socket.cancel(ignored);
  });
}

/// A deadline costs two stores; the one timer of a connection is re-armed only when it fires, or for an earlier one.
void arm(const std::shared_ptr<Connection>& connection, Stream::Deadline deadline) {
  connection->deadline = deadline;
  connection->timed_out = false;
  if (!connection->timer_runs || connection->timer.expiry() > deadline) watch(connection);
}

Error failure_of(const Connection& connection, error_code failure) {
  if (connection.closed) return {ErrorCode::kCancelled, "the connection was closed"};
  if (connection.timed_out) return {ErrorCode::kTimedOut, "the client was too slow"};
  return {ErrorCode::kUnreachable, "the client has gone: " + failure.message()};
}

class TcpStream final : public Stream {
 public:
  explicit TcpStream(asio::ip::tcp::socket socket) : connection_(std::make_shared<Connection>(std::move(socket))) {
    error_code ignored;
    connection_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto endpoint = connection_->socket.remote_endpoint(ignored);
    peer_ = endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
  }
  ~TcpStream() override { connection_->closed = true; }
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;
  TcpStream(TcpStream&&) = delete;
  TcpStream& operator=(TcpStream&&) = delete;

  asio::awaitable<Result<std::size_t>> read_some(std::span<char> into, Deadline deadline) override {
    arm(connection_, deadline);
    auto [failure, size] = co_await connection_->socket.async_read_some(asio::buffer(into.data(), into.size()), kAwait);
    connection_->deadline = Deadline::max();
    if (failure == asio::error::eof) co_return std::size_t{0};
    if (failure) co_return failure_of(*connection_, failure);
    co_return size;
  }

  asio::awaitable<Status> write(std::string_view first, std::string_view second, Deadline deadline) override {
    arm(connection_, deadline);
    const std::array<asio::const_buffer, 2> pieces{asio::buffer(first.data(), first.size()),
                                                   asio::buffer(second.data(), second.size())};
    auto [failure, size] = co_await asio::async_write(connection_->socket, pieces, kAwait);
    connection_->deadline = Deadline::max();
    if (failure) co_return failure_of(*connection_, failure);
    co_return Done{};
  }

  void finish_sending() override {
    error_code ignored;
    connection_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    connection_->closed = true;
    error_code ignored;
    connection_->socket.close(ignored);
    connection_->timer.cancel();
  }

  [[nodiscard]] const std::string& peer() const override { return peer_; }
  [[nodiscard]] Deadline now() const override { return std::chrono::steady_clock::now(); }

 private:
  std::shared_ptr<Connection> connection_;
  std::string peer_;
};

}  // namespace

std::unique_ptr<Stream> make_tcp_stream(asio::ip::tcp::socket socket) {
  return std::make_unique<TcpStream>(std::move(socket));
}

}  // namespace pullgate::proxy
