#pragma once
/// Who we are towards one registry: nobody, or a user with a password. The registry says in a challenge how it wants to
/// hear that: as it is (RFC 7617), or exchanged for a token at a token service (the "Token Authentication
/// Specification" of CNCF distribution), which most of them want even of nobody.

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "config/settings.h"
#include "proxy/upstream/http/url.h"
#include "proxy/upstream/http_client.h"

namespace pullgate::proxy::distribution {

/// Thread-safe. Secrets and tokens are in no message.
class Authorizer {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// `client` must outlive this. `url` is the registry's. The credentials file is read here; usable() says how that
  /// went.
  Authorizer(HttpClient& client, const config::RegistryEndpoint& endpoint, Url url, config::Timeouts timeouts,
             Clock clock = std::chrono::steady_clock::now);

  [[nodiscard]] Status usable() const;

  /// The Authorization to send with a question about the repository, as far as the registry has said what it wants.
  [[nodiscard]] std::optional<std::string> authorization_for(const std::string& repository) const;

  /// The Authorization to ask again with after a 401 to a question that was sent with `sent`; none when there is
  /// nothing else to say, and the refusal stands. An error when a token was to be had and could not be: kUnauthorized
  /// also when the registry names a token service elsewhere than on its own host, or than the operator wrote.
  boost::asio::awaitable<Result<std::optional<std::string>>> after_refusal(std::string repository,
                                                                           std::optional<std::string> sent,
                                                                           HttpResponseHead refusal);

 private:
  struct Token {
    std::string authorization;
    std::chrono::steady_clock::time_point use_until;
  };

  [[nodiscard]] Result<Url> token_url(const std::string& realm, const std::string& service,
                                      const std::string& repository) const;
  [[nodiscard]] bool may_issue_tokens(const Url& realm) const;
  boost::asio::awaitable<Result<std::optional<std::string>>> fetch_token(std::string repository, Url url);
  void keep(const std::string& repository, Token token);

  HttpClient& client_;
  Url registry_;
  std::optional<Url> token_service_;
  std::optional<std::filesystem::path> ca_;
  config::Timeouts timeouts_;
  Clock clock_;
  Result<std::optional<std::string>> basic_;  // the header's value

  mutable std::mutex mutex_;
  bool wants_basic_ = false;
  std::map<std::string, Token> tokens_;  // by repository: no token is for more than one
};

}  // namespace pullgate::proxy::distribution
