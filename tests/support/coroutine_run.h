#pragma once
/// Runs one coroutine from an ordinary test to its end.

#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace pullgate::tests {

/// An event loop that lasts until the process ends. Asio signals a loop after having unlocked it, so one may not be
/// destroyed while another thread could still be on its way out of a post() to it.
inline boost::asio::io_context& lasting_context() {
  static std::mutex mutex;
  static std::deque<boost::asio::io_context> contexts;
  const std::lock_guard lock(mutex);
  return contexts.emplace_back();
}

/// The value of the coroutine, which runs on an event loop of its own in this thread. Rethrows what it throws.
template <class T>
T run_to_end(boost::asio::awaitable<T> coroutine) {
  auto& context = lasting_context();
  std::optional<T> value;
  std::exception_ptr thrown;
  auto keep = [&]() -> boost::asio::awaitable<void> { value.emplace(co_await std::move(coroutine)); };
  boost::asio::co_spawn(context, keep, [&](std::exception_ptr error) { thrown = std::move(error); });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(value).value();
}

}  // namespace pullgate::tests
