#pragma once
/// Runs one coroutine from an ordinary test to its end.

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace pullgate::tests {

/// The value of the coroutine, which runs on an event loop of its own in this thread. Rethrows what it throws.
template <class T>
T run_to_end(boost::asio::awaitable<T> coroutine) {
  boost::asio::io_context context;
  std::optional<T> value;
  std::exception_ptr thrown;
  auto keep = [&]() -> boost::asio::awaitable<void> { value.emplace(co_await std::move(coroutine)); };
  boost::asio::co_spawn(context, keep, [&](std::exception_ptr error) { thrown = std::move(error); });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(value).value();
}

}  // namespace pullgate::tests
