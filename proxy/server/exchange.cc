#include "proxy/server/exchange.h"

#include <ctime>
#include <stdexcept>

#include <fmt/chrono.h>

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(seconds));
}

}  // namespace

asio::awaitable<void> Exchange::answer(ResponseHead head, std::string_view body) {
  if (has_begun_) throw std::logic_error("a second answer to one request");
  has_begun_ = true;
  status_ = head.status();
  const std::string text = head_text(std::move(head), body.size());
  const bool has_body = request_.method != Method::kHead && status_ != 304;
  co_await write(text, has_body ? body : std::string_view());
}

asio::awaitable<void> Exchange::refuse(OciError error) {
  ResponseHead head = error_head(error);
  return refuse(std::move(error), std::move(head));
}

asio::awaitable<void> Exchange::refuse(OciError error, ResponseHead head) {
  const std::string body = error_body(error);
  co_await answer(std::move(head), body);
}

asio::awaitable<void> Exchange::begin(ResponseHead head, std::uint64_t length) {
  if (has_begun_) throw std::logic_error("a second answer to one request");
  has_begun_ = true;
  status_ = head.status();
  const std::string text = head_text(std::move(head), length);
  if (request_.method != Method::kHead) owed_ = length;
  co_await write(text, {});
}

asio::awaitable<Status> Exchange::send(std::string_view piece) {
  if (piece.size() > owed_) throw std::logic_error("more of a body than was promised");
  if (!failure_) co_await write(piece, {});
  if (failure_) co_return *failure_;
  owed_ -= piece.size();
  co_return Done{};
}

std::string Exchange::head_text(ResponseHead head, std::uint64_t length) const {
  head.add("Date", http_date(settings_.wall_clock()));
  head.add("Docker-Distribution-API-Version", "registry/2.0");
  head.add("X-Content-Type-Options", "nosniff");
  if (!name_space_.empty()) head.add("OCI-Namespace", name_space_);
  return written_head(head, length, settings_.keep_alive);
}

asio::awaitable<void> Exchange::write(std::string_view first, std::string_view second) {
  Status written = co_await stream_.write(first, second, stream_.now() + settings_.patience);
  if (!written) failure_ = std::move(written).error();
}

}  // namespace pullgate::proxy
