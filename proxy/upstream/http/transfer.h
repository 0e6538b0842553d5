#pragma once
/// One exchange, between whoever moves bytes (libcurl) and the coroutine that waits for them. No sockets, timers or
/// libcurl in here: only what has arrived, who waits, and which deadline runs. Touched on one strand only.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/upstream/http/response_head.h"
#include "proxy/upstream/http/url.h"
#include "proxy/upstream/http_client.h"
#include "proxy/upstream/suspend.h"

namespace pullgate::proxy {

class Transfer {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Stage { kHead, kBody, kDrain, kEnded };
  /// What became of bytes that were offered: kept; to be offered again after may_resume(); or the exchange is over.
  enum class Taken { kAll, kNotNow, kNoMore };

  Transfer(HttpRequest request, Url url, Clock::time_point head_deadline)
      : deadline_(head_deadline), request_(std::move(request)), url_(std::move(url)) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] const HttpRequest& request() const { return request_; }
  [[nodiscard]] const Url& url() const { return url_; }
  [[nodiscard]] Stage stage() const { return stage_; }
  /// Has the body begun, in chunks?
  [[nodiscard]] bool is_chunked() const {
    return stage_ != Stage::kHead && length_.framing == BodyLength::Framing::kChunked;
  }
  /// Moves with every byte; the error for reaching it.
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  [[nodiscard]] Error lateness() const;

  Taken take_header_line(std::string_view line);
  Taken take_body(std::string_view bytes);
  /// No more will come: none for the proper end, and the first failure counts. Wakes whoever waits. A body that is
  /// bounded by the connection only has no proper end: a cut cannot be told from it, and it is refused.
  void end(std::optional<Error> failure);

  void wait_for_head(Waiter<Result<HttpResponseHead>> waiter);
  /// `spare` is a buffer to use again.
  void wait_for_body(Waiter<Result<std::string>> waiter, std::string spare);
  /// Wakes whoever waits for something that is there. Bytes that came before a failure are delivered before it.
  void deliver();
  /// Destroys the waiting coroutines instead of waking them.
  void drop_waiters();

  /// Were bytes turned away for which there is room now? True once.
  bool may_resume();
  /// Paused bodies wait for their reader, however long that takes; true when the deadline moved for that.
  bool excuse_if_paused();
  /// Nobody will read the rest. False when the end is too far away to be worth reading up to; otherwise bytes are
  /// thrown away from now on, for a short time.
  bool drain();

 protected:
  ~Transfer() = default;

 private:
  [[nodiscard]] std::optional<Error> incompleteness() const;
  void postpone_deadline() { deadline_ = Clock::now() + request_.idle_timeout; }

  Clock::time_point deadline_;
  HttpRequest request_;
  Url url_;
  Stage stage_ = Stage::kHead;
  bool paused_ = false;
  ResponseHeadReader head_reader_;
  std::optional<HttpResponseHead> head_;  // complete and checked, until it is delivered
  BodyLength length_;
  int status_ = 0;
  std::string unread_;
  std::string spare_;
  std::size_t drained_ = 0;
  std::optional<Error> failure_;
  std::optional<Waiter<Result<HttpResponseHead>>> head_waiter_;
  std::optional<Waiter<Result<std::string>>> body_waiter_;
};

}  // namespace pullgate::proxy
