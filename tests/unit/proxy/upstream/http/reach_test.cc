#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "proxy/upstream/http/loop.h"
#include "proxy/upstream/http_client.h"
#include "tests/support/coroutine_run.h"
#include "tests/support/error_code.h"
#include "tests/support/scripted_server.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using Moment = std::chrono::steady_clock::time_point;

/// A loop of its own for each test. "localhost" is a name that resolves to an internal address without any DNS.
class Reaching : public testing::Test {
 protected:
  ~Reaching() override {
    loop_->shut_down();
    work_.reset();
    thread_.join();
  }

  Result<int> ask(const std::string& host, Reach reach) {
    const auto url = Url::parse("http://" + host + ":" + std::to_string(server_.port()) + "/");
    return tests::run_to_end([](HttpLoop& loop, Url where, Reach far) -> asio::awaitable<Result<int>> {
      auto exchanged = co_await loop.exchange({.url = where.text()}, where, far,
                                              std::chrono::steady_clock::now() + std::chrono::seconds(10));
      if (!exchanged) co_return exchanged.error();
      const auto whole = co_await read_all(*exchanged->response, 100);
      if (!whole) co_return whole.error();
      co_return exchanged->peer == Network::kInternal ? 1 : 0;
    }(*loop_, *url, reach));
  }

  tests::ScriptedServer server_{
      [](tests::ScriptedConnection& connection, const tests::ReceivedRequest&) { connection.answer(200, "inside"); }};
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);
  std::shared_ptr<HttpLoop> loop_ = make_http_loop(context_);
  std::thread thread_{[this] { context_.run(); }};
};

TEST_F(Reaching, SaysWhereTheAnswerCameFrom) {
  for (const auto* host : {"127.0.0.1", "localhost"}) {
    const auto internal = ask(host, Reach::kAnywhere);
    ASSERT_TRUE(internal) << internal.error().message;
    EXPECT_EQ(*internal, 1);
  }
}

TEST_F(Reaching, DoesNotConnectInsideThroughAName) {
  const auto refused = ask("localhost", Reach::kInternetOnly);
  EXPECT_EQ(tests::error_code(refused), ErrorCode::kUpstreamInvalid);
  EXPECT_NE(refused.error().message.find("internal address"), std::string::npos) << refused.error().message;
  EXPECT_FALSE(ask("127.0.0.1", Reach::kInternetOnly));
  EXPECT_EQ(server_.connections(), 0);
}

TEST_F(Reaching, DoesNotBorrowAConnectionInsideFromSomebodyElse) {
  ASSERT_TRUE(ask("localhost", Reach::kAnywhere));
  EXPECT_EQ(tests::error_code(ask("localhost", Reach::kInternetOnly)), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(server_.requests().size(), 1U);
}

/// What an upstream answers, without any network, and how far the client was ready to go for it.
class ToldLoop final : public HttpLoop {
 public:
  struct Told {
    std::string location;  ///< none: the last answer
    Network peer;
  };

  explicit ToldLoop(std::deque<Told> answers) : answers_(std::move(answers)) {}

  asio::awaitable<Result<Exchanged>> exchange(HttpRequest /*request*/, Url /*url*/, Reach reach,
                                              Moment /*head_deadline*/) override {
    reaches.push_back(reach);
    const Told told = answers_.front();
    answers_.pop_front();
    HttpResponseHead head{.status = told.location.empty() ? 200 : 307, .headers = {}};
    if (!told.location.empty()) head.headers.emplace_back("location", told.location);
    co_return Exchanged{std::make_unique<Answer>(std::move(head)), told.peer};
  }
  void shut_down() override {}

  std::vector<Reach> reaches;

 private:
  class Answer final : public HttpResponse {
   public:
    explicit Answer(HttpResponseHead head) : head_(std::move(head)) {}
    [[nodiscard]] const HttpResponseHead& head() const override { return head_; }
    asio::awaitable<Result<std::string_view>> read() override { co_return std::string_view(); }

   private:
    HttpResponseHead head_;
  };

  std::deque<Told> answers_;
};

std::vector<Reach> reaches_for(std::deque<ToldLoop::Told> answers) {
  const auto loop = std::make_shared<ToldLoop>(std::move(answers));
  HttpClient client(loop);
  EXPECT_TRUE(tests::run_to_end(client.send({.url = "https://registry.example/"})));
  return loop->reaches;
}

TEST(ReachOfRedirects, IsTheInternetForAnUpstreamOnTheInternet) {
  const std::string storage = "https://storage.example/";
  EXPECT_EQ(reaches_for({{storage, Network::kInternet}, {"", Network::kInternet}}),
            (std::vector{Reach::kAnywhere, Reach::kInternetOnly}));
  // The upstream's own name as well: it may resolve to another address by now.
  EXPECT_EQ(reaches_for({{"/elsewhere", Network::kInternet}, {"", Network::kInternet}}),
            (std::vector{Reach::kAnywhere, Reach::kInternetOnly}));
}

TEST(ReachOfRedirects, IsEverywhereForAnUpstreamInside) {
  EXPECT_EQ(reaches_for({{"https://storage.example/", Network::kInternal}, {"", Network::kInternal}}),
            (std::vector{Reach::kAnywhere, Reach::kAnywhere}));
}

TEST(ReachOfRedirects, EndsOnTheInternetOnceItHasLedThere) {
  EXPECT_EQ(reaches_for({{"https://cdn.example/", Network::kInternal},
                         {"https://storage.example/", Network::kInternet},
                         {"", Network::kInternet}}),
            (std::vector{Reach::kAnywhere, Reach::kAnywhere, Reach::kInternetOnly}));
}

}  // namespace
}  // namespace pullgate::proxy
