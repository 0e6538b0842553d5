#include "proxy/server/session.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadSize = std::size_t{8} * 1024;
/// How long, and for how many bytes, an answer that the client may not have read yet is protected from a reset.
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::size_t kLingerBytes = std::size_t{256} * 1024;

OciError fault_error(const RequestFault& fault) {
  return {fault.status, OciCode::kUnsupported, "pullgate: bad request: " + fault.message};
}

}  // namespace

Session::Session(std::unique_ptr<Stream> stream, const Service& service, const config::Timeouts& timeouts,
                 std::string id)
    : stream_(std::move(stream)), service_(service), timeouts_(timeouts), id_(std::move(id)) {}

asio::awaitable<void> Session::run() {
  Next next = Next::kAnotherRequest;
  while (next == Next::kAnotherRequest) next = co_await serve_next();
  if (next == Next::kLingeringClose) co_await linger();
  stream_->close();
}

void Session::finish() {
  is_finishing_ = true;
  if (!is_answering_) stream_->close();
}

asio::awaitable<Session::Next> Session::serve_next() {
  auto read = co_await read_request();
  if (!read) {
    // A head that does not come to its end in time is worth an answer; a connection on which nothing was said is not.
    if (read.error().code != ErrorCode::kTimedOut || !reader_.has_begun()) co_return Next::kClose;
    co_await answer_fault({408, "the request took too long"});
    co_return Next::kLingeringClose;
  }
  if (auto* fault = std::get_if<RequestFault>(&*read)) {
    co_await answer_fault(std::move(*fault));
    co_return Next::kLingeringClose;
  }
  co_return co_await answer(std::get<Request>(std::move(*read)));
}

/// The first byte may take as long as an idle connection may live; from then on there is one deadline for the whole
/// head, which no trickle of bytes can extend (slowloris).
asio::awaitable<Result<std::variant<Request, RequestFault>>> Session::read_request() {
  const auto idle = requests_ == 0 ? std::min(timeouts_.client_header, timeouts_.client_idle) : timeouts_.client_idle;
  Stream::Deadline deadline = stream_->now() + (reader_.has_begun() ? timeouts_.client_header : idle);
  std::array<char, kReadSize> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read before it is used
  bool has_begun = reader_.has_begun();
  while (true) {
    if (auto next = reader_.next()) co_return std::move(*next);
    const Result<std::size_t> size = co_await stream_->read_some(bytes, deadline);
    if (!size) co_return size.error();
    if (*size == 0) co_return Error{ErrorCode::kUnreachable, "the client has closed the connection"};
    // Once: empty lines before a request are bytes too, and leave nothing that has begun.
    if (!has_begun) deadline = stream_->now() + timeouts_.client_header;
    has_begun = true;
    reader_.feed({bytes.data(), *size});
  }
}

asio::awaitable<Session::Next> Session::answer(Request request) {
  is_answering_ = true;
  ++requests_;
  const KeepAlive keep_alive = is_finishing_ ? KeepAlive::kNo : request.keep_alive;
  const bool may_have_body = request.method == Method::kOther;
  Exchange exchange(*stream_, request, settings_for(keep_alive));
  std::string failure;
  try {
    co_await answer_request(service_, exchange);
  } catch (const std::exception& thrown) {
    failure = printable(thrown.what());
  }
  if (!failure.empty()) {
    service_.log.error("internal-error", {{"request", exchange.id()}, {"target", request.target}, {"cause", failure}});
    exchange.close_afterwards();
    if (!exchange.has_begun()) {
      co_await exchange.refuse({500, OciCode::kUnknown, "pullgate: internal error; request " + exchange.id()});
    }
  }
  is_answering_ = false;
  if (exchange.is_reusable() && !is_finishing_) co_return Next::kAnotherRequest;
  // A body that we did not read would make the kernel reset the connection before the client has read our answer.
  co_return may_have_body&& exchange.is_complete() ? Next::kLingeringClose : Next::kClose;
}

asio::awaitable<void> Session::answer_fault(RequestFault fault) {
  Request unknown;
  unknown.method = Method::kGet;
  Exchange exchange(*stream_, unknown, settings_for(KeepAlive::kNo));
  co_await exchange.refuse(fault_error(fault));
}

asio::awaitable<void> Session::linger() {
  stream_->finish_sending();
  const Stream::Deadline deadline = stream_->now() + kLingerTime;
  std::array<char, kReadSize> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): never read
  for (std::size_t total = 0; total < kLingerBytes;) {
    const Result<std::size_t> size = co_await stream_->read_some(bytes, deadline);
    if (!size || *size == 0) co_return;
    total += *size;
  }
}

Exchange::Settings Session::settings_for(KeepAlive keep_alive) {
  return {timeouts_.idle_body, service_.wall_clock, keep_alive, id_ + "-" + std::to_string(requests_)};
}

}  // namespace pullgate::proxy
