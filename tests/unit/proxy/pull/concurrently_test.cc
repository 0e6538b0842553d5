#include "proxy/pull/concurrently.h"

#include <atomic>
#include <exception>
#include <future>
#include <stdexcept>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "tests/support/coroutine_run.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

asio::awaitable<int> count_at_once(std::size_t tasks, std::size_t at_once) {
  int now = 0;
  int most = 0;
  int done = 0;
  std::vector<Task> list;
  for (std::size_t i = 0; i < tasks; ++i) {
    list.emplace_back([&]() -> asio::awaitable<void> {
      most = std::max(most, ++now);
      for (int turn = 0; turn < 3; ++turn) {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
      }
      --now;
      ++done;
    });
  }
  co_await run_all(std::move(list), at_once);
  EXPECT_EQ(done, static_cast<int>(tasks));
  co_return most;
}

TEST(RunAll, RunsEverythingButNotMoreThanItMay) {
  EXPECT_EQ(tests::run_to_end(count_at_once(10, 3)), 3);
  EXPECT_EQ(tests::run_to_end(count_at_once(2, 8)), 2);
  EXPECT_EQ(tests::run_to_end(count_at_once(0, 8)), 0);
  EXPECT_EQ(tests::run_to_end(count_at_once(3, 0)), 1);
}

TEST(RunAll, ThrowsWhatATaskThrowsOnceAllHaveEnded) {
  int ended = 0;
  const auto all = [&]() -> asio::awaitable<int> {
    std::vector<Task> tasks;
    tasks.emplace_back([]() -> asio::awaitable<void> {
      throw std::runtime_error("one");
      co_return;
    });
    tasks.emplace_back([&]() -> asio::awaitable<void> {
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
      ++ended;
    });
    co_await run_all(std::move(tasks), 2);
    co_return 0;
  };
  EXPECT_THROW(tests::run_to_end(all()), std::runtime_error);
  EXPECT_EQ(ended, 1);
}

TEST(OnPool, WorksElsewhereAndComesBack) {
  asio::thread_pool pool(1);
  const auto ask = [&]() -> asio::awaitable<bool> {
    const auto here = std::this_thread::get_id();
    const auto there = co_await on_pool(pool, [] { return std::this_thread::get_id(); });
    co_return there != here&& std::this_thread::get_id() == here;
  };
  EXPECT_TRUE(tests::run_to_end(ask()));
}

TEST(OnPool, BringsExceptionsBack) {
  asio::thread_pool pool(1);
  const auto ask = [&]() -> asio::awaitable<int> {
    co_return co_await on_pool(pool, []() -> int { throw std::runtime_error("broken"); });
  };
  EXPECT_THROW(tests::run_to_end(ask()), std::runtime_error);
}

// A deadline that passes while evidence is parsed ended the whole process: the pool's thread threw where nobody
// catches.
TEST(OnPool, OutlivesACancellationOfWhoeverWaits) {
  asio::io_context loop;
  asio::thread_pool workers(2);  // one works, and the other one would pass the cancellation on
  asio::cancellation_signal deadline;
  std::promise<void> has_begun;
  std::promise<void> has_arrived;
  std::promise<void> may_end;
  bool has_ended = false;
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        co_await on_pool(workers, [&] {
          has_begun.set_value();
          may_end.get_future().wait();
          return 1;
        });
      },
      asio::bind_cancellation_slot(deadline.slot(), [&](const std::exception_ptr&) { has_ended = true; }));
  loop.poll();
  has_begun.get_future().wait();
  deadline.emit(asio::cancellation_type::terminal);
  loop.poll();
  asio::post(workers, [&] { has_arrived.set_value(); });
  has_arrived.get_future().wait();
  may_end.set_value();
  loop.run();
  EXPECT_TRUE(has_ended);
  workers.join();
}

}  // namespace
}  // namespace pullgate::proxy
