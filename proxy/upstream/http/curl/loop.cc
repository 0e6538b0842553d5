// libcurl's multi_socket interface on Asio.
//
// libcurl tells which sockets and which timer it waits for; Asio waits and tells libcurl. All of it, callbacks
// included, runs on one strand, so nothing here is locked. Callers reach in by posting to the strand and are woken by
// posting to their executors: no code of theirs ever runs inside a libcurl callback.

#include "proxy/upstream/http/loop.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <curl/curl.h>

#include "proxy/upstream/http/curl/transfer.h"
#include "proxy/upstream/http/kept_connections.h"
#include "proxy/upstream/http/watched_sockets.h"
#include "proxy/upstream/suspend.h"

namespace pullgate::proxy {

namespace {

namespace asio = boost::asio;
using Clock = Transfer::Clock;
using Strand = asio::strand<asio::io_context::executor_type>;
using TransferPtr = std::shared_ptr<CurlTransfer>;

/// Connections kept open without work.
constexpr long kIdleConnections = 64;

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;

/// Ownership: whoever waits holds the loop weakly. The loop owns transfers, a transfer owns its waiter, a waiter owns
/// the coroutine that waits; a strong reference from there would close the circle and leak whatever is under way when
/// the event loop is destroyed without having been drained.
class CurlLoop final : public HttpLoop, public std::enable_shared_from_this<CurlLoop> {
 public:
  explicit CurlLoop(asio::io_context& context);
  /// Once, when a shared_ptr holds it.
  void begin();
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
  // Callbacks of libcurl.
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
  void on_ready(int fd, WatchedSockets::Event event);
  void close();

  friend asio::awaitable<Result<Exchanged>> exchange_on(std::weak_ptr<CurlLoop> loop, TransferPtr transfer);
  friend std::function<void()> canceller(const std::weak_ptr<CurlLoop>& loop, const TransferPtr& transfer);

  Strand strand_;
  asio::steady_timer timer_;
  KeptConnections connections_;
  std::shared_ptr<WatchedSockets> sockets_;
  MultiHandle multi_;  // none: shut down
  std::unordered_map<CURL*, TransferPtr> transfers_;
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

void CurlLoop::begin() {
  sockets_ = std::make_shared<WatchedSockets>(strand_, [loop = weak_from_this()](int fd, WatchedSockets::Event event) {
    if (const auto self = loop.lock()) self->on_ready(fd, event);
  });
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
  if (auto prepared = transfer->prepare(news_, connections_); !prepared)
    return transfer->end(std::move(prepared).error());
  CURL* easy = transfer->easy.get();
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
  transfer.has_started_over = true;
  transfer.is_reusing = false;
  transfer.refused.reset();
  transfer.reused.reset();
  transfer.message[0] = '\0';
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
    end(transfer, Error{ErrorCode::kInternal, "libcurl refuses the transfer"});
}

/// Lets a paused transfer run again once there is room.
void CurlLoop::resume(CurlTransfer& transfer) {
  if (!transfer.may_resume()) return;
  const auto code = curl_easy_pause(transfer.easy.get(), CURLPAUSE_CONT);  // may call on_body()
  if (code != CURLE_OK) end(transfer, transfer.failure(code));
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
    if (result != CURLE_OK) failure = transfer->failure(result);
    // A kept connection may end, or be found unfit, just when it is used again: nobody's failure. Nothing of an answer
    // was taken, and GET and HEAD may be repeated (RFC 9110 section 9.2.2).
    if (failure && transfer->is_reusing && !transfer->is_answered && !transfer->has_started_over) {
      start_over(*transfer);
    } else {
      end(*transfer, std::move(failure));
    }
  }
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
    self.sockets_->forget(fd);
    return 0;
  }
  return self.sockets_->watch(fd, {(what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0}) ? 0 : -1;
}

void CurlLoop::on_ready(int fd, WatchedSockets::Event event) {
  switch (event) {
    case WatchedSockets::Event::kReadable:
      return act(fd, CURL_CSELECT_IN);
    case WatchedSockets::Event::kWritable:
      return act(fd, CURL_CSELECT_OUT);
    case WatchedSockets::Event::kBroken:
      return act(fd, CURL_CSELECT_ERR);
  }
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
  auto loop = std::make_shared<CurlLoop>(context);
  loop->begin();
  return loop;
}

}  // namespace pullgate::proxy
