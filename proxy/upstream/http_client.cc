#include "proxy/upstream/http_client.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "proxy/upstream/http/loop.h"
#include "proxy/upstream/http/redirect.h"
#include "proxy/upstream/http/url.h"
#include "verify/limits.h"

namespace pullgate::proxy {

namespace {

namespace asio = boost::asio;
using Answer = Result<std::unique_ptr<HttpResponse>>;

asio::awaitable<Result<Exchanged>> closed() {
  co_return Error{ErrorCode::kCancelled, "shutting down"};
}

/// Not a coroutine, so that nobody holds the loop strongly while waiting on it (see CurlLoop).
asio::awaitable<Result<Exchanged>> exchange(const std::weak_ptr<HttpLoop>& loop, const HttpRequest& request,
                                            const Url& url, Reach reach,
                                            std::chrono::steady_clock::time_point head_deadline) {
  const auto open = loop.lock();
  return open ? open->exchange(request, url, reach, head_deadline) : closed();
}

/// For GET and HEAD all of these mean: ask there, the same way. RFC 9110 section 15.4.
bool is_redirect(int status) {
  constexpr std::array kRedirects = {301, 302, 303, 307, 308};
  return std::ranges::find(kRedirects, status) != kRedirects.end();
}

asio::awaitable<Answer> send_on(std::weak_ptr<HttpLoop> loop, HttpRequest request) {
  const auto first = Url::parse(request.url);
  if (!first) co_return first.error();
  const auto head_deadline = std::chrono::steady_clock::now() + request.response_timeout;
  Url current = *first;
  Reach reach = Reach::kAnywhere;
  for (int redirects = 0;; ++redirects) {
    auto exchanged = co_await exchange(loop, request, current, reach, head_deadline);
    if (!exchanged) co_return std::move(exchanged).error();
    auto answer = std::move(exchanged->response);
    if (!current.same_origin(*first)) answer->set_from_elsewhere();
    if (!is_redirect(answer->head().status)) co_return answer;
    // Server-side request forgery by way of the DNS: the name in a Location may resolve to the instance's metadata
    // service or to our neighbour, and a name of the upstream's own may begin to. What came from the Internet stays.
    if (exchanged->peer == Network::kInternet) reach = Reach::kInternetOnly;
    const auto location = answer->head().only("location");
    if (!location) co_return location.error();
    if (!location->has_value())
      co_return Error{ErrorCode::kUpstreamInvalid, fmt::format("{} redirects to nowhere", current.authority())};
    const auto target = redirect_target(*first, current, **location, reach);
    const bool same_origin = target.has_value() && target->same_origin(current);
    if (request.redirects == Redirects::kSameOrigin && !same_origin) co_return answer;
    if (!target) co_return target.error();
    if (redirects == limits::kRedirects)
      co_return Error{ErrorCode::kUpstreamInvalid, fmt::format("{} redirects too often", first->authority())};
    // CVE-2020-15157: the credentials of one host must not travel to another that its answer names.
    if (!same_origin) request.authorization.reset();
    current = *target;
  }
}

}  // namespace

HttpClient::HttpClient(asio::io_context& loop) : HttpClient(make_http_loop(loop)) {}

HttpClient::HttpClient(std::shared_ptr<HttpLoop> loop) : loop_(std::move(loop)) {}

HttpClient::~HttpClient() {
  loop_->shut_down();
}

asio::awaitable<Answer> HttpClient::send(HttpRequest request) {
  return send_on(std::weak_ptr<HttpLoop>(loop_), std::move(request));
}

void HttpClient::shut_down() {
  loop_->shut_down();
}

asio::awaitable<Result<std::string>> read_all(HttpResponse& response, std::size_t limit,
                                              std::chrono::steady_clock::time_point deadline) {
  std::string body;
  while (true) {
    const auto bytes = co_await response.read();
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) co_return body;
    if (std::chrono::steady_clock::now() > deadline)
      co_return Error{ErrorCode::kTimedOut, "the answer did not end in time"};
    if (bytes->size() > limit - body.size())
      co_return Error{ErrorCode::kLimitExceeded, fmt::format("the answer is larger than {} bytes", limit)};
    body += *bytes;
  }
}

}  // namespace pullgate::proxy
