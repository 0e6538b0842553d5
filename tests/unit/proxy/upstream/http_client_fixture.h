#pragma once
/// What the tests of the HTTP client share.

#include <cstddef>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "proxy/upstream/http_client.h"
#include "tests/support/coroutine_run.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/proxy/upstream/client_on_threads.h"

namespace pullgate::proxy {

/// The whole answer, for tests that look at all of it.
struct Whole {
  HttpResponseHead head;
  std::string body;
};

inline boost::asio::awaitable<Result<Whole>> fetch(HttpClient& client, HttpRequest request) {
  auto response = co_await client.send(std::move(request));
  if (!response) co_return response.error();
  auto body = co_await read_all(**response, std::size_t{1} << 30);
  if (!body) co_return body.error();
  co_return Whole{(*response)->head(), std::move(*body)};
}

class HttpClientTest : public testing::Test {
 protected:
  HttpClient& client() { return *client_; }
  Result<Whole> get(HttpRequest request) { return tests::run_to_end(fetch(client(), std::move(request))); }
  ErrorCode error_of(HttpRequest request) {
    const auto result = get(std::move(request));
    return result ? ErrorCode::kInternal : result.error().code;
  }
  /// What comes of a server that says just this and hangs up.
  Result<Whole> get_said(std::string said) {
    tests::ScriptedServer server([&](tests::ScriptedConnection& connection, const tests::ReceivedRequest&) {
      connection.send(said);
      connection.close();
    });
    return get({.url = server.url("/")});
  }
  ErrorCode error_of_said(std::string said) {
    const auto result = get_said(std::move(said));
    return result ? ErrorCode::kInternal : result.error().code;
  }

  ClientOnThreads client_;
};

}  // namespace pullgate::proxy
