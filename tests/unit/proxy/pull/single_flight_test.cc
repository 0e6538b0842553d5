#include "proxy/pull/single_flight.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// Work that waits for the test, and callers on the same loop.
class SingleFlightTest : public testing::Test {
 protected:
  using Flight = SingleFlight<int, std::string>;

  Flight::Work work(const std::string& value) {
    return [this, value]() -> asio::awaitable<Result<std::string>> {
      ++started_;
      co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
      const auto cancellation = co_await asio::this_coro::cancellation_state;
      if (cancellation.cancelled() != asio::cancellation_type::none)
        co_return Error{ErrorCode::kCancelled, "broken off"};
      ++finished_;
      co_return value;
    };
  }

  void call(int key, Flight::Work what, std::chrono::milliseconds patience = 10s) {
    const auto caller = [](SingleFlightTest* test, int of, Flight::Work job,
                           std::chrono::milliseconds time) -> asio::awaitable<void> {
      Result<std::string> result =
          co_await test->flight_.run(of, std::chrono::steady_clock::now() + time, std::move(job));
      test->results_.push_back(result ? *result : std::string(to_string(result.error().code)));
    };
    asio::co_spawn(loop_, caller(this, key, std::move(what), patience), asio::detached);
  }
  void open_gate() { gate_.expires_at(asio::steady_timer::time_point::min()); }
  void run_until_results(std::size_t count) {
    loop_.restart();
    while (results_.size() < count) loop_.run_one();
  }

  asio::io_context loop_{1};
  asio::steady_timer gate_{loop_, asio::steady_timer::time_point::max()};
  Flight flight_{loop_.get_executor(), 2};
  std::vector<std::string> results_;
  int started_ = 0;
  int finished_ = 0;
};

TEST_F(SingleFlightTest, DoesTheWorkOnceForAHundred) {
  for (int i = 0; i < 100; ++i) call(1, work("done"));
  loop_.poll();
  EXPECT_EQ(started_, 1);
  open_gate();
  run_until_results(100);
  EXPECT_EQ(results_, std::vector<std::string>(100, "done"));
  EXPECT_EQ(flight_.under_way(), 0U);
}

TEST_F(SingleFlightTest, KeepsDifferentKeysApart) {
  call(1, work("one"));
  call(2, work("two"));
  open_gate();
  run_until_results(2);
  EXPECT_EQ(started_, 2);
}

TEST_F(SingleFlightTest, StartsAnewOnceItIsDone) {
  open_gate();
  call(1, work("first"));
  run_until_results(1);
  call(1, work("second"));
  run_until_results(2);
  EXPECT_EQ(results_, (std::vector<std::string>{"first", "second"}));
}

TEST_F(SingleFlightTest, GoesOnWithoutTheOneWhoCausedIt) {
  asio::cancellation_signal leave;
  const auto first = [&]() -> asio::awaitable<void> {
    const auto unheard = co_await flight_.run(1, std::chrono::steady_clock::now() + 10s, work("done"));
    EXPECT_FALSE(unheard);
  };
  bool has_left = false;
  asio::co_spawn(loop_, first,
                 asio::bind_cancellation_slot(leave.slot(), [&](const std::exception_ptr&) { has_left = true; }));
  loop_.poll();
  call(1, work("never started"));
  loop_.poll();
  leave.emit(asio::cancellation_type::terminal);
  loop_.poll();
  EXPECT_TRUE(has_left);
  open_gate();
  run_until_results(1);
  EXPECT_EQ(results_, std::vector<std::string>{"done"});
  EXPECT_EQ(started_, 1);
}

TEST_F(SingleFlightTest, LetsEachWaitForItsOwnTimeOnly) {
  call(1, work("done"), 10s);
  loop_.poll();
  call(1, work("done"), 1ms);
  run_until_results(1);
  EXPECT_EQ(results_, std::vector<std::string>{"timed-out"});
  open_gate();
  run_until_results(2);
  EXPECT_EQ(results_.back(), "done");
}

TEST_F(SingleFlightTest, BreaksOffWorkThatOutlivesItsDeadline) {
  call(1, work("late"), 1ms);
  run_until_results(1);
  EXPECT_EQ(results_, std::vector<std::string>{"timed-out"});
  while (flight_.under_way() > 0) loop_.run_one();
  loop_.poll();
  EXPECT_EQ(finished_, 0);
}

TEST_F(SingleFlightTest, TurnsAnExceptionIntoAnError) {
  call(1, []() -> asio::awaitable<Result<std::string>> {
    throw std::runtime_error("broken");
    co_return std::string();
  });
  run_until_results(1);
  EXPECT_EQ(results_, std::vector<std::string>{"internal"});
}

TEST_F(SingleFlightTest, RefusesMoreThanItMayDoAtOnce) {
  call(1, work("one"));
  call(2, work("two"));
  call(3, work("three"));
  run_until_results(1);
  EXPECT_EQ(results_, std::vector<std::string>{"rate-limited"});
  open_gate();
  run_until_results(3);
}

// Work that never waits winds up after its waiters were woken; they may be gone by then, on another thread.
TEST(SingleFlightOnTwoThreads, WindsUpWithoutThoseWhoWaited) {
  asio::io_context loop{1};
  auto work = asio::make_work_guard(loop);
  std::thread thread([&] { loop.run(); });
  {
    SingleFlight<int, std::string> flight(loop.get_executor(), 1000);
    for (int i = 0; i < 500; ++i) {
      asio::io_context own{1};
      std::string got;
      const auto call = [&]() -> asio::awaitable<void> {
        const Result<std::string> result =
            co_await flight.run(i, std::chrono::steady_clock::now() + 10s,
                                []() -> asio::awaitable<Result<std::string>> { co_return std::string("at once"); });
        got = result ? *result : result.error().message;
      };
      asio::co_spawn(own, call(), asio::detached);
      own.run();
      EXPECT_EQ(got, "at once");
    }
  }
  work.reset();
  thread.join();
}

}  // namespace
}  // namespace pullgate::proxy
