#include "proxy/upstream/distribution/authorizer.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "proxy/upstream/distribution/answers.h"
#include "proxy/upstream/distribution/challenge.h"
#include "proxy/upstream/json_documents.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy::distribution {

namespace {

namespace asio = boost::asio;

/// RFC 4648 section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) text += i + j <= bytes.size() ? kAlphabet[group >> (18 - 6 * j) & 63U] : '=';
  }
  return text;
}

/// RFC 7617. What the file holds never enters a message.
Result<std::optional<std::string>> basic_authorization(const std::optional<std::filesystem::path>& file) {
  if (!file) return std::optional<std::string>();
  const auto refuse = [&](std::string_view why) {
    return Error{ErrorCode::kInternal, fmt::format("credentials file {}: {}", printable(file->string()), why)};
  };
  std::ifstream stream(*file);
  std::string line;
  std::string more;
  if (!std::getline(stream, line)) return refuse("cannot be read");
  if (line.ends_with('\r')) line.pop_back();
  const bool one_line = !std::getline(stream, more) || more.empty();
  if (!one_line || line.size() > 4096 || line.find(':') == std::string::npos || line.starts_with(':'))
    return refuse("has to be one line, user:password");
  return std::optional("Basic " + base64(line));
}

/// RFC 3986 section 2.1: everything that is not unreserved, which may then stand in a query.
std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

/// Where Docker Hub's registry has its tokens from; every other service is on the registry's own host, or configured.
bool is_docker_hub(const Url& registry, const Url& realm) {
  return registry.host() == "registry-1.docker.io" && realm.host() == "auth.docker.io" &&
         realm.scheme() == Url::Scheme::kHttps && realm.port() == 443;
}

std::optional<Url> parsed(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  auto url = Url::parse(*text);
  return url ? std::optional(*std::move(url)) : std::nullopt;
}

}  // namespace

Authorizer::Authorizer(HttpClient& client, const config::RegistryEndpoint& endpoint, Url url, config::Timeouts timeouts,
                       Clock clock)
    : client_(client),
      registry_(std::move(url)),
      token_service_(parsed(endpoint.token_service)),
      ca_(endpoint.ca),
      timeouts_(timeouts),
      clock_(std::move(clock)),
      basic_(basic_authorization(endpoint.credentials_file)) {}

Status Authorizer::usable() const {
  if (!basic_) return basic_.error();
  return Done{};
}

std::optional<std::string> Authorizer::authorization_for(const std::string& repository) const {
  const std::scoped_lock lock(mutex_);
  if (wants_basic_) return *basic_;
  const auto token = tokens_.find(repository);
  if (token == tokens_.end() || token->second.use_until <= clock_()) return std::nullopt;
  return token->second.authorization;
}

asio::awaitable<Result<std::optional<std::string>>> Authorizer::after_refusal(std::string repository,
                                                                              std::optional<std::string> sent,
                                                                              HttpResponseHead refusal) {
  // Somebody else may have been told already what to say.
  if (auto newer = authorization_for(repository); newer && newer != sent) co_return newer;
  const auto challenges = challenges_in(refusal);
  if (!challenges) co_return challenges.error();
  const auto asks_for = [&](std::string_view scheme) {
    return std::ranges::find(*challenges, scheme, &Challenge::scheme);
  };
  if (const auto bearer = asks_for("bearer"); bearer != challenges->end()) {
    auto url =
        token_url(std::string(bearer->parameter("realm")), std::string(bearer->parameter("service")), repository);
    if (!url) co_return url.error();
    co_return co_await fetch_token(std::move(repository), *std::move(url));
  }
  if (asks_for("basic") == challenges->end() || !*basic_ || sent == *basic_) co_return std::nullopt;
  const std::scoped_lock lock(mutex_);
  wants_basic_ = true;
  co_return *basic_;
}

/// The realm is the registry's word. Anywhere else than on its own host it could be a way to our password, and to
/// whatever this machine can reach.
bool Authorizer::may_issue_tokens(const Url& realm) const {
  if (token_service_ && realm.same_origin(*token_service_)) return true;
  if (realm.scheme() == Url::Scheme::kHttp && registry_.scheme() == Url::Scheme::kHttps) return false;
  return realm.host() == registry_.host() || is_docker_hub(registry_, realm);
}

Result<Url> Authorizer::token_url(const std::string& realm, const std::string& service,
                                  const std::string& repository) const {
  const auto url = Url::parse(realm);
  if (!url) {
    return {ErrorCode::kUpstreamInvalid, fmt::format("upstream {} asks for a token from no usable place: {}",
                                                     registry_.authority(), url.error().message)};
  }
  if (!may_issue_tokens(*url)) {
    return {
        ErrorCode::kUnauthorized,
        fmt::format("upstream {0} asks for a token from {1}, which is another host: if that is where its tokens come "
                    "from, write 'tokenService: {2}://{1}' beside its registry",
                    registry_.authority(), url->authority(), url->scheme() == Url::Scheme::kHttps ? "https" : "http")};
  }
  // The least that suffices, whatever the challenge suggests: one repository, and only to read.
  std::string text = url->text();
  text +=
      fmt::format("{}scope={}", text.contains('?') ? '&' : '?', percent_encoded("repository:" + repository + ":pull"));
  if (!service.empty()) text += "&service=" + percent_encoded(service);
  return Url::parse(text);
}

asio::awaitable<Result<std::optional<std::string>>> Authorizer::fetch_token(std::string repository, Url url) {
  auto answer = co_await client_.send({.url = url.text(),
                                       .headers = {{"Accept", "application/json"}},
                                       .authorization = *basic_,
                                       .redirects = Redirects::kSameOrigin,
                                       .ca = ca_,
                                       .connect_timeout = timeouts_.upstream_connect,
                                       .response_timeout = timeouts_.upstream_response,
                                       .idle_timeout = timeouts_.idle_body});
  if (!answer) co_return answer.error();
  const HttpResponseHead head = (*answer)->head();
  const auto body = co_await read_all(**answer, limits::kTokenBytes);
  const std::string service = fmt::format("token service {}", url.authority());
  if (head.status != 200) co_return failure(service, head, body ? std::string_view(*body) : "");
  if (!body) co_return body.error();
  const auto issued = parse_token(*body);
  if (!issued) co_return Error{issued.error().code, fmt::format("{}: {}", service, issued.error().message)};
  Token token{.authorization = "Bearer " + issued->token,
              // A token that ends on its way is refused: a fifth of its life is for that.
              .use_until = clock_() + issued->lifetime * 4 / 5};
  std::optional<std::string> authorization = token.authorization;
  keep(repository, std::move(token));
  co_return authorization;
}

void Authorizer::keep(const std::string& repository, Token token) {
  const std::scoped_lock lock(mutex_);
  if (tokens_.size() >= limits::kTokens && !tokens_.contains(repository)) {
    const auto now = clock_();
    std::erase_if(tokens_, [&](const auto& entry) { return entry.second.use_until <= now; });
    // Clients name the repositories: what they make us remember has an end.
    if (tokens_.size() >= limits::kTokens) tokens_.clear();
  }
  tokens_.insert_or_assign(repository, std::move(token));
}

}  // namespace pullgate::proxy::distribution
