#include "proxy/upstream/http/transfer.h"

#include <utility>

#include <fmt/format.h>

namespace pullgate::proxy {

namespace {

/// What may wait unread for one response.
constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
/// An answer that nobody wants any more is read to its end when that is near: it saves the next one a TLS handshake.
constexpr std::size_t kDrainBytes = std::size_t{64} * 1024;
constexpr std::chrono::seconds kDrainTime{2};

}  // namespace

Error Transfer::lateness() const {
  const auto host = url_.authority();
  return {ErrorCode::kTimedOut,
          stage_ == Stage::kHead ? fmt::format("no answer from {} in time", host)
                                 : fmt::format("nothing came from {} for {} ms", host, request_.idle_timeout.count())};
}

Transfer::Taken Transfer::take_header_line(std::string_view line) {
  auto progress = head_reader_.feed(line);
  if (!progress) {
    failure_ = std::move(progress).error();
    return Taken::kNoMore;
  }
  if (*progress == ResponseHeadReader::Progress::kComplete) {
    auto length = body_length(head_reader_.head());
    if (!length) {
      failure_ = std::move(length).error();
      return Taken::kNoMore;
    }
    length_ = *length;
    status_ = head_reader_.head().status;
    head_ = head_reader_.take();
    stage_ = Stage::kBody;
    postpone_deadline();
  }
  return Taken::kAll;
}

Transfer::Taken Transfer::take_body(std::string_view bytes) {
  if (stage_ == Stage::kDrain) {
    drained_ += bytes.size();
    return drained_ > kDrainBytes ? Taken::kNoMore : Taken::kAll;
  }
  if (unread_.size() + bytes.size() > kBufferBytes) {
    paused_ = true;
    return Taken::kNotNow;
  }
  unread_ += bytes;
  postpone_deadline();
  return Taken::kAll;
}

void Transfer::end(std::optional<Error> failure) {
  if (stage_ == Stage::kEnded) return;
  if (!failure) failure = incompleteness();
  if (!failure_) failure_ = std::move(failure);
  stage_ = Stage::kEnded;
  deliver();
}

/// What is missing although the connection has ended in good order.
std::optional<Error> Transfer::incompleteness() const {
  const bool has_no_body = request_.method == HttpMethod::kHead || status_ == 204 || status_ == 304;
  if (stage_ == Stage::kHead) return Error{ErrorCode::kUpstreamInvalid, "no complete answer from " + url_.authority()};
  if (!has_no_body && length_.framing == BodyLength::Framing::kConnection)
    return Error{ErrorCode::kUpstreamInvalid, "no saying whether the answer is complete, from " + url_.authority()};
  return std::nullopt;
}

void Transfer::wait_for_head(Waiter<Result<HttpResponseHead>> waiter) {
  head_waiter_ = std::move(waiter);
  deliver();
}

void Transfer::wait_for_body(Waiter<Result<std::string>> waiter, std::string spare) {
  body_waiter_ = std::move(waiter);
  spare_ = std::move(spare);
  deliver();
}

void Transfer::deliver() {
  const bool ended = stage_ == Stage::kEnded;
  if (head_waiter_ && (head_ || ended)) {
    auto waiter = *std::move(head_waiter_);
    head_waiter_.reset();
    if (head_) {
      HttpResponseHead head = *std::move(head_);
      head_.reset();
      waiter(std::move(head));
    } else {
      waiter(failure_.value_or(Error{ErrorCode::kInternal, "the transfer ended without an answer"}));
    }
  }
  if (body_waiter_ && (ended || !unread_.empty())) {
    auto waiter = *std::move(body_waiter_);
    body_waiter_.reset();
    if (!unread_.empty() || !failure_) {
      auto bytes = std::exchange(unread_, std::move(spare_));
      unread_.clear();
      waiter(std::move(bytes));
    } else {
      waiter(*failure_);
    }
  }
}

void Transfer::drop_waiters() {
  head_waiter_.reset();
  body_waiter_.reset();
}

bool Transfer::may_resume() {
  if (!paused_ || stage_ == Stage::kEnded || !unread_.empty()) return false;
  paused_ = false;
  if (stage_ == Stage::kBody) postpone_deadline();
  return true;
}

bool Transfer::excuse_if_paused() {
  if (paused_) postpone_deadline();
  return paused_;
}

bool Transfer::drain() {
  if (stage_ != Stage::kBody || length_.declared > kDrainBytes) return false;
  stage_ = Stage::kDrain;
  unread_.clear();
  deadline_ = Clock::now() + kDrainTime;
  return true;
}

}  // namespace pullgate::proxy
