#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <future>
#include <semaphore>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/proxy/upstream/http_client_fixture.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using tests::ReceivedRequest;
using tests::run_to_end;
using tests::ScriptedConnection;
using tests::ScriptedServer;

/// Asks twice. The connection of the first answer is kept, and then `between` happens to it at the server's end.
class HttpClientReuseTest : public HttpClientTest {
 protected:
  using Between = std::function<void(ScriptedConnection&)>;

  Result<Whole> second_answer_after(Between between) {
    std::promise<void> answered;
    std::promise<void> happened;
    ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest& request) {
      connection.answer(200, request.target);
      if (request.target != "/first") return;
      answered.get_future().wait();
      between(connection);
      happened.set_value();
    });
    EXPECT_EQ(get({.url = server.url("/first")})->body, "/first");
    answered.set_value();
    happened.get_future().wait();
    auto answer = get({.url = server.url("/second")});
    connections_ = server.connections();
    return answer;
  }

  int connections_ = 0;
};

TEST_F(HttpClientReuseTest, UsesAConnectionAgain) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, "x"); });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get({.url = server.url("/")}));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientReuseTest, FinishesASmallAnswerThatNobodyReadsToKeepItsConnection) {
  ScriptedServer server(
      [](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(404, std::string(60'000, 'x')); });
  for (int i = 0; i < 3; ++i) {
    const auto status = run_to_end([](HttpClient& http, std::string url) -> asio::awaitable<int> {
      auto response = co_await http.send({.url = std::move(url)});
      co_return response ? (*response)->head().status : 0;
    }(client(), server.url("/")));
    EXPECT_EQ(status, 404);
  }
  ASSERT_TRUE(get({.url = server.url("/")}));
  EXPECT_LT(server.connections(), 4);
}

TEST_F(HttpClientReuseTest, NeverTakesWhatCameUnaskedForAnAnswer) {
  const auto answer = second_answer_after([](ScriptedConnection& connection) { connection.answer(200, "planted"); });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/second");
  EXPECT_EQ(connections_, 2);
}

TEST_F(HttpClientReuseTest, DoesNotKeepAConnectionWithMoreOnItThanWasPromised) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest& request) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" + request.target +
                    "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted");
  });
  for (const auto* target : {"/first-", "/second"}) {
    const auto answer = get({.url = server.url(target)});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, std::string(target).substr(0, 7));
  }
}

// The planted answer comes when the second request is being written already, so that nothing was there to be seen
// before. The request is so long that the server cannot have received it whole without reading it.
TEST_F(HttpClientReuseTest, NeverTakesAnAnswerThatOvertookTheRequest) {
  std::counting_semaphore<> asked_again(0);
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest& request) {
    connection.answer(200, request.target);
    if (request.target == "/second") return asked_again.release();
    connection.wait_for_more();
    connection.answer(200, "planted");
    // Only a client that is taken in does not ask again.
    static_cast<void>(asked_again.try_acquire_for(std::chrono::seconds(2)));
  });
  ASSERT_TRUE(get({.url = server.url("/first")}));
  const auto answer = get({.url = server.url("/second"), .headers = {{"X-Long", std::string(800'000, 'x')}}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/second");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpClientReuseTest, AskedOnAConnectionThatTheServerHasClosedItAsksOnANewOne) {
  const auto answer = second_answer_after([](ScriptedConnection& connection) { connection.close(); });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/second");
  EXPECT_EQ(connections_, 2);
}

/// The first request on a connection is answered; the second one meets `misdeed`, unless it is asked again.
class HttpClientMisdeedTest : public HttpClientTest {
 protected:
  using Misdeed = std::function<void(ScriptedConnection&)>;

  void expect_second_try(const Misdeed& misdeed) {
    std::atomic<int> second_tries = 0;
    ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest& request) {
      if (request.target == "/second" && second_tries++ == 0) return misdeed(connection);
      connection.answer(200, request.target);
    });
    ASSERT_TRUE(get({.url = server.url("/first")}));
    const auto answer = get({.url = server.url("/second")});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "/second");
    EXPECT_EQ(second_tries, 2);
    EXPECT_EQ(server.connections(), 2);
  }
};

TEST_F(HttpClientMisdeedTest, AKeptConnectionThatIsResetJustThenCostsOneMoreRequest) {
  expect_second_try([](ScriptedConnection& connection) { connection.reset(); });
}

TEST_F(HttpClientMisdeedTest, AKeptConnectionThatEndsJustThenCostsOneMoreRequest) {
  expect_second_try([](ScriptedConnection& connection) { connection.close(); });
}

TEST_F(HttpClientMisdeedTest, AKeptConnectionThatSaysSomethingElseCostsOneMoreRequest) {
  expect_second_try([](ScriptedConnection& connection) { connection.send("the rest of something longer\r\n\r\n"); });
}

TEST_F(HttpClientMisdeedTest, TheSecondTryIsOnANewConnectionHoweverManyAreKept) {
  std::barrier both(2);
  ScriptedServer server([&](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/first") both.arrive_and_wait();
    thread_local int asked = 0;  // on this connection
    if (++asked == 2) return connection.send("the rest of something longer\r\n\r\n");
    connection.answer(200, request.target);
  });
  std::thread at_the_same_time([&] { EXPECT_TRUE(get({.url = server.url("/first")})); });
  EXPECT_TRUE(get({.url = server.url("/first")}));
  at_the_same_time.join();
  const auto answer = get({.url = server.url("/second")});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/second");
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST_F(HttpClientMisdeedTest, ANewConnectionIsGivenOneChance) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("no HTTP at all\r\n\r\n");
    connection.close();
  });
  EXPECT_EQ(error_of({.url = server.url("/")}), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpClientMisdeedTest, AnAnswerThatHasBegunIsNotAskedForAgain) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/first") return connection.answer(200, "");
    connection.send("HTTP/1.1 200 OK\r\n folded\r\n\r\n");
  });
  ASSERT_TRUE(get({.url = server.url("/first")}));
  EXPECT_FALSE(get({.url = server.url("/second")}));
  EXPECT_EQ(server.requests().size(), 2U);
}

}  // namespace
}  // namespace pullgate::proxy
