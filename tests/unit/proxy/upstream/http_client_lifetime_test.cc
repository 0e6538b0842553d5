#include <future>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>
#include <gtest/gtest.h>

#include "tests/unit/proxy/upstream/http_client_fixture.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::ReceivedRequest;
using tests::run_to_end;
using tests::ScriptedConnection;
using tests::ScriptedServer;

TEST_F(HttpClientTest, HoldsTheUpstreamBackWhileNobodyReads) {
  constexpr std::size_t kHuge = std::size_t{1} << 30;
  std::promise<std::size_t> went_out;
  std::promise<void> may_go_on;
  const std::string piece(64 * 1024, 'x');
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kHuge) + "\r\n\r\n");
    const auto sent = connection.send_until_blocked(piece);
    went_out.set_value(sent);
    may_go_on.get_future().wait();
    for (std::size_t more = sent; more < std::min(kHuge, sent + (8 << 20)); more += piece.size())
      connection.send(piece);
    connection.close();
  });
  const auto outcome =
      run_to_end([&](HttpClient& http, std::string url) -> asio::awaitable<std::pair<std::size_t, bool>> {
        auto response = co_await http.send({.url = std::move(url), .idle_timeout = 200ms});
        const auto blocked_at = went_out.get_future().get();
        may_go_on.set_value();
        std::size_t read = 0;
        while (true) {
          const auto bytes = co_await (*response)->read();
          if (!bytes) break;
          EXPECT_LE(bytes->size(), 256U * 1024U);
          read += bytes->size();
        }
        co_return std::pair(blocked_at, read >= blocked_at + (8 << 20));
      }(client(), server.url("/")));
  EXPECT_LT(outcome.first, std::size_t{64} << 20);  // the kernel's socket buffers, not the gigabyte
  EXPECT_TRUE(outcome.second);
}

asio::awaitable<void> fetch_and_forget(HttpClient& client, std::string url) {
  static_cast<void>(co_await fetch(client, {.url = std::move(url)}));
}

/// Starts a coroutine that can be cancelled; `done` gets the code it ended
/// with.
struct Cancellable {
  asio::io_context& context = tests::lasting_context();
  asio::cancellation_signal signal;
  std::optional<ErrorCode> ended_with;
  bool threw = false;

  void start(asio::awaitable<Result<Whole>> coroutine) {
    asio::co_spawn(
        context,
        [this, coroutine = std::move(coroutine)]() mutable -> asio::awaitable<void> {
          const auto result = co_await std::move(coroutine);
          if (!result) ended_with = result.error().code;
        },
        asio::bind_cancellation_slot(signal.slot(),
                                     [this](const std::exception_ptr& error) { threw = error != nullptr; }));
  }
};

TEST_F(HttpClientTest, CancellationAbandonsAHeadThatIsWaitedFor) {
  std::promise<void> asked;
  std::promise<void> closed;
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest&) {
    asked.set_value();
    connection.stall();
    closed.set_value();
  });
  Cancellable work;
  work.start(fetch(client(), {.url = server.url("/")}));
  std::thread runner([&] { work.context.run(); });
  asked.get_future().wait();
  asio::post(work.context, [&] { work.signal.emit(asio::cancellation_type::terminal); });
  runner.join();
  EXPECT_EQ(work.ended_with, ErrorCode::kCancelled);
  closed.get_future().wait();  // the upstream sees it too
}

TEST_F(HttpClientTest, CancellationAbandonsABodyThatIsWaitedFor) {
  std::promise<void> closed;
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    connection.stall();
    closed.set_value();
  });
  Cancellable work;
  std::promise<void> reading;
  work.start([](HttpClient& http, std::string url, std::promise<void>& at_body) -> asio::awaitable<Result<Whole>> {
    auto response = co_await http.send({.url = std::move(url)});
    at_body.set_value();
    auto bytes = co_await (*response)->read();
    co_return bytes ? Error{ErrorCode::kInternal, "read"} : bytes.error();
  }(client(), server.url("/"), reading));
  std::thread runner([&] { work.context.run(); });
  reading.get_future().wait();
  asio::post(work.context, [&] { work.signal.emit(asio::cancellation_type::terminal); });
  runner.join();
  EXPECT_EQ(work.ended_with, ErrorCode::kCancelled);
  closed.get_future().wait();
}

TEST_F(HttpClientTest, DroppingALargeResponseClosesItsConnection) {
  std::promise<void> closed;
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc");
    connection.stall();
    closed.set_value();
  });
  run_to_end([](HttpClient& http, std::string url) -> asio::awaitable<bool> {
    auto response = co_await http.send({.url = std::move(url)});
    co_return response.has_value();
  }(client(), server.url("/")));
  closed.get_future().wait();
}

TEST_F(HttpClientTest, ShuttingDownEndsWhatIsUnderWayAndRefusesMore) {
  std::promise<void> asked;
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest&) {
    asked.set_value();
    connection.stall();
  });
  auto stalled = std::async(std::launch::async, [&] { return error_of({.url = server.url("/")}); });
  asked.get_future().wait();
  client().shut_down();
  EXPECT_EQ(stalled.get(), ErrorCode::kCancelled);
  EXPECT_EQ(error_of({.url = server.url("/")}), ErrorCode::kCancelled);
}

TEST_F(HttpClientTest, AResponseMayOutliveItsClient) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    connection.stall();
  });
  const auto code = run_to_end([this](std::string url) -> asio::awaitable<ErrorCode> {
    auto response = co_await client().send({.url = std::move(url)});
    client_.destroy_client();
    while (true) {
      const auto bytes = co_await (*response)->read();
      if (!bytes) co_return bytes.error().code;
    }
  }(server.url("/")));
  EXPECT_EQ(code, ErrorCode::kCancelled);
}

TEST(HttpClientLifetime, ALoopThatIsDestroyedTakesItsTransfersAlong) {
  std::promise<void> asked;
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/body") connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    if (request.target == "/head") asked.set_value();
    connection.stall();
  });
  asio::io_context callers;
  {
    asio::io_context loop;
    HttpClient client(loop);
    // The frames of these coroutines die with the loop, still waiting.
    asio::co_spawn(callers, fetch_and_forget(client, server.url("/body")), asio::detached);
    asio::co_spawn(callers, fetch_and_forget(client, server.url("/head")), asio::detached);
    callers.poll();
    const auto waiting = asked.get_future();
    while (waiting.wait_for(0s) != std::future_status::ready) {
      loop.run_one_for(10ms);
      callers.restart();
      callers.poll();
    }
  }
}

TEST(HttpClientLifetime, AClientWithoutWorkLetsItsLoopEnd) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, "x"); });
  asio::io_context loop;
  HttpClient client(loop);
  std::string body;
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        auto answer = co_await fetch(client, {.url = server.url("/")});
        body = answer->body;
      },
      asio::detached);
  loop.run();
  EXPECT_EQ(body, "x");
}

TEST_F(HttpClientTest, ServesManyCallersOnTheirOwnExecutors) {
  const std::string blob(700'000, 'b');
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target.ends_with("/reset")) return connection.reset();
    connection.answer(200, blob);
  });
  auto& callers = tests::lasting_context();
  std::atomic<int> whole = 0;
  std::atomic<int> broken = 0;
  std::atomic<int> elsewhere = 0;
  for (int i = 0; i < 60; ++i) {
    const auto strand = asio::make_strand(callers);
    const auto path = i % 5 == 4 ? "/reset" : "/blob";
    asio::co_spawn(
        strand,
        [&, strand, path]() -> asio::awaitable<void> {
          auto answer = co_await fetch(client(), {.url = server.url(path)});
          if (!strand.running_in_this_thread()) ++elsewhere;
          if (answer && answer->body == blob) ++whole;
          if (!answer && answer.error().code == ErrorCode::kUnreachable) ++broken;
        },
        asio::detached);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { callers.run(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(whole, 48);
  EXPECT_EQ(broken, 12);
  EXPECT_EQ(elsewhere, 0);
}

}  // namespace
}  // namespace pullgate::proxy
