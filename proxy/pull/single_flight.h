#pragma once
/// One piece of work for everybody who asks for the same thing at the same time. The work belongs to nobody who waits:
/// it goes on when the one who caused it has gone, so a disconnecting client can neither stop nor spoil it.

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "verify/bytes.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// `Key` is ordered, `Value` is copied to all who wait. Thread-safe; waiting coroutines and `loop` must each run on an
/// executor that runs one handler at a time.
template <class Key, class Value>
class SingleFlight {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  using Work = std::function<boost::asio::awaitable<Result<Value>>()>;

  /// Work runs on `loop`; at most `at_once` pieces do.
  SingleFlight(boost::asio::any_io_executor loop, std::size_t at_once)
      : loop_(std::move(loop)), at_once_(at_once), table_(std::make_shared<Table>()) {}

  /// The event loop of the caller must outlive `loop`, which may still be waking the caller when this has answered.
  /// The outcome of the work for `key`, which is started if it is not under way. kTimedOut when the deadline passes
  /// first, for this caller alone; the work itself is broken off at the deadline of the caller that started it.
  /// kInternal when it threw, kRateLimited when too much is under way.
  boost::asio::awaitable<Result<Value>> run(Key key, Deadline deadline, Work work) {
    const auto waiter =
        std::make_shared<boost::asio::steady_timer>(co_await boost::asio::this_coro::executor, deadline);
    std::shared_ptr<Flight> flight;
    bool leads = false;
    {
      const std::scoped_lock lock(table_->mutex);
      const auto found = table_->flights.find(key);
      if (found != table_->flights.end()) {
        flight = found->second;
      } else if (table_->flights.size() < at_once_) {
        flight = std::make_shared<Flight>();
        table_->flights.emplace(key, flight);
        leads = true;
      }
      if (flight) flight->waiters.push_back(waiter);
    }
    if (!flight) co_return Error{ErrorCode::kRateLimited, "too much is under way", std::chrono::seconds(1)};
    if (leads) start(flight, std::move(key), deadline, std::move(work));

    co_await waiter->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    const std::scoped_lock lock(table_->mutex);
    if (flight->outcome) co_return *flight->outcome;
    co_return Error{ErrorCode::kTimedOut, "not finished in time"};
  }

  /// How many pieces of work are under way.
  [[nodiscard]] std::size_t under_way() const {
    const std::scoped_lock lock(table_->mutex);
    return table_->flights.size();
  }

 private:
  /// Shared with those who wait, under the table's mutex.
  struct Flight {
    /// Weak: a coroutine that waits owns its timer, and may end with its event loop before the work does.
    std::vector<std::weak_ptr<boost::asio::steady_timer>> waiters;
    std::optional<Result<Value>> outcome;
  };

  /// Belongs to the loop alone. Work that has landed still touches its cancellation slot, and somebody who waited may
  /// have let go of the flight on another thread by then.
  struct Reins {
    explicit Reins(const boost::asio::any_io_executor& loop) : limit(loop) {}

    boost::asio::steady_timer limit;
    boost::asio::cancellation_signal cancel;
  };

  /// Outlives this object as long as work is under way.
  struct Table {
    mutable std::mutex mutex;
    std::map<Key, std::shared_ptr<Flight>> flights;
  };

  void start(const std::shared_ptr<Flight>& flight, Key key, Deadline deadline, Work work) {
    boost::asio::post(loop_, [table = table_, loop = loop_, flight, key = std::move(key), deadline,
                              work = std::move(work)]() mutable {
      const auto reins = std::make_shared<Reins>(loop);
      reins->limit.expires_at(deadline);
      reins->limit.async_wait([table, flight, reins, key](boost::system::error_code failure) {
        if (failure) return;
        land(*table, *flight, key, Error{ErrorCode::kTimedOut, "not finished in time"});
        reins->cancel.emit(boost::asio::cancellation_type::terminal);
      });
      const auto slot = reins->cancel.slot();
      boost::asio::co_spawn(loop, fly(table, flight, reins, std::move(key), std::move(work)),
                            boost::asio::bind_cancellation_slot(slot, [reins](const std::exception_ptr&) {}));
    });
  }

  static boost::asio::awaitable<void> fly(std::shared_ptr<Table> table, std::shared_ptr<Flight> flight,
                                          std::shared_ptr<Reins> reins, Key key, Work work) {
    std::optional<Result<Value>> outcome;
    try {
      outcome.emplace(co_await work());
    } catch (const std::exception& failure) {
      outcome.emplace(Error{ErrorCode::kInternal, printable(failure.what())});
    }
    land(*table, *flight, key, std::move(*outcome));
    reins->limit.cancel();
  }

  /// The first outcome counts; everybody who waits is woken on an executor of their own.
  static void land(Table& table, Flight& flight, const Key& key, Result<Value> outcome) {
    std::vector<std::weak_ptr<boost::asio::steady_timer>> waiters;
    {
      const std::scoped_lock lock(table.mutex);
      if (flight.outcome) return;
      flight.outcome.emplace(std::move(outcome));
      const auto found = table.flights.find(key);
      if (found != table.flights.end() && found->second.get() == &flight) table.flights.erase(found);
      waiters.swap(flight.waiters);
    }
    for (const auto& waiting : waiters) {
      auto waiter = waiting.lock();
      if (!waiter) continue;
      const auto executor = waiter->get_executor();
      // Given away, not shared: a timer must not end here, on another thread, after the loop that it belongs to.
      boost::asio::post(
          executor, [waiter = std::move(waiter)] { waiter->expires_at(boost::asio::steady_timer::time_point::min()); });
    }
  }

  boost::asio::any_io_executor loop_;
  std::size_t at_once_;
  std::shared_ptr<Table> table_;
};

}  // namespace pullgate::proxy
