#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/error_code.h"
#include "tests/unit/proxy/upstream/http_client_fixture.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::ReceivedRequest;
using tests::run_to_end;
using tests::ScriptedConnection;
using tests::ScriptedServer;

TEST_F(HttpClientTest, GivesHeadAndBody) {
  ScriptedServer server(
      [](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(201, "hello", "X-One: 1\r\n"); });
  const auto answer =
      get({.url = server.url("/a?b=c"), .headers = {{"X-Asked", "yes"}}, .authorization = "Basic eA=="});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 201);
  EXPECT_EQ(**answer->head.only("x-one"), "1");
  EXPECT_EQ(answer->body, "hello");
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a?b=c");
  EXPECT_EQ(request.header("x-asked"), "yes");
  EXPECT_EQ(request.header("authorization"), "Basic eA==");
  EXPECT_EQ(request.header("accept-encoding"), "identity");
}

TEST_F(HttpClientTest, UnderstandsChunks) {
  EXPECT_EQ(get_said("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                     "chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n")
                ->body,
            "abcde");
}

TEST_F(HttpClientTest, ReadsNoBodyForHead) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
  });
  for (int i = 0; i < 2; ++i) {
    const auto answer = get({.method = HttpMethod::kHead, .url = server.url("/")});
    ASSERT_TRUE(answer);
    EXPECT_EQ(**answer->head.only("content-length"), "12345");
    EXPECT_EQ(answer->body, "");
  }
  EXPECT_EQ(server.connections(), 1);
}

// What broken and hostile servers do.

TEST_F(HttpClientTest, NeverTakesATruncatedBodyForAWholeOne) {
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(HttpClientTest, RefusesABodyOfWhichNobodyCanTellWhetherItIsWhole) {
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\n\r\nabcde"), ErrorCode::kUpstreamInvalid);
  EXPECT_TRUE(get_said("HTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_TRUE(get_said("HTTP/1.1 304 Not Modified\r\n\r\n"));
}

TEST_F(HttpClientTest, GivesWhatCameBeforeTheBodyBroke) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    connection.close();
  });
  const auto read = run_to_end([](HttpClient& http, std::string url) -> asio::awaitable<std::string> {
    auto response = co_await http.send({.url = std::move(url)});
    std::string seen;
    while (true) {
      const auto bytes = co_await (*response)->read();
      if (!bytes) co_return seen + "!" + std::string(to_string(bytes.error().code));
      if (bytes->empty()) co_return seen;
      seen += *bytes;
    }
  }(client(), server.url("/")));
  EXPECT_EQ(read, "abc!" + std::string(to_string(ErrorCode::kUpstreamInvalid)));
}

TEST_F(HttpClientTest, RefusesBrokenFraming) {
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                          "chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: "
                          "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nContent-Length: "
                          "3\r\nContent-Length: 4\r\n\r\nabcd"),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc"), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc"), ErrorCode::kUpstreamInvalid);
}

TEST_F(HttpClientTest, RefusesWhatIsNotHttp) {
  EXPECT_EQ(error_of_said("SSH-2.0-OpenSSH_9.2\r\n"), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 abc\r\n\r\n"), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nX: a\x01"
                          "b\r\nContent-Length: 0\r\n\r\n"),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\nContent-Length: 0\r\n\r\n"),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(HttpClientTest, BoundsTheHeader) {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 300; ++i) many += "X-Header: y\r\n";
  EXPECT_EQ(error_of_said(many + "\r\n"), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nX: " + std::string(80'000, 'x') + "\r\n\r\n"),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 200 OK\r\nX: " + std::string(400'000, 'x') + "\r\n\r\n"),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(HttpClientTest, CallsABrokenConnectionUnreachable) {
  EXPECT_EQ(error_of_said(""), ErrorCode::kUnreachable);
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/body") connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    connection.reset();
  });
  EXPECT_EQ(error_of({.url = server.url("/head")}), ErrorCode::kUnreachable);
  EXPECT_EQ(error_of({.url = server.url("/body")}), ErrorCode::kUnreachable);
}

TEST_F(HttpClientTest, CallsAClosedPortUnreachableAndNamesIt) {
  std::string url;
  std::uint16_t port = 0;
  {
    const ScriptedServer server([](ScriptedConnection&, const ReceivedRequest&) {});
    url = server.url("/v2/secret-path");
    port = server.port();
  }
  const auto answer = get({.url = url});
  ASSERT_FALSE(answer);
  EXPECT_EQ(tests::error_code(answer), ErrorCode::kUnreachable);
  EXPECT_NE(answer.error().message.find("127.0.0.1:" + std::to_string(port)), std::string::npos)
      << answer.error().message;
}

TEST_F(HttpClientTest, GivesUpOnAHeadThatDoesNotCome) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) { connection.stall(); });
  EXPECT_EQ(error_of({.url = server.url("/"), .response_timeout = 50ms}), ErrorCode::kTimedOut);
}

TEST_F(HttpClientTest, GivesUpOnAHeadThatTrickles) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nX-One: 1\r\n");
    connection.stall();
  });
  EXPECT_EQ(error_of({.url = server.url("/"), .response_timeout = 50ms}), ErrorCode::kTimedOut);
}

TEST_F(HttpClientTest, GivesUpOnABodyThatStops) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    connection.stall();
  });
  EXPECT_EQ(error_of({.url = server.url("/"), .idle_timeout = 50ms}), ErrorCode::kTimedOut);
}

TEST_F(HttpClientTest, GivesUpOnAConnectionThatIsNotAccepted) {
  // A listener whose queue is full: further SYNs are dropped, as a firewall
  // would.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    static_cast<void>(::connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), length));
  }
  EXPECT_EQ(
      error_of({.url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/", .connect_timeout = 100ms}),
      ErrorCode::kTimedOut);
  for (const int fd : fillers) ::close(fd);
  ::close(listener);
}

// Redirects.

TEST_F(HttpClientTest, FollowsRedirectsWithTheAuthorizationOnlyWhereItBelongsCve202650151) {
  ScriptedServer storage(
      [](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, "blob"); });
  ScriptedServer registry([&](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/first") return connection.answer(301, "moved", "Location: /second\r\n");
    connection.answer(307, "", "Location: " + storage.url("/third?signed") + "\r\n");
  });
  const auto answer =
      get({.url = registry.url("/first"), .headers = {{"Range", "bytes=0-3"}}, .authorization = "Basic c2VjcmV0"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "blob");
  ASSERT_EQ(registry.requests().size(), 2U);
  EXPECT_EQ(registry.requests()[1].header("authorization"), "Basic c2VjcmV0");
  const auto stored = storage.requests().at(0);
  EXPECT_EQ(stored.target, "/third?signed");
  EXPECT_EQ(stored.header("range"), "bytes=0-3");
  EXPECT_EQ(stored.header("authorization"), "");
}

TEST_F(HttpClientTest, DoesNotGiveTheAuthorizationBackAfterADetour) {
  std::string back;
  ScriptedServer other([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(302, "", "Location: " + back + "\r\n");
  });
  ScriptedServer registry([&](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/chosen-by-other") return connection.answer(200, "");
    connection.answer(302, "", "Location: " + other.url("/") + "\r\n");
  });
  back = registry.url("/chosen-by-other");
  ASSERT_TRUE(get({.url = registry.url("/"), .authorization = "Basic c2VjcmV0"}));
  EXPECT_EQ(registry.requests().at(1).header("authorization"), "");
}

TEST_F(HttpClientTest, ReturnsARedirectElsewhereWhenAskedTo) {
  ScriptedServer other([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, ""); });
  ScriptedServer registry([&](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/here") return connection.answer(303, "", "Location: /there\r\n");
    connection.answer(303, "", "Location: " + other.url("/") + "\r\n");
  });
  const auto answer = get({.url = registry.url("/here"), .redirects = Redirects::kSameOrigin});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->head.status, 303);
  EXPECT_EQ(registry.requests().size(), 2U);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(HttpClientTest, StopsFollowingAfterFiveRedirects) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(302, "", "Location: /again\r\n");
  });
  EXPECT_EQ(error_of({.url = server.url("/")}), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST_F(HttpClientTest, RefusesRedirectsToNowhereAndToTwoPlaces) {
  EXPECT_EQ(error_of_said("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(error_of_said("HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: "
                          "/b\r\nContent-Length: 0\r\n\r\n"),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(HttpClientTest, AllRedirectsTogetherHaveOneDeadline) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target == "/last") return connection.stall();
    connection.answer(302, "", "Location: /last\r\n");
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of({.url = server.url("/"), .response_timeout = 100ms}), ErrorCode::kTimedOut);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

// What we send.

TEST_F(HttpClientTest, RefusesUrlsThatCarryCredentials) {
  EXPECT_EQ(error_of({.url = "http://user:secret@127.0.0.1/"}), ErrorCode::kMalformed);
}

TEST_F(HttpClientTest, RefusesToInjectHeaders) {
  ScriptedServer server([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, ""); });
  EXPECT_EQ(error_of({.url = server.url("/"), .headers = {{"X", "a\r\nY: b"}}}), ErrorCode::kInternal);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, TakesNoProxyFromTheEnvironment) {
  ScriptedServer proxy(
      [](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, "proxied"); });
  ScriptedServer server(
      [](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, "direct"); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  ::setenv("all_proxy", proxy.url().c_str(), 1);
  const auto answer = get({.url = server.url("/")});
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
  EXPECT_EQ(answer->body, "direct");
}

/// A body of single bytes that has no end.
class Drip final : public HttpResponse {
 public:
  [[nodiscard]] const HttpResponseHead& head() const override { return head_; }
  boost::asio::awaitable<Result<std::string_view>> read() override { co_return std::string_view("x"); }

 private:
  HttpResponseHead head_{.status = 200, .headers = {}};
};

TEST(ReadAll, EndsAtItsLimitAndAtItsDeadline) {
  Drip drip;
  EXPECT_EQ(tests::error_code(tests::run_to_end(read_all(drip, 10))), ErrorCode::kLimitExceeded);
  EXPECT_EQ(tests::error_code(tests::run_to_end(read_all(drip, 1'000'000'000, std::chrono::steady_clock::now()))),
            ErrorCode::kTimedOut);
}

}  // namespace
}  // namespace pullgate::proxy
