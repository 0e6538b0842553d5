// libcurl's multi_socket interface on Asio. The only file that knows libcurl.
//
// libcurl tells which sockets and which timer it waits for; Asio waits and tells libcurl. All of it, callbacks
// included, runs on one strand, so nothing here is locked. Callers reach in by posting to the strand and are woken by
// posting to their executors: no code of theirs ever runs inside a libcurl callback.

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include "proxy/upstream/http/kept_connections.h"
#include "proxy/upstream/http/loop.h"
#include "proxy/upstream/http/transfer.h"
#include "proxy/upstream/suspend.h"
#include "verify/bytes.h"

namespace pullgate::proxy {

namespace {

namespace asio = boost::asio;
using Clock = Transfer::Clock;
using Strand = asio::strand<asio::io_context::executor_type>;

/// Connections kept open without work.
constexpr long kIdleConnections = 64;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderLines = std::unique_ptr<curl_slist, ListDeleter>;

/// A transfer with what libcurl and Asio have of it.
struct CurlTransfer final : Transfer, std::enable_shared_from_this<CurlTransfer> {
  CurlTransfer(HttpRequest request, Url url, Reach may_reach, Clock::time_point head_deadline)
      : Transfer(std::move(request), std::move(url), head_deadline), reach(may_reach) {}

  const Reach reach;
  /// Of the connection that the request was written to.
  Network peer = Network::kInternal;
  /// The address that was out of reach.
  std::optional<asio::ip::address> refused = std::nullopt;
  EasyHandle easy;
  HeaderLines lines;
  std::array<char, CURL_ERROR_SIZE> message{};
  /// Only while it is under way: what a coroutine keeps of a transfer may be destroyed after the event loop.
  std::optional<asio::steady_timer> timer;
  bool head_came = false;
  /// Where callbacks leave word that there is something to deliver.
  std::vector<std::shared_ptr<CurlTransfer>>* news = nullptr;
  KeptConnections* connections = nullptr;
  /// Something of an answer was taken.
  bool is_answered = false;
  /// Not the first to be asked on its connection; which one, until the answer begins.
  bool is_reusing = false;
  std::optional<int> reused;
};
using TransferPtr = std::shared_ptr<CurlTransfer>;

/// A socket of libcurl's, lent to Asio for waiting. Never closed by Asio.
struct WatchedSocket {
  explicit WatchedSocket(const Strand& strand) : descriptor(strand) {}
  WatchedSocket(const WatchedSocket&) = delete;
  WatchedSocket& operator=(const WatchedSocket&) = delete;
  ~WatchedSocket() { give_back(); }

  void give_back() {
    if (descriptor.is_open()) descriptor.release();
  }

  asio::posix::stream_descriptor descriptor;
  int wanted = 0;
  bool awaiting_read = false;
  bool awaiting_write = false;
};
using WatchedSocketPtr = std::shared_ptr<WatchedSocket>;

Error failure_of(CURLcode code, const CurlTransfer& transfer) {
  const auto host = transfer.url().authority();
  const std::string_view detail = transfer.message[0] != '\0' ? std::string_view(transfer.message.data())
                                                              : std::string_view(curl_easy_strerror(code));
  const auto error = [&](ErrorCode kind, std::string_view what) {
    return Error{kind, fmt::format("{} {}: {}", what, host, printable(detail))};
  };
  if (transfer.refused)
    return {ErrorCode::kUpstreamInvalid,
            fmt::format("redirected to {}, which is at the internal address {}", host, transfer.refused->to_string())};
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorCode::kTimedOut,
              fmt::format("no connection to {} within {} ms", host, transfer.request().connect_timeout.count())};
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
      curl_easy_getinfo(transfer.easy.get(), CURLINFO_OS_ERRNO, &os_error);
      const bool framing = os_error == 0 && transfer.is_chunked();
      return error(framing ? ErrorCode::kUpstreamInvalid : ErrorCode::kUnreachable,
                   framing ? "broken framing from" : "the connection broke to");
    }
    case CURLE_SSL_CACERT_BADFILE:
      return error(ErrorCode::kInternal, "the certificate authority file cannot be used for");
    default:
      return error(ErrorCode::kUnreachable, "cannot reach");
  }
}

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

/// The request line and fields; everything that libcurl would do by itself and should not is switched off.
Status set_options(CurlTransfer& transfer) {
  transfer.easy.reset(curl_easy_init());
  CURL* easy = transfer.easy.get();
  if (easy == nullptr) return {ErrorCode::kInternal, "libcurl has no memory"};
  CURLcode result = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    if (result == CURLE_OK) result = curl_easy_setopt(easy, option, value);
  };
  const auto& request = transfer.request();
  set(CURLOPT_URL, transfer.url().text().c_str());
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
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_BUFFERSIZE, 64L * 1024L);
  set(CURLOPT_ERRORBUFFER, transfer.message.data());
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (request.ca) {
    set(CURLOPT_CAINFO, request.ca->c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // or the system's authorities would count as well
  }
  if (request.method == HttpMethod::kHead) set(CURLOPT_NOBODY, 1L);

  const auto add = [&](std::string_view name, std::string_view value) {
    const auto line = fmt::format("{}: {}", name, value);
    if (printable(line, line.size()) != line)
      result = CURLE_BAD_FUNCTION_ARGUMENT;  // no header injection from our side
    auto* longer = curl_slist_append(transfer.lines.get(), line.c_str());
    if (longer == nullptr) return;
    static_cast<void>(transfer.lines.release());
    transfer.lines.reset(longer);
  };
  add("User-Agent", "pullgate/" PULLGATE_VERSION);
  // Digests are over the bytes as stored; an encoding would also inflate past our limits.
  add("Accept-Encoding", "identity");
  for (const auto& [name, value] : request.headers) add(name, value);
  if (request.authorization) add("Authorization", *request.authorization);
  set(CURLOPT_HTTPHEADER, transfer.lines.get());
  if (result != CURLE_OK)
    return {ErrorCode::kInternal, fmt::format("libcurl refuses the request: {}", curl_easy_strerror(result))};
  return Done{};
}

/// Ownership: whoever waits holds the loop weakly. The loop owns transfers, a transfer owns its waiter, a waiter owns
/// the coroutine that waits; a strong reference from there would close the circle and leak whatever is under way when
/// the event loop is destroyed without having been drained.
class CurlLoop final : public HttpLoop, public std::enable_shared_from_this<CurlLoop> {
 public:
  explicit CurlLoop(asio::io_context& context);
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;
  ~CurlLoop() override;

  asio::awaitable<Result<Exchanged>> exchange(HttpRequest request, Url url, Reach reach,
                                              Clock::time_point head_deadline) override;
  void shut_down() override;

  static asio::awaitable<Result<std::string>> read(std::weak_ptr<CurlLoop> loop, TransferPtr transfer,
                                                   std::string spare);
  void abandon(TransferPtr transfer);

 private:
  // Callbacks of libcurl. They only note what happened; settle() acts on it when libcurl has returned.
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) noexcept;
  static int on_request(void* context, char* peer_address, char* local_address, int peer_port, int local_port) noexcept;
  static curl_socket_t on_open(void* context, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int on_close(void* context, curl_socket_t fd) noexcept;
  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* context, void* socket_context) noexcept;
  static int on_timer(CURLM* multi, long timeout_ms, void* context) noexcept;

  void start(const TransferPtr& transfer, Waiter<Result<HttpResponseHead>> waiter);
  void start_over(CurlTransfer& transfer);
  void resume(CurlTransfer& transfer);
  void drain(const TransferPtr& transfer);
  void end(CurlTransfer& transfer, std::optional<Error> failure);
  void act(curl_socket_t fd, int events);
  void settle();
  void arm_timer(const TransferPtr& transfer);
  void check_deadline(const TransferPtr& transfer);
  void await_socket(curl_socket_t fd, const WatchedSocketPtr& socket, int event);
  void on_ready(curl_socket_t fd, const WatchedSocketPtr& socket, int event, const boost::system::error_code& error);
  void close();

  friend asio::awaitable<Result<Exchanged>> exchange_on(std::weak_ptr<CurlLoop> loop, TransferPtr transfer);
  friend std::function<void()> canceller(const std::weak_ptr<CurlLoop>& loop, const TransferPtr& transfer);

  Strand strand_;
  asio::steady_timer timer_;
  KeptConnections connections_;
  MultiHandle multi_;  // none: shut down
  std::unordered_map<CURL*, TransferPtr> transfers_;
  std::map<curl_socket_t, WatchedSocketPtr> sockets_;
  std::vector<TransferPtr> news_;  // heads and bytes that callbacks have noted since the last settle()
};

class CurlResponse final : public HttpResponse {
 public:
  CurlResponse(std::weak_ptr<CurlLoop> loop, TransferPtr transfer, HttpResponseHead head)
      : loop_(std::move(loop)), transfer_(std::move(transfer)), head_(std::move(head)) {}
  CurlResponse(const CurlResponse&) = delete;
  CurlResponse& operator=(const CurlResponse&) = delete;
  ~CurlResponse() override {
    if (const auto loop = loop_.lock()) loop->abandon(std::move(transfer_));
  }

  [[nodiscard]] const HttpResponseHead& head() const override { return head_; }

  asio::awaitable<Result<std::string_view>> read() override {
    auto bytes = co_await CurlLoop::read(loop_, transfer_, std::move(current_));
    if (!bytes) co_return std::move(bytes).error();
    current_ = std::move(*bytes);
    co_return std::string_view(current_);
  }

 private:
  std::weak_ptr<CurlLoop> loop_;
  TransferPtr transfer_;
  HttpResponseHead head_;
  std::string current_;
};

Error shutting_down() {
  return {ErrorCode::kCancelled, "shutting down"};
}

// On the callers' executors: everything up to the next heading.

std::function<void()> canceller(const std::weak_ptr<CurlLoop>& loop, const TransferPtr& transfer) {
  return [loop, transfer = std::weak_ptr(transfer)] {
    const auto self = loop.lock();
    if (!self) return;
    asio::post(self->strand_, [self, transfer] {
      if (const auto found = transfer.lock()) self->end(*found, Error{ErrorCode::kCancelled, "nobody waits any more"});
    });
  };
}

asio::awaitable<Result<Exchanged>> exchange_on(std::weak_ptr<CurlLoop> loop, TransferPtr transfer) {
  auto begin = [loop, transfer](Waiter<Result<HttpResponseHead>> waiter) {
    const auto self = loop.lock();
    if (!self) return waiter(shutting_down());
    asio::post(self->strand_,
               [self, transfer, waiter = std::move(waiter)]() mutable { self->start(transfer, std::move(waiter)); });
  };
  auto head = co_await suspended<Result<HttpResponseHead>>(std::move(begin), canceller(loop, transfer));
  if (!head) co_return std::move(head).error();
  const Network peer = transfer->peer;
  co_return Exchanged{std::make_unique<CurlResponse>(std::move(loop), std::move(transfer), std::move(*head)), peer};
}

asio::awaitable<Result<Exchanged>> CurlLoop::exchange(HttpRequest request, Url url, Reach reach,
                                                      Clock::time_point head_deadline) {
  return exchange_on(weak_from_this(),
                     std::make_shared<CurlTransfer>(std::move(request), std::move(url), reach, head_deadline));
}

asio::awaitable<Result<std::string>> CurlLoop::read(std::weak_ptr<CurlLoop> loop, TransferPtr transfer,
                                                    std::string spare) {
  auto begin = [loop, transfer, spare = std::move(spare)](Waiter<Result<std::string>> waiter) mutable {
    const auto self = loop.lock();
    if (!self) return waiter(shutting_down());
    asio::post(self->strand_, [self, transfer, spare = std::move(spare), waiter = std::move(waiter)]() mutable {
      transfer->wait_for_body(std::move(waiter), std::move(spare));
      self->resume(*transfer);
    });
  };
  co_return co_await suspended<Result<std::string>>(std::move(begin), canceller(loop, transfer));
}

void CurlLoop::abandon(TransferPtr transfer) {
  asio::post(strand_, [self = shared_from_this(), transfer = std::move(transfer)] { self->drain(transfer); });
}

void CurlLoop::shut_down() {
  asio::post(strand_, [self = shared_from_this()] { self->close(); });
}

// On the strand: everything from here.

CurlLoop::CurlLoop(asio::io_context& context) : strand_(asio::make_strand(context)), timer_(strand_) {
  // Once per process, thread-safe, never undone: another client may still be using it.
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised == CURLE_OK) multi_.reset(curl_multi_init());
  if (!multi_) throw std::runtime_error("libcurl cannot be initialised");
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kIdleConnections);
}

/// Reached with transfers under way only when the event loop is gone: those who wait are dropped, not woken.
CurlLoop::~CurlLoop() {
  const auto transfers = std::exchange(transfers_, {});
  for (const auto& [easy, transfer] : transfers) {
    curl_multi_remove_handle(multi_.get(), easy);
    transfer->easy.reset();
    transfer->timer.reset();
    transfer->drop_waiters();
  }
  multi_.reset();  // sockets_ follow through on_socket()
}

void CurlLoop::close() {
  while (!transfers_.empty()) {
    const auto transfer = transfers_.begin()->second;
    end(*transfer, shutting_down());
  }
  multi_.reset();
  timer_.cancel();
}

void CurlLoop::start(const TransferPtr& transfer, Waiter<Result<HttpResponseHead>> waiter) {
  transfer->wait_for_head(std::move(waiter));
  if (transfer->stage() == Transfer::Stage::kEnded) return;  // cancelled already
  if (!multi_) return transfer->end(shutting_down());
  if (auto set = set_options(*transfer); !set) return transfer->end(std::move(set).error());
  CURL* easy = transfer->easy.get();
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlLoop::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlLoop::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &CurlLoop::on_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer.get());
  // Connections outlive the transfer that opened them.
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlLoop::on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlLoop::on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &connections_);
  transfer->connections = &connections_;
  transfer->news = &news_;
  transfer->timer.emplace(strand_);
  transfers_.emplace(easy, transfer);
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
    return end(*transfer, Error{ErrorCode::kInternal, "libcurl refuses the transfer"});
  arm_timer(transfer);
}

/// The same request once more, on a connection of its own.
void CurlLoop::start_over(CurlTransfer& transfer) {
  CURL* easy = transfer.easy.get();
  curl_multi_remove_handle(multi_.get(), easy);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  transfer.is_reusing = false;
  transfer.reused.reset();
  transfer.message[0] = '\0';
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
    end(transfer, Error{ErrorCode::kInternal, "libcurl refuses the transfer"});
}

/// Lets a paused transfer run again once there is room.
void CurlLoop::resume(CurlTransfer& transfer) {
  if (!transfer.may_resume()) return;
  const auto code = curl_easy_pause(transfer.easy.get(), CURLPAUSE_CONT);  // may call on_body()
  if (code != CURLE_OK) end(transfer, failure_of(code, transfer));
  settle();
}

void CurlLoop::drain(const TransferPtr& transfer) {
  if (!transfer->drain()) return end(*transfer, Error{ErrorCode::kCancelled, "nobody reads any more"});
  resume(*transfer);
  arm_timer(transfer);
}

void CurlLoop::end(CurlTransfer& transfer, std::optional<Error> failure) {
  TransferPtr keep;  // the map may hold the last reference
  if (const auto found = transfers_.find(transfer.easy.get()); found != transfers_.end()) {
    keep = std::move(found->second);
    transfers_.erase(found);
    curl_multi_remove_handle(multi_.get(), transfer.easy.get());
    transfer.easy.reset();
    transfer.timer.reset();
  }
  transfer.end(std::move(failure));
}

void CurlLoop::act(curl_socket_t fd, int events) {
  if (!multi_) return;
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
  settle();
}

/// After every call into libcurl: who has got something, and who has ended?
void CurlLoop::settle() {
  for (const auto& transfer : std::exchange(news_, {})) {
    transfer->deliver();
    if (std::exchange(transfer->head_came, false)) arm_timer(transfer);
  }
  int left = 0;
  while (const CURLMsg* message = multi_ ? curl_multi_info_read(multi_.get(), &left) : nullptr) {
    const auto found = transfers_.find(message->easy_handle);
    if (message->msg != CURLMSG_DONE || found == transfers_.end()) continue;
    const auto transfer = found->second;
    const CURLcode result = message->data.result;
    std::optional<Error> failure;
    if (result != CURLE_OK) failure = failure_of(result, *transfer);
    // A kept connection may end, or be found unfit, just when it is used again: nobody's failure. Nothing of an answer
    // was taken, and GET and HEAD may be repeated (RFC 9110 section 9.2.2).
    if (failure && transfer->is_reusing && !transfer->is_answered) {
      start_over(*transfer);
    } else {
      end(*transfer, std::move(failure));
    }
  }
}

/// A request is about to be written, on a connection that may have carried others.
int CurlLoop::on_request(void* context, char* peer_address, char* /*local_address*/, int peer_port,
                         int local_port) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(context);
  transfer.is_reusing = false;
  transfer.reused.reset();
  boost::system::error_code none;
  const auto address = asio::ip::make_address(peer_address, none);
  transfer.peer = none ? Network::kInternal : network_of(address);
  // A kept connection was opened for somebody else, who may reach further.
  if (!is_in_reach(transfer, address)) return CURL_PREREQFUNC_ABORT;
  if (transfer.url().scheme() == Url::Scheme::kHttps) return CURL_PREREQFUNC_OK;
  const auto found = transfer.connections->before_request(
      {peer_address, static_cast<std::uint16_t>(peer_port), static_cast<std::uint16_t>(local_port)});
  transfer.is_reusing = found.state != KeptConnections::State::kNew;
  if (transfer.is_reusing) transfer.reused = found.fd;
  return found.state == KeptConnections::State::kSpoilt ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

curl_socket_t CurlLoop::on_open(void* context, curlsocktype /*purpose*/, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(context);
  if (!is_in_reach(transfer, address_of(address->addr))) return CURL_SOCKET_BAD;
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd >= 0) transfer.connections->opened(fd);
  return fd;
}

int CurlLoop::on_close(void* context, curl_socket_t fd) noexcept {
  static_cast<KeptConnections*>(context)->closed(fd);
  return ::close(fd);
}

std::size_t CurlLoop::on_header(char* data, std::size_t size, std::size_t count, void* context) noexcept {
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

std::size_t CurlLoop::on_body(char* data, std::size_t size, std::size_t count, void* context) noexcept {
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

void CurlLoop::arm_timer(const TransferPtr& transfer) {
  if (!transfer->timer) return;
  transfer->timer->expires_at(transfer->deadline());
  transfer->timer->async_wait(
      [loop = weak_from_this(), waiting = std::weak_ptr(transfer)](const boost::system::error_code& error) {
        const auto self = loop.lock();
        const auto found = waiting.lock();
        if (!error && self && found) self->check_deadline(found);
      });
}

/// Bytes move the deadline without touching the timer, so a timer that fires may be early.
void CurlLoop::check_deadline(const TransferPtr& transfer) {
  if (transfer->excuse_if_paused() || Clock::now() < transfer->deadline()) return arm_timer(transfer);
  end(*transfer, transfer->lateness());
}

int CurlLoop::on_socket(CURL* /*easy*/, curl_socket_t fd, int what, void* context, void* /*socket_context*/) noexcept {
  auto& self = *static_cast<CurlLoop*>(context);
  if (what == CURL_POLL_REMOVE) {
    // Now, and not when a handler that is running lets go of it: libcurl is about to close the number, and the next
    // file that anybody opens gets it.
    if (const auto found = self.sockets_.find(fd); found != self.sockets_.end()) {
      found->second->give_back();
      self.sockets_.erase(found);
    }
    return 0;
  }
  auto& socket = self.sockets_[fd];
  if (!socket) {
    socket = std::make_shared<WatchedSocket>(self.strand_);
    boost::system::error_code error;
    socket->descriptor.assign(fd, error);
    if (error) return -1;
  }
  socket->wanted = what;
  self.await_socket(fd, socket, CURL_POLL_IN);
  self.await_socket(fd, socket, CURL_POLL_OUT);
  return 0;
}

void CurlLoop::await_socket(curl_socket_t fd, const WatchedSocketPtr& socket, int event) {
  static_assert(CURL_POLL_IN == CURL_CSELECT_IN && CURL_POLL_OUT == CURL_CSELECT_OUT);
  bool& awaiting = event == CURL_POLL_IN ? socket->awaiting_read : socket->awaiting_write;
  if (awaiting || (socket->wanted & event) == 0) return;
  awaiting = true;
  const auto kind =
      event == CURL_POLL_IN ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  socket->descriptor.async_wait(kind, [loop = weak_from_this(), waiting = std::weak_ptr(socket), fd,
                                       event](const boost::system::error_code& error) {
    const auto self = loop.lock();
    const auto found = waiting.lock();
    if (self && found) self->on_ready(fd, found, event, error);
  });
}

void CurlLoop::on_ready(curl_socket_t fd, const WatchedSocketPtr& socket, int event,
                        const boost::system::error_code& error) {
  (event == CURL_POLL_IN ? socket->awaiting_read : socket->awaiting_write) = false;
  const auto still_watched = [&] {
    const auto found = sockets_.find(fd);
    return found != sockets_.end() && found->second == socket;
  };
  if (!still_watched() || (socket->wanted & event) == 0) return;
  act(fd, error ? CURL_CSELECT_ERR : event);
  if (still_watched()) await_socket(fd, socket, event);
}

int CurlLoop::on_timer(CURLM* /*multi*/, long timeout_ms, void* context) noexcept {
  auto& self = *static_cast<CurlLoop*>(context);
  if (timeout_ms < 0) {
    self.timer_.cancel();
    return 0;
  }
  self.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  self.timer_.async_wait([loop = self.weak_from_this()](const boost::system::error_code& error) {
    const auto found = loop.lock();
    if (!error && found) found->act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

}  // namespace

std::shared_ptr<HttpLoop> make_http_loop(boost::asio::io_context& context) {
  return std::make_shared<CurlLoop>(context);
}

}  // namespace pullgate::proxy
