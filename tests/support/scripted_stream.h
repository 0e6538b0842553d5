#pragma once
/// A connection whose client says what a test wrote down, and whose clock moves only when nothing is said.

#include <algorithm>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proxy/wire/stream.h"

namespace pullgate::tests {

class ScriptedStream final : public proxy::Stream {
 public:
  /// What the client does next. `Stall`: nothing, until the reader's deadline passes.
  struct Stall {};
  using Step = std::variant<std::string, Stall>;

  /// What remains of a connection after the stream is gone.
  struct Record {
    std::string sent;                 ///< all that the server wrote
    std::vector<Deadline> deadlines;  ///< of every read
    std::vector<std::size_t> write_sizes;
    bool is_closed = false;
    bool has_finished_sending = false;
    std::optional<std::size_t> fails_after;  ///< writes fail once so many bytes were sent
  };

  ScriptedStream(Record& record, std::vector<Step> steps) : record_(record), steps_(steps.begin(), steps.end()) {}

  boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> into, Deadline deadline) override {
    record_.deadlines.push_back(deadline);
    if (record_.is_closed) co_return Error{ErrorCode::kCancelled, "closed"};
    if (steps_.empty()) co_return std::size_t{0};
    if (std::holds_alternative<Stall>(steps_.front())) {
      steps_.pop_front();
      now_ = deadline;
      co_return Error{ErrorCode::kTimedOut, "the client was too slow"};
    }
    auto& bytes = std::get<std::string>(steps_.front());
    const std::size_t size = std::min(into.size(), bytes.size());
    std::memcpy(into.data(), bytes.data(), size);
    bytes.erase(0, size);
    if (bytes.empty()) steps_.pop_front();
    now_ += std::chrono::milliseconds(1);
    co_return size;
  }

  boost::asio::awaitable<Status> write(std::string_view first, std::string_view second, Deadline) override {
    if (record_.is_closed) co_return Error{ErrorCode::kCancelled, "closed"};
    const std::size_t size = first.size() + second.size();
    if (record_.fails_after && record_.sent.size() + size > *record_.fails_after) {
      co_return Error{ErrorCode::kUnreachable, "the client has gone"};
    }
    record_.sent += first;
    record_.sent += second;
    record_.write_sizes.push_back(size);
    co_return Done{};
  }

  void finish_sending() override { record_.has_finished_sending = true; }
  void close() override { record_.is_closed = true; }
  [[nodiscard]] const std::string& peer() const override { return peer_; }
  [[nodiscard]] Deadline now() const override { return now_; }

 private:
  Record& record_;
  std::deque<Step> steps_;
  Deadline now_{std::chrono::hours(1)};
  std::string peer_ = "client.test:1";
};

}  // namespace pullgate::tests
