#include "proxy/upstream/distribution/authorizer.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "proxy/upstream/distribution/answers.h"
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

Result<std::optional<Url>> parsed(const std::optional<std::string>& text) {
  if (!text) return std::optional<Url>();
  auto url = Url::parse(*text);
  if (!url)
    return Error{ErrorCode::kInternal, fmt::format("tokenService {}: {}", printable(*text), url.error().message)};
  return std::optional(*std::move(url));
}

/// Never nothing: a request without time fails by itself, with a message that says so.
std::chrono::milliseconds time_left(Authorizer::Moment deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

/// How long a registry's "no" to all that we have to say is believed.
constexpr std::chrono::seconds kRefusalLifetime{10};

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
  if (!token_service_) return token_service_.error();
  return Done{};
}

std::optional<std::string> Authorizer::authorization_for(const std::string& repository) const {
  const std::scoped_lock lock(mutex_);
  const auto known = known_.find(repository);
  return known == known_.end() || known->second.until <= clock_() ? std::nullopt : known->second.text;
}

asio::awaitable<Result<std::optional<Authorizer::Authorization>>> Authorizer::after_refusal(
    std::string repository, std::optional<std::string> sent, HttpResponseHead refusal, Moment deadline) {
  {
    const std::scoped_lock lock(mutex_);
    const auto known = known_.find(repository);
    if (known != known_.end() && known->second.until > clock_()) {
      const std::optional<std::string>& text = known->second.text;
      if (!text) co_return std::nullopt;
      // Somebody else was told meanwhile what to say.
      if (text != sent) co_return Authorization{*text, known->second.until};
    }
  }
  const std::optional<std::string>& basic = *basic_;
  if (basic && !may_say_password()) co_return std::nullopt;
  const std::vector<Challenge> challenges = challenges_in(refusal);
  const auto bearer = std::ranges::find(challenges, "bearer", &Challenge::scheme);
  if (bearer != challenges.end()) {
    auto url = token_url(*bearer, repository);
    if (!url) co_return url.error();
    co_return co_await fetch_token(std::move(repository), *std::move(url), deadline);
  }
  const bool wants_basic = std::ranges::find(challenges, "basic", &Challenge::scheme) != challenges.end();
  if (!wants_basic || !basic || sent == basic) co_return std::nullopt;
  co_return Authorization{*basic, Moment::max()};
}

void Authorizer::taken(const std::string& repository, Authorization authorization) {
  keep(repository, std::move(authorization.text), authorization.use_until);
}

void Authorizer::refused(const std::string& repository, const std::string& text) {
  if (text == *basic_) {
    password_was_refused();
    return keep(repository, std::nullopt, clock_() + kRefusalLifetime);
  }
  // A registry may refuse a good token at one of its endpoints: what is taken elsewhere stays.
  if (!authorization_for(repository)) keep(repository, std::nullopt, clock_() + kRefusalLifetime);
}

bool Authorizer::may_say_password() const {
  const std::scoped_lock lock(mutex_);
  return password_refused_until_ <= clock_();
}

void Authorizer::password_was_refused() {
  const std::scoped_lock lock(mutex_);
  password_refused_until_ = clock_() + kRefusalLifetime;
}

/// The realm is the registry's word. Anywhere else than on its own host it could be a way to our password, and to
/// whatever this machine can reach.
bool Authorizer::may_issue_tokens(const Url& realm) const {
  const std::optional<Url>& configured = *token_service_;
  if (realm.same_origin(registry_) || (configured && realm.same_origin(*configured))) return true;
  // In the clear anybody on the path says it, and on this machine another port is another service.
  if (realm.scheme() == Url::Scheme::kHttp || registry_.scheme() == Url::Scheme::kHttp) return false;
  return realm.host() == registry_.host() || is_docker_hub(registry_, realm);
}

Result<Url> Authorizer::token_url(const Challenge& challenge, const std::string& repository) const {
  const auto realm = Url::parse(challenge.parameter("realm"));
  if (!realm) {
    return Error{ErrorCode::kUnauthorized, fmt::format("upstream {} asks for a token from no usable place: {}",
                                                       registry_.authority(), realm.error().message)};
  }
  const std::string_view scheme = realm->scheme() == Url::Scheme::kHttps ? "https" : "http";
  const std::string origin = fmt::format("{}://{}", scheme, realm->authority());
  if (!may_issue_tokens(*realm)) {
    return Error{ErrorCode::kUnauthorized,
                 fmt::format("upstream {} asks for a token from {}, which is not where it is itself: only if you know "
                             "that its tokens come from there, write 'tokenService: {}' beside its registry",
                             registry_.authority(), origin, origin)};
  }
  // The least that suffices: to read one repository. A query of the realm's own could ask for more.
  std::string text = origin + realm->path() + "?scope=" + percent_encoded("repository:" + repository + ":pull");
  if (const auto service = challenge.parameter("service"); !service.empty())
    text += "&service=" + percent_encoded(service);
  auto url = Url::parse(text);
  if (!url) return Error{ErrorCode::kUpstreamInvalid, fmt::format("token service {}: {}", origin, url.error().message)};
  return url;
}

asio::awaitable<Result<std::optional<Authorizer::Authorization>>> Authorizer::fetch_token(std::string repository,
                                                                                          Url url, Moment deadline) {
  const std::string service = fmt::format("token service {}", url.authority());
  auto answer = co_await client_.send({.url = url.text(),
                                       .headers = {{"Accept", "application/json"}},
                                       .authorization = *basic_,
                                       .redirects = Redirects::kSameOrigin,
                                       .ca = ca_,
                                       .connect_timeout = timeouts_.upstream_connect,
                                       .response_timeout = time_left(deadline),
                                       .idle_timeout = time_left(deadline)});
  if (!answer) co_return answer.error();
  const HttpResponseHead head = (*answer)->head();
  const auto body = co_await read_all(**answer, limits::kTokenBytes, deadline);
  if (head.status != 200) {
    if (head.status == 401 && *basic_) password_was_refused();
    if (head.status == 401 || head.status == 403) keep(repository, std::nullopt, clock_() + kRefusalLifetime);
    Error error = failure(service, head, body ? std::string_view(*body) : "");
    // That the service is not there says nothing about whether the image is.
    if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kUpstreamInvalid;
    co_return error;
  }
  const auto issued = body ? parse_token(*body) : Result<IssuedToken>(body.error());
  if (!issued && issued.error().code == ErrorCode::kTimedOut) co_return issued.error();
  if (!issued) co_return Error{ErrorCode::kUpstreamInvalid, fmt::format("{}: {}", service, issued.error().message)};
  // A token that ends on its way is refused: a fifth of its life is for that.
  co_return Authorization{"Bearer " + issued->token, clock_() + issued->lifetime * 4 / 5};
}

void Authorizer::keep(const std::string& repository, std::optional<std::string> text, Moment until) {
  const std::scoped_lock lock(mutex_);
  if (known_.size() >= limits::kTokens && !known_.contains(repository)) {
    // Clients name the repositories: what they make us remember has an end.
    known_.erase(std::ranges::min_element(known_, {}, [](const auto& entry) { return entry.second.until; }));
  }
  known_.insert_or_assign(repository, Known{std::move(text), until});
}

}  // namespace pullgate::proxy::distribution
