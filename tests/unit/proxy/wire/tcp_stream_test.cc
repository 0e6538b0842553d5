#include "proxy/wire/tcp_stream.h"

#include <array>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono_literals::operator""ms;

/// Two ends of a connection on loopback, both on one event loop.
class TcpStreamTest : public testing::Test {
 protected:
  TcpStreamTest() {
    tcp::acceptor acceptor(loop_, {asio::ip::address_v4::loopback(), 0});
    client_.connect(acceptor.local_endpoint());
    stream_ = make_tcp_stream(acceptor.accept());
  }

  Result<std::size_t> read(std::chrono::milliseconds patience) {
    Result<std::size_t> result = Error{};
    const auto task = [&]() -> asio::awaitable<void> {
      result = co_await stream_->read_some(bytes_, stream_->now() + patience);
      is_over_ = true;
    };
    is_over_ = false;
    asio::co_spawn(loop_, task, asio::detached);
    loop_.restart();
    while (!is_over_) loop_.run_one();
    return result;
  }

  asio::io_context loop_{1};
  tcp::socket client_{loop_};
  std::unique_ptr<Stream> stream_;
  std::array<char, 64> bytes_{};
  bool is_over_ = false;
};

TEST_F(TcpStreamTest, ReadsWhatTheClientSends) {
  asio::write(client_, asio::buffer(std::string("hello")));
  const auto size = read(1000ms);
  ASSERT_TRUE(size);
  EXPECT_EQ(std::string_view(bytes_.data(), *size), "hello");
}

TEST_F(TcpStreamTest, EndsOrderlyWithTheClient) {
  client_.close();
  const auto size = read(1000ms);
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, 0U);
}

TEST_F(TcpStreamTest, GivesUpAtItsDeadlineAndWorksOn) {
  for (int round = 0; round < 2; ++round) {
    const auto late = read(1ms);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::kTimedOut);
  }
  asio::write(client_, asio::buffer(std::string("x")));
  const auto size = read(1000ms);
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, 1U);
}

TEST_F(TcpStreamTest, EndsAReadWhenItIsClosed) {
  asio::post(loop_, [&] { stream_->close(); });
  const auto size = read(10'000ms);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, ErrorCode::kCancelled);
}

TEST_F(TcpStreamTest, WritesBothPiecesInOrder) {
  const auto task = [&]() -> asio::awaitable<void> {
    EXPECT_TRUE(co_await stream_->write("head", "body", stream_->now() + 1000ms));
    stream_->finish_sending();
  };
  asio::co_spawn(loop_, task, asio::detached);
  loop_.restart();
  std::string received;
  boost::system::error_code end;
  while (received.size() < 8) {
    loop_.poll();
    std::array<char, 16> piece{};
    const std::size_t size = client_.read_some(asio::buffer(piece), end);
    if (end) break;
    received.append(piece.data(), size);
  }
  EXPECT_EQ(received, "headbody");
}

TEST_F(TcpStreamTest, KnowsItsPeer) {
  EXPECT_EQ(stream_->peer(), "127.0.0.1:" + std::to_string(client_.local_endpoint().port()));
}

}  // namespace
}  // namespace pullgate::proxy
