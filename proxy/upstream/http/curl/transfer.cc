#include "proxy/upstream/http/curl/transfer.h"

#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "verify/bytes.h"

namespace pullgate::proxy {

namespace {

namespace asio = boost::asio;

asio::ip::address address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET)
    return asio::ip::address_v4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  if (address.sa_family != AF_INET6) return {};  // 0.0.0.0
  asio::ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
  return asio::ip::address_v6(bytes);
}

bool is_in_reach(CurlTransfer& transfer, const asio::ip::address& address) {
  if (transfer.reach == Reach::kAnywhere || network_of(address) == Network::kInternet) return true;
  transfer.refused = address;
  return false;
}

/// A request is about to be written, on a connection that may have carried others.
int on_request(void* context, char* peer_address, char* /*local_address*/, int peer_port, int local_port) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(context);
  transfer.is_reusing = false;
  transfer.reused.reset();
  boost::system::error_code none;
  const auto address = asio::ip::make_address(peer_address, none);
  transfer.peer = none ? Network::kInternet : network_of(address);
  // A kept connection was opened for somebody else, who may reach further.
  if (!is_in_reach(transfer, address)) return CURL_PREREQFUNC_ABORT;
  if (transfer.url().scheme() == Url::Scheme::kHttps) return CURL_PREREQFUNC_OK;
  const auto found = transfer.connections->before_request(
      {peer_address, static_cast<std::uint16_t>(peer_port), static_cast<std::uint16_t>(local_port)});
  transfer.is_reusing = found.state != KeptConnections::State::kNew;
  if (transfer.is_reusing) transfer.reused = found.fd;
  return found.state == KeptConnections::State::kSpoilt ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

curl_socket_t on_open(void* context, curlsocktype /*purpose*/, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(context);
  if (!is_in_reach(transfer, address_of(address->addr))) return CURL_SOCKET_BAD;
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd >= 0) transfer.connections->opened(fd);
  return fd;
}

int on_close(void* context, curl_socket_t fd) noexcept {
  static_cast<KeptConnections*>(context)->closed(fd);
  return ::close(fd);
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(context);
  // Response desynchronisation: what was on its way before the question is the answer to something else.
  if (const auto fd = std::exchange(transfer.reused, std::nullopt); fd && order_of_answer(*fd) == Order::kAnswerFirst)
    return 0;
  transfer.is_answered = true;
  const bool awaited = transfer.stage() == Transfer::Stage::kHead;
  if (transfer.take_header_line({data, size * count}) == Transfer::Taken::kNoMore) return 0;
  if (awaited && transfer.stage() == Transfer::Stage::kBody) {
    transfer.head_came = true;
    transfer.news->push_back(transfer.shared_from_this());
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(context);
  switch (transfer.take_body({data, size * count})) {
    case Transfer::Taken::kAll:
      transfer.news->push_back(transfer.shared_from_this());
      return size * count;
    case Transfer::Taken::kNotNow:
      return CURL_WRITEFUNC_PAUSE;  // libcurl keeps these bytes, stops reading, and TCP holds the upstream back
    case Transfer::Taken::kNoMore:
      return 0;
  }
  return 0;
}

}  // namespace

Status CurlTransfer::prepare(std::vector<std::shared_ptr<CurlTransfer>>& news_of_loop,
                             KeptConnections& connections_of_loop) {
  news = &news_of_loop;
  connections = &connections_of_loop;
  easy.reset(curl_easy_init());
  if (!easy) return {ErrorCode::kInternal, "libcurl has no memory"};
  CURLcode result = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    if (result == CURLE_OK) result = curl_easy_setopt(easy.get(), option, value);
  };
  set(CURLOPT_URL, url().text().c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  // An http_proxy variable in somebody's environment must not put a stranger between us and the upstream.
  set(CURLOPT_PROXY, "");
  // HTTP/1.1 on purpose: on a shared HTTP/2 connection one client that reads slowly holds up every other transfer from
  // that upstream, judgements included.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  // Without this, giving up while a name is being looked up blocks the strand until the resolver answers.
  set(CURLOPT_QUICK_EXIT, 1L);
#endif
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request().connect_timeout.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_BUFFERSIZE, 64L * 1024L);
  set(CURLOPT_ERRORBUFFER, message.data());
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (const auto& authorities = request().ca) {
    set(CURLOPT_CAINFO, authorities->c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // or the system's authorities would count as well
  }
  if (request().method == HttpMethod::kHead) set(CURLOPT_NOBODY, 1L);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_PREREQFUNCTION, &on_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_OPENSOCKETFUNCTION, &on_open);
  set(CURLOPT_OPENSOCKETDATA, this);
  // Connections outlive the transfer that opened them.
  set(CURLOPT_CLOSESOCKETFUNCTION, &on_close);
  set(CURLOPT_CLOSESOCKETDATA, connections);

  const auto add = [&](std::string_view name, std::string_view value) {
    const auto line = fmt::format("{}: {}", name, value);
    if (printable(line, line.size()) != line)
      result = CURLE_BAD_FUNCTION_ARGUMENT;  // no header injection from our side
    auto* longer = curl_slist_append(lines.get(), line.c_str());
    if (longer == nullptr) return;
    static_cast<void>(lines.release());
    lines.reset(longer);
  };
  add("User-Agent", "pullgate/" PULLGATE_VERSION);
  // Digests are over the bytes as stored; an encoding would also inflate past our limits.
  add("Accept-Encoding", "identity");
  for (const auto& [name, value] : request().headers) add(name, value);
  if (const auto& authorization = request().authorization) add("Authorization", *authorization);
  set(CURLOPT_HTTPHEADER, lines.get());
  if (result != CURLE_OK)
    return {ErrorCode::kInternal, fmt::format("libcurl refuses the request: {}", curl_easy_strerror(result))};
  return Done{};
}

Error CurlTransfer::failure(CURLcode code) const {
  const auto host = url().authority();
  const std::string_view detail =
      message[0] != '\0' ? std::string_view(message.data()) : std::string_view(curl_easy_strerror(code));
  const auto error = [&](ErrorCode kind, std::string_view what) {
    return Error{kind, fmt::format("{} {}: {}", what, host, printable(detail))};
  };
  if (refused)
    return {ErrorCode::kUpstreamInvalid,
            fmt::format("redirected to {}, which is at the internal address {}", host, refused->to_string())};
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorCode::kTimedOut,
              fmt::format("no connection to {} within {} ms", host, request().connect_timeout.count())};
    case CURLE_PARTIAL_FILE:
      return error(ErrorCode::kUpstreamInvalid, "the answer ended early, from");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_OUT_OF_MEMORY:  // how libcurl calls a header line beyond its own limit
      return error(ErrorCode::kUpstreamInvalid, "no valid HTTP from");
    case CURLE_RECV_ERROR: {
      // Broken chunks and a broken connection share this code; only the latter left an errno, or comes with TLS.
      long os_error = 0;
      curl_easy_getinfo(easy.get(), CURLINFO_OS_ERRNO, &os_error);
      const bool framing = os_error == 0 && is_chunked();
      return error(framing ? ErrorCode::kUpstreamInvalid : ErrorCode::kUnreachable,
                   framing ? "broken framing from" : "the connection broke to");
    }
    case CURLE_SSL_CACERT_BADFILE:
      return error(ErrorCode::kInternal, "the certificate authority file cannot be used for");
    default:
      return error(ErrorCode::kUnreachable, "cannot reach");
  }
}

}  // namespace pullgate::proxy
