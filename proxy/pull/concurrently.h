#pragma once
/// Several coroutines at once, and work off the event loop.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pullgate::proxy {

using Task = std::function<boost::asio::awaitable<void>()>;

/// Runs all tasks, at most `at_once` at a time, on the caller's executor, which must run one handler at a time; returns
/// when every one has ended, and then throws the first exception that one of them threw. Cancelling cancels them all.
boost::asio::awaitable<void> run_all(std::vector<Task> tasks, std::size_t at_once);

/// Runs `work()` on a thread of the pool and resumes on the caller's executor. `work` must own what it uses: it may
/// outlive a caller whose event loop is destroyed. Work that has begun is not broken off: a caller that is cancelled
/// meanwhile learns of it when the work is done.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> on_pool(boost::asio::thread_pool& pool, Work work) {
  const auto result = std::make_shared<std::optional<std::invoke_result_t<Work&>>>();
  const auto owned = std::make_shared<Work>(std::move(work));
  const auto run = [](std::shared_ptr<Work> job,
                      std::shared_ptr<std::optional<std::invoke_result_t<Work&>>> out) -> boost::asio::awaitable<void> {
    out->emplace((*job)());
    co_return;
  };
  // The caller's cancellation must not reach the pool's thread: there it would be thrown where nobody can catch it, and
  // end the process.
  co_await boost::asio::co_spawn(
      pool.get_executor(), run(owned, result),
      boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable));
  co_return std::move(**result);
}

}  // namespace pullgate::proxy
