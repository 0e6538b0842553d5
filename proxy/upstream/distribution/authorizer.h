#pragma once
/// Who we are towards one registry: nobody, or a user with a password. The registry says in a challenge how it wants to
/// hear that: as it is (RFC 7617), or exchanged for a token at a token service (the "Token Authentication
/// Specification" of CNCF distribution), which most of them want even of nobody.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "config/settings.h"
#include "proxy/upstream/distribution/challenge.h"
#include "proxy/upstream/http/url.h"
#include "proxy/upstream/http_client.h"

namespace pullgate::proxy::distribution {

/// Thread-safe. Secrets and tokens are in no message.
class Authorizer {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  using Clock = std::function<Moment()>;

  /// `client` must outlive this. `url` is the registry's. The credentials file is read here; usable() says how that
  /// went.
  Authorizer(HttpClient& client, const config::RegistryEndpoint& endpoint, Url url, config::Timeouts timeouts,
             Clock clock = std::chrono::steady_clock::now);

  [[nodiscard]] Status usable() const;

  /// What an Authorization header says, and how long it is worth saying.
  struct Authorization {
    std::string text;
    Moment use_until;
  };

  /// What to send with a question about the repository, as far as the registry has said what it wants.
  [[nodiscard]] std::optional<std::string> authorization_for(const std::string& repository) const;

  /// What to ask again with after a 401 from the registry itself to a question that was sent with `sent`; none when
  /// there is nothing else to say, and the refusal stands. An error when a token was to be had and could not be by
  /// `deadline`: kUnauthorized also when the registry names a token service elsewhere than where one may be.
  boost::asio::awaitable<Result<std::optional<Authorization>>> after_refusal(std::string repository,
                                                                             std::optional<std::string> sent,
                                                                             HttpResponseHead refusal, Moment deadline);

  /// How asking with it ended. What was taken is sent at once from now on. What was not is not repeated for a while,
  /// and a password nowhere at this registry: registries lock out those who keep sending a wrong one.
  void taken(const std::string& repository, Authorization authorization);
  void refused(const std::string& repository, const std::string& text);

 private:
  [[nodiscard]] Result<Url> token_url(const Challenge& challenge, const std::string& repository) const;
  [[nodiscard]] bool may_issue_tokens(const Url& realm) const;
  boost::asio::awaitable<Result<std::optional<Authorization>>> fetch_token(std::string repository, Url url,
                                                                           Moment deadline);
  [[nodiscard]] bool may_say_password() const;
  void password_was_refused();
  void keep(const std::string& repository, std::optional<std::string> text, Moment until);

  HttpClient& client_;
  Url registry_;
  Result<std::optional<Url>> token_service_;
  std::optional<std::filesystem::path> ca_;
  config::Timeouts timeouts_;
  Clock clock_;
  Result<std::optional<std::string>> basic_;  // the header's value

  /// Without a text: whatever we could say was refused.
  struct Known {
    std::optional<std::string> text;
    Moment until;
  };
  mutable std::mutex mutex_;
  Moment password_refused_until_ = Moment::min();
  std::map<std::string, Known> known_;  // by repository: no token is for more than one
};

}  // namespace pullgate::proxy::distribution
