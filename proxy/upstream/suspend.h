#pragma once
/// How a coroutine waits for work that happens on another executor: curl's strand, the thread pool for files.

#include <functional>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pullgate::proxy {

/// Wakes one suspended coroutine with a value, once, from any thread. Dropped without being called it destroys the
/// coroutine.
template <class T>
using Waiter = std::move_only_function<void(T)>;

/// Suspends the calling coroutine, hands its Waiter to `start`, and resumes it on its own executor with what the Waiter
/// is called with. `cancel` runs on the coroutine's executor when the coroutine is cancelled; it must see to it that
/// the Waiter is called soon, and must not mind coming too late.
template <class T, class Start, class Cancel>
boost::asio::awaitable<T> suspended(Start start, Cancel cancel) {
  namespace asio = boost::asio;
  auto initiate = [start = std::move(start), cancel = std::move(cancel)](auto handler) mutable {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) slot.assign([cancel = std::move(cancel)](asio::cancellation_type) mutable { cancel(); });
    // The guard keeps the coroutine's own event loop from running out of work while somebody else works for it.
    auto work = asio::make_work_guard(asio::get_associated_executor(handler));
    start(Waiter<T>([handler = std::move(handler), work = std::move(work)](T value) mutable {
      const auto executor = work.get_executor();
      // Never inline: the caller of a Waiter is in the middle of something.
      asio::post(executor, [handler = std::move(handler), work = std::move(work), value = std::move(value)]() mutable {
        std::move(handler)(std::move(value));
      });
    }));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(T)>(std::move(initiate),
                                                                                   asio::use_awaitable);
}

}  // namespace pullgate::proxy
