#include "proxy/app.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// How often a drain looks whether it is over.
constexpr std::chrono::milliseconds kDrainStep{20};
/// What was broken off has this long to notice.
constexpr std::chrono::seconds kTimeToNotice{2};

Time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::size_t thread_count(const config::Settings& settings) {
  return settings.threads != 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
}

/// From the first signal to the end, on the main thread.
class Shutdown {
 public:
  Shutdown(std::vector<std::unique_ptr<IoWorker>>& workers, Backend& backend,
           const std::atomic<std::size_t>& connections, std::chrono::milliseconds patience, const Log& log)
      : workers_(workers), backend_(backend), connections_(connections), patience_(patience), log_(log) {}

  void wait() {
    signals_.async_wait([this](const boost::system::error_code&, int signal) { begin(signal); });
    await_hangup();
    loop_.run();
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Who asks other daemons like this to read their files anew must not end this one, nor believe that it did.
  void await_hangup() {
    hangup_.async_wait([this](const boost::system::error_code& failure, int) {
      if (failure) return;
      log_.write(LogLevel::kWarning, "not-reloaded",
                 {{"signal", std::string("SIGHUP")},
                  {"cause", std::string("files are read once, at the start; restart to apply changes")}});
      await_hangup();
    });
  }

  void begin(int signal) {
    log_.info("draining", {{"signal", std::string(signal == SIGTERM ? "SIGTERM" : "SIGINT")},
                           {"connections", static_cast<std::int64_t>(connections_.load())}});
    for (const auto& worker : workers_) worker->drain();
    deadline_ = Clock::now() + patience_;
    signals_.async_wait([this](const boost::system::error_code& failure, int) {
      if (!failure) deadline_ = Clock::now();
    });
    step();
  }

  void step() {
    const std::size_t open = connections_.load();
    const bool is_late = Clock::now() >= deadline_;
    if (open == 0 || (is_late && has_broken_off_)) {
      if (open != 0) {
        for (const auto& worker : workers_) worker->stop();
      }
      loop_.stop();
      return;
    }
    if (is_late) {
      log_.write(LogLevel::kWarning, "drain-ended", {{"broken_off", static_cast<std::int64_t>(open)}});
      for (const auto& worker : workers_) worker->cut();
      backend_.break_off();
      has_broken_off_ = true;
      deadline_ = Clock::now() + kTimeToNotice;
    }
    timer_.expires_after(kDrainStep);
    timer_.async_wait([this](const boost::system::error_code&) { step(); });
  }

  std::vector<std::unique_ptr<IoWorker>>& workers_;
  Backend& backend_;
  const std::atomic<std::size_t>& connections_;
  std::chrono::milliseconds patience_;
  const Log& log_;
  asio::io_context loop_{1};
  asio::signal_set signals_{loop_, SIGTERM, SIGINT};
  asio::signal_set hangup_{loop_, SIGHUP};
  asio::steady_timer timer_{loop_};
  Clock::time_point deadline_;
  bool has_broken_off_ = false;
};

}  // namespace

App::App(config::Settings settings, const config::Policy& policy, const Log& log)
    : settings_(std::move(settings)),
      log_(log),
      policy_generation_(policy.rules->generation().text()),
      backend_(settings_, policy),
      service_{backend_.judge(), backend_.upstreams(), Naming(backend_.upstreams(), settings_.default_registry), log_,
               now} {
  for (std::size_t i = 0; i < thread_count(settings_); ++i) {
    workers_.push_back(std::make_unique<IoWorker>(service_, settings_.timeouts, connections_, "c" + std::to_string(i)));
  }
}

Status App::listen() {
  for (const config::Listener& listener : settings_.listen) {
    Result<ListeningAddress> address = probe_address(listener);
    if (!address) return address.error();
    for (const auto& worker : workers_) {
      Status listening = worker->listen(*address);
      if (!listening) return listening.error();
    }
    addresses_.push_back(std::move(*address));
  }
  return Done{};
}

void App::run() {
  // Before any thread can be asked to end: a signal from here on is a request to drain.
  Shutdown shutdown(workers_, backend_, connections_, settings_.timeouts.drain, log_);
  for (const auto& worker : workers_) worker->start();
  for (const ListeningAddress& address : addresses_) {
    log_.info(
        "listening",
        {{"address", address.text()}, {"version", std::string(PULLGATE_VERSION)}, {"policy", policy_generation_}});
  }
  shutdown.wait();
  for (const auto& worker : workers_) worker->join();
  backend_.stop();
  log_.info("stopped", {});
}

}  // namespace pullgate::proxy
