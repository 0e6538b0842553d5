#pragma once
/// HTTP(S) towards upstreams: libcurl's multi interface on an io_context. Only http/curl/ knows libcurl.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "verify/result.h"

namespace pullgate::proxy {

class HttpLoop;

enum class HttpMethod { kGet, kHead };
/// kSameOrigin: a redirect to another scheme, host or port is returned as the answer instead of followed.
enum class Redirects { kFollow, kSameOrigin };

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// Sent to the origin of `url` only, never along a redirect to another one (CVE-2020-15157).
  std::optional<std::string> authorization = std::nullopt;
  Redirects redirects = Redirects::kFollow;
  /// Instead of the system's authorities.
  std::optional<std::filesystem::path> ca = std::nullopt;
  std::chrono::milliseconds connect_timeout{5'000};
  /// Until the head of the last answer, all redirects together.
  std::chrono::milliseconds response_timeout{10'000};
  /// Without a byte of the body while somebody wants one.
  std::chrono::milliseconds idle_timeout{30'000};
};

struct HttpResponseHead {
  int status = 0;
  /// Names in lower case, in the order received; duplicates stay.
  std::vector<std::pair<std::string, std::string>> headers;

  /// The only value of a header: none when it is absent, an error when it came more than once with other values.
  [[nodiscard]] Result<std::optional<std::string>> only(std::string_view name) const;
};

/// A response whose body is still arriving. Destroying it abandons the transfer. It may outlive the client, not the
/// client's io_context.
class HttpResponse {
 public:
  virtual ~HttpResponse() = default;
  [[nodiscard]] virtual const HttpResponseHead& head() const = 0;
  /// The next bytes; empty at the proper end. Ends early or breaks: an error. Valid until the next call. At most
  /// about 256 KiB wait unread: then libcurl is paused and TCP holds the upstream back.
  virtual boost::asio::awaitable<Result<std::string_view>> read() = 0;
  /// Did a redirect lead to another origin than was asked, and that one answer? What it wants to hear is no business of
  /// the one that was asked.
  [[nodiscard]] bool is_from_elsewhere() const { return from_elsewhere_; }
  void set_from_elsewhere() { from_elsewhere_ = true; }

 protected:
  HttpResponse() = default;
  HttpResponse(const HttpResponse&) = default;
  HttpResponse& operator=(const HttpResponse&) = default;
  HttpResponse(HttpResponse&&) = default;
  HttpResponse& operator=(HttpResponse&&) = default;

 private:
  bool from_elsewhere_ = false;
};

/// Thread-safe. Connections are pooled and reused for all callers; one in the clear only while nothing has come on it
/// that nobody asked for (see http/kept_connections.h). Coroutines may run on any executor and resume there.
class HttpClient {
 public:
  /// Transfers are driven by `loop`, which somebody must run; it must outlive the client.
  explicit HttpClient(boost::asio::io_context& loop);
  explicit HttpClient(std::shared_ptr<HttpLoop> loop);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Resumes when the response head is here. kMalformed for a URL that cannot be used; kUnreachable, kTimedOut;
  /// kUpstreamInvalid for an answer that is not proper HTTP or has too large a header. At most five redirects are
  /// followed, to https only (http only when the request itself was http), from the Internet never to an internal
  /// address, and without the authorization once the origin changes. An address counts that a name resolves to when it
  /// is connected to, so that no later answer of the DNS matters.
  boost::asio::awaitable<Result<std::unique_ptr<HttpResponse>>> send(HttpRequest request);

  /// Breaks off every transfer; later send()s fail with kCancelled.
  void shut_down();

 private:
  std::shared_ptr<HttpLoop> loop_;
};

/// Reads what is left of a body, up to `limit` bytes: more is kLimitExceeded. kTimedOut when it still goes on after the
/// deadline, however little at a time.
boost::asio::awaitable<Result<std::string>> read_all(
    HttpResponse& response, std::size_t limit,
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max());

}  // namespace pullgate::proxy
