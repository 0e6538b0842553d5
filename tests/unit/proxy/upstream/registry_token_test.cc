// How a registry is told who asks: passwords and tokens, and where they never go.

#include <atomic>
#include <chrono>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "proxy/upstream/distribution/authorizer.h"
#include "tests/support/error_code.h"
#include "tests/unit/proxy/upstream/registry_fixture.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using tests::ReceivedRequest;
using tests::ScriptedConnection;
using tests::ScriptedServer;

constexpr const char* kBasic = "Basic YTpi";  // a:b

/// A registry that answers to its newest token only, and the service that issues them.
class TokenTest : public RegistryWithCredentialsTest {
 protected:
  std::filesystem::path password() { return credentials("a:b\n"); }

  /// Whose tokens come from the service, as the operator knows.
  Upstream& registry_with_tokens(std::optional<std::filesystem::path> credentials = std::nullopt) {
    return registry_with_service(std::move(credentials), service_.url());
  }
  Upstream& registry_with_service(std::optional<std::filesystem::path> credentials,
                                  std::optional<std::string> token_service) {
    return registry(
        [this](ScriptedConnection& connection, const ReceivedRequest& request) {
          if (request.header("authorization") == "Bearer token-" + std::to_string(issued_)) {
            return connection.answer(200, "{}");
          }
          connection.answer(401, R"({"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]})",
                            "WWW-Authenticate: " + challenge_ + "\r\n");
        },
        std::move(credentials), std::move(token_service));
  }

  std::atomic<int> issued_ = 0;
  std::string said_ = R"({{"token":"token-{}"}})";
  int status_ = 200;
  ScriptedServer service_{[this](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(status_, fmt::format(fmt::runtime(said_), ++issued_));
  }};
  std::string challenge_ =
      fmt::format(R"(Bearer realm="{}",service="the registry & co")", service_.url("/token?scope=repository:a:push"));
};

TEST_F(TokenTest, IsFetchedForTheRepositoryAloneAndUsedAgain) {
  auto& upstream = registry_with_tokens();
  ASSERT_TRUE(manifest(upstream, "1.0"));
  ASSERT_TRUE(manifest(upstream, "1.1"));
  ASSERT_EQ(service_.requests().size(), 1U);
  EXPECT_EQ(service_.requests()[0].target,
            "/token?scope=repository%3Aacme%2Fapp%3Apull&service=the%20registry%20%26%20co");
  EXPECT_EQ(service_.requests()[0].header("authorization"), "");
  ASSERT_EQ(server_->requests().size(), 3U);
  EXPECT_EQ(asked(0).header("authorization"), "");
  EXPECT_EQ(asked(1).header("authorization"), "Bearer token-1");
  EXPECT_EQ(asked(2).header("authorization"), "Bearer token-1");
  // Another repository is another token.
  ASSERT_TRUE(tests::run_to_end(upstream.manifest("acme/other", *parse_tag_or_digest("1.0"))));
  EXPECT_EQ(service_.requests()[1].target.find("acme%2Fother") != std::string::npos, true);
  EXPECT_EQ(asked(3).header("authorization"), "");
}

TEST_F(TokenTest, IsFetchedWithThePasswordWhichTheRegistryItselfDoesNotGet) {
  auto& upstream = registry_with_tokens(password());
  ASSERT_TRUE(manifest(upstream, "1.0"));
  EXPECT_EQ(service_.requests().at(0).header("authorization"), kBasic);
  for (const auto& request : server_->requests()) EXPECT_NE(request.header("authorization"), kBasic);
}

TEST_F(TokenTest, ThatIsNoLongerTakenIsReplacedOnce) {
  auto& upstream = registry_with_tokens();
  ASSERT_TRUE(manifest(upstream, "1.0"));
  ++issued_;  // the registry has stopped to take the first
  said_ = R"({{"access_token":"token-{}","expires_in":300}})";
  ASSERT_TRUE(manifest(upstream, "1.0"));
  EXPECT_EQ(service_.requests().size(), 2U);
  EXPECT_EQ(asked(2).header("authorization"), "Bearer token-1");
  EXPECT_EQ(asked(3).header("authorization"), "Bearer token-3");
}

TEST_F(TokenTest, IsNotAskedForElsewhereCve202527403) {
  // "localhost" is another name, and so another host, for what is the same machine.
  challenge_ = fmt::format(R"(Bearer realm="http://localhost:{}/token",service="x")", service_.port());
  const auto refused = manifest(registry_with_tokens(password()), "1.0");
  EXPECT_EQ(tests::error_code(refused), ErrorCode::kUnauthorized);
  EXPECT_NE(refused.error().message.find(fmt::format("write 'tokenService: http://localhost:{}'", service_.port())),
            std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(service_.requests().empty());
  // The operator knows where it is.
  EXPECT_TRUE(manifest(registry_with_service(password(), fmt::format("http://localhost:{}", service_.port())), "1.0"));
  // On that port, and no other.
  EXPECT_FALSE(manifest(registry_with_service(password(), "http://localhost:1"), "1.0"));
  // Nor on another port of a host in the clear: our own could be there.
  challenge_ = fmt::format(R"(Bearer realm="{}")", service_.url("/token"));
  EXPECT_EQ(tests::error_code(manifest(registry_with_service(password(), std::nullopt), "1.0")),
            ErrorCode::kUnauthorized);
}

TEST_F(TokenTest, IsNotAskedForAtTheWordOfAStorage) {
  for (const std::string& challenge : {std::string("Basic realm=\"x\""), challenge_}) {
    const ScriptedServer storage([&](ScriptedConnection& connection, const ReceivedRequest&) {
      connection.answer(401, "", "WWW-Authenticate: " + challenge + "\r\n");
    });
    auto& upstream =
        registry([&](ScriptedConnection& connection,
                     const ReceivedRequest&) { connection.answer(307, "", "Location: " + storage.url("/x") + "\r\n"); },
                 password(), service_.url());
    EXPECT_EQ(tests::error_code(manifest(upstream, "1.0")), ErrorCode::kUnauthorized);
    EXPECT_EQ(server_->requests().size(), 1U);
    EXPECT_EQ(asked().header("authorization"), "");
    EXPECT_TRUE(service_.requests().empty());
  }
}

TEST_F(TokenTest, IsNotFollowedElsewhereGhsaVh4v2xq2G5cg) {
  const ScriptedServer thief(
      [](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, R"({"token":"token-1"})"); });
  const ScriptedServer service([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(307, "", "Location: " + thief.url("/") + "\r\n");
  });
  challenge_ = fmt::format(R"(Bearer realm="{}")", service.url("/token"));
  EXPECT_FALSE(manifest(registry_with_service(password(), service.url()), "1.0"));
  EXPECT_EQ(service.requests().size(), 1U);
  EXPECT_TRUE(thief.requests().empty());
}

TEST_F(TokenTest, ThatCannotBeHadIsSaidWithTheReason) {
  auto& upstream = registry_with_tokens();
  status_ = 401;
  said_ = R"({{"errors":[{{"code":"DENIED","message":"not {} for you"}}]}})";
  auto refused = manifest(upstream, "1.0");
  EXPECT_EQ(tests::error_code(refused), ErrorCode::kUnauthorized);
  EXPECT_NE(refused.error().message.find("token service 127.0.0.1"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("DENIED: not"), std::string::npos) << refused.error().message;
  // It is not asked again at once.
  EXPECT_EQ(tests::error_code(manifest(upstream, "1.0")), ErrorCode::kUnauthorized);
  EXPECT_EQ(service_.requests().size(), 1U);
  status_ = 429;
  EXPECT_EQ(tests::error_code(manifest(registry_with_tokens(), "1.0")), ErrorCode::kRateLimited);
  // A service that is not there is no image that is not there.
  for (const int status : {404, 500, 204, 302}) {
    status_ = status;
    EXPECT_EQ(tests::error_code(manifest(registry_with_tokens(), "1.0")), ErrorCode::kUpstreamInvalid) << status;
  }
  status_ = 200;
  for (const std::string& said :
       {std::string(), std::string("{{}}"), std::string("[]"), std::string(R"({{"token":""}})"),
        std::string(R"({{"token":"two words"}})"), std::string(R"({{"token":"a\r\nX: y"}})"),
        std::string(R"({{"token":7}})"), R"({{"token":")" + std::string(limits::kTokenBytes, 'x') + R"("}})"}) {
    said_ = said;
    const auto unread = manifest(registry_with_tokens(), "1.0");
    EXPECT_EQ(tests::error_code(unread), ErrorCode::kUpstreamInvalid) << said.substr(0, 40);
    EXPECT_TRUE(unread.error().message.starts_with("token service 127.0.0.1")) << unread.error().message;
  }
  for (const char* realm : {"", "ftp://127.0.0.1/", "https://a@127.0.0.1/"}) {
    challenge_ = fmt::format(R"(Bearer realm="{}")", realm);
    EXPECT_EQ(tests::error_code(manifest(registry_with_tokens(), "1.0")), ErrorCode::kUnauthorized) << realm;
  }
}

TEST_F(TokenTest, IsFetchedAgainBeforeItEnds) {
  auto now = std::chrono::steady_clock::time_point{};
  ScriptedServer service([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(200, fmt::format(R"({{"token":"token-{}","expires_in":100}})", ++issued_));
  });
  distribution::Authorizer authorizer(*client_, {.url = service.url(), .ca = {}, .credentials_file = {}},
                                      *Url::parse(service.url()), {}, [&] { return now; });
  const HttpResponseHead refusal{
      .status = 401, .headers = {{"www-authenticate", fmt::format(R"(Bearer realm="{}")", service.url("/token"))}}};
  EXPECT_EQ(authorizer.authorization_for("acme/app"), std::nullopt);
  const auto told = [&](const std::optional<std::string>& sent) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    return tests::run_to_end(authorizer.after_refusal("acme/app", sent, refusal, deadline)).value();
  };
  authorizer.taken("acme/app", *told(std::nullopt));
  EXPECT_EQ(authorizer.authorization_for("acme/app"), "Bearer token-1");
  // Somebody who was refused before that token came is told it, and fetches none.
  EXPECT_EQ(told(std::nullopt)->text, "Bearer token-1");
  now += std::chrono::seconds(79);
  EXPECT_EQ(authorizer.authorization_for("acme/app"), "Bearer token-1");
  now += std::chrono::seconds(1);
  EXPECT_EQ(authorizer.authorization_for("acme/app"), std::nullopt);
  EXPECT_EQ(authorizer.authorization_for("acme/other"), std::nullopt);
}

TEST_F(TokenTest, OfDockerHubMayComeFromWhereItsTokensAreCve202659891) {
  // Nothing is sent anywhere: that the client has been shut down is another error than where it should have gone.
  (*client_).shut_down();
  const auto told = [&](const std::string& registry, const std::string& realm) {
    distribution::Authorizer authorizer(*client_, {.url = registry, .ca = {}, .credentials_file = {}},
                                        *Url::parse(registry), {});
    const HttpResponseHead refusal{.status = 401,
                                   .headers = {{"www-authenticate", fmt::format(R"(Bearer realm="{}")", realm)}}};
    return tests::error_code(tests::run_to_end(authorizer.after_refusal(
        "library/alpine", std::nullopt, refusal, std::chrono::steady_clock::now() + std::chrono::seconds(5))));
  };
  EXPECT_EQ(told("https://registry-1.docker.io", "https://auth.docker.io/token"), ErrorCode::kCancelled);
  EXPECT_EQ(told("https://ghcr.io", "https://ghcr.io/token"), ErrorCode::kCancelled);
  EXPECT_EQ(told("https://ghcr.io:8443", "https://ghcr.io/token"), ErrorCode::kCancelled);
  EXPECT_EQ(told("https://registry-1.docker.io", "http://auth.docker.io/token"), ErrorCode::kUnauthorized);
  EXPECT_EQ(told("https://registry-1.docker.io", "https://auth.docker.io:8443/token"), ErrorCode::kUnauthorized);
  EXPECT_EQ(told("https://registry-1.docker.io", "https://evil.docker.io/token"), ErrorCode::kUnauthorized);
  EXPECT_EQ(told("https://ghcr.io", "https://auth.docker.io/token"), ErrorCode::kUnauthorized);
  EXPECT_EQ(told("https://ghcr.io", "http://ghcr.io/token"), ErrorCode::kUnauthorized);
  EXPECT_EQ(told("https://ghcr.io", "https://ghcr.io.evil.example/token"), ErrorCode::kUnauthorized);
  EXPECT_EQ(told("https://ghcr.io", "https://169.254.169.254/latest/meta-data"), ErrorCode::kUnauthorized);
}

TEST_F(TokenTest, IsNotWantedWhereAPasswordIs) {
  auto& upstream = registry(
      [](ScriptedConnection& connection, const ReceivedRequest& request) {
        if (request.header("authorization") == kBasic) return connection.answer(200, "{}");
        connection.answer(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
      },
      password());
  ASSERT_TRUE(manifest(upstream, "1.0"));
  ASSERT_TRUE(manifest(upstream, "1.1"));
  ASSERT_EQ(server_->requests().size(), 3U);
  EXPECT_EQ(asked(0).header("authorization"), "");
  EXPECT_EQ(asked(2).header("authorization"), kBasic);
  // HEAD is asked in the same way.
  EXPECT_TRUE(tests::run_to_end(upstream.blob_size("acme/app", Digest::of("x"))));
  EXPECT_EQ(asked(3).header("authorization"), kBasic);
}

// Registries lock accounts out after a few wrong passwords.
TEST_F(TokenTest, IsNotWantedWhereAPasswordIsAndAWrongOneIsNotRepeated) {
  auto& upstream =
      registry([](ScriptedConnection& connection,
                  const ReceivedRequest&) { connection.answer(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n"); },
               password());
  EXPECT_EQ(tests::error_code(manifest(upstream, "1.0")), ErrorCode::kUnauthorized);
  EXPECT_EQ(server_->requests().size(), 2U);
  EXPECT_EQ(tests::error_code(manifest(upstream, "1.0")), ErrorCode::kUnauthorized);
  EXPECT_EQ(server_->requests().size(), 3U);
  EXPECT_EQ(asked(2).header("authorization"), "");
}

TEST_F(TokenTest, OrAPasswordThatIsNoLongerTakenIsNotRepeated) {
  std::atomic<bool> is_valid = true;
  auto& upstream = registry(
      [&](ScriptedConnection& connection, const ReceivedRequest& request) {
        if (is_valid && request.header("authorization") == kBasic) return connection.answer(200, "{}");
        connection.answer(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
      },
      password());
  ASSERT_TRUE(manifest(upstream, "1.0"));
  is_valid = false;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(manifest(upstream, "1.0"));
  // Nor for another repository, for which anybody may ask.
  EXPECT_FALSE(tests::run_to_end(upstream.manifest("acme/other", *parse_tag_or_digest("1.0"))));
  const auto requests = server_->requests();
  ASSERT_EQ(requests.size(), 6U);
  EXPECT_EQ(requests[2].header("authorization"), kBasic);
  for (std::size_t i = 3; i < requests.size(); ++i) EXPECT_EQ(requests[i].header("authorization"), "") << i;
}

TEST_F(TokenTest, ThatOneEndpointRefusesIsStillSaidToTheOthers) {
  auto& upstream = registry(
      [this](ScriptedConnection& connection, const ReceivedRequest& request) {
        if (request.header("authorization") == "Bearer token-1" && request.target.contains("/manifests/"))
          return connection.answer(200, "{}");
        connection.answer(401, "", "WWW-Authenticate: " + challenge_ + "\r\n");
      },
      std::nullopt, service_.url());
  ASSERT_TRUE(manifest(upstream, "1.0"));
  EXPECT_FALSE(tags(upstream));
  ASSERT_TRUE(manifest(upstream, "1.0"));
  EXPECT_EQ(server_->requests().back().header("authorization"), "Bearer token-1");
  EXPECT_EQ(server_->requests().size(), 5U);
}

// What one repository is asked with is no reason to tell another.
TEST_F(TokenTest, OrAPasswordIsSaidWhereItWasAskedForOnly) {
  auto& upstream = registry(
      [](ScriptedConnection& connection, const ReceivedRequest& request) {
        if (request.target.contains("acme/other") || request.header("authorization") == kBasic)
          return connection.answer(200, "{}");
        connection.answer(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
      },
      password());
  ASSERT_TRUE(manifest(upstream, "1.0"));
  ASSERT_TRUE(tests::run_to_end(upstream.manifest("acme/other", *parse_tag_or_digest("1.0"))));
  EXPECT_EQ(asked(2).header("authorization"), "");
}

TEST_F(TokenTest, IsNotWhatARegistryIsToldThatAsksForNothingWeHave) {
  for (const char* challenge : {"WWW-Authenticate: Basic realm=\"x\"\r\n", "WWW-Authenticate: Negotiate\r\n", ""}) {
    auto& upstream = registry(
        [=](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(401, "", challenge); });
    EXPECT_EQ(tests::error_code(manifest(upstream, "1.0")), ErrorCode::kUnauthorized) << challenge;
    EXPECT_EQ(server_->requests().size(), 1U);
  }
}

TEST_F(TokenTest, IsNotAskedForWithoutEnd) {
  auto& upstream = registry(
      [this](ScriptedConnection& connection, const ReceivedRequest&) {
        connection.answer(401, "", "WWW-Authenticate: " + challenge_ + "\r\n");
      },
      std::nullopt, service_.url());
  EXPECT_EQ(tests::error_code(manifest(upstream, "1.0")), ErrorCode::kUnauthorized);
  EXPECT_EQ(server_->requests().size(), 2U);
  EXPECT_EQ(service_.requests().size(), 1U);
}

}  // namespace
}  // namespace pullgate::proxy
