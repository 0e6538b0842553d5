#include "proxy/pull/concurrently.h"

#include <algorithm>
#include <exception>

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

struct Queue {
  std::vector<Task> tasks;
  std::size_t next = 0;
};

asio::awaitable<void> work_through(std::shared_ptr<Queue> queue) {
  while (queue->next < queue->tasks.size()) co_await queue->tasks[queue->next++]();
}

}  // namespace

asio::awaitable<void> run_all(std::vector<Task> tasks, std::size_t at_once) {
  if (tasks.empty()) co_return;
  const auto executor = co_await asio::this_coro::executor;
  const auto queue = std::make_shared<Queue>(Queue{std::move(tasks), 0});
  using Worker = decltype(asio::co_spawn(executor, work_through(queue), asio::deferred));
  std::vector<Worker> workers;
  const std::size_t count = std::max<std::size_t>(1, std::min(at_once, queue->tasks.size()));
  for (std::size_t i = 0; i < count; ++i) {
    workers.push_back(asio::co_spawn(executor, work_through(queue), asio::deferred));
  }
  auto [order, failures] = co_await asio::experimental::make_parallel_group(std::move(workers))
                               .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace pullgate::proxy
