#pragma once
/// The judge and everything that it works with: upstreams, the loop that moves their bytes, the threads that read files
/// and verify. Shared by `pullgate serve` and the commands that judge one image.

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "config/policy_file.h"
#include "config/settings.h"
#include "proxy/pull/judge.h"
#include "proxy/pull/upstreams.h"
#include "proxy/upstream/http_client.h"

namespace pullgate::proxy {

class Backend {
 public:
  /// What a command does otherwise than the server.
  struct Wiring {
    /// Puts something between the judge and each upstream, by its registry; none: nothing.
    std::function<std::unique_ptr<Upstream>(const std::string& registry, std::unique_ptr<Upstream> upstream)> around =
        nullptr;
    /// The moment of every decision; none: now.
    std::optional<Time> at = std::nullopt;
  };

  Backend(const config::Settings& settings, const config::Policy& policy) : Backend(settings, policy, Wiring()) {}
  Backend(const config::Settings& settings, const config::Policy& policy, const Wiring& wiring);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  [[nodiscard]] Judge& judge() { return judge_; }
  [[nodiscard]] const Upstreams& upstreams() const { return upstreams_; }

  /// Breaks off every transfer from an upstream, so that whoever waits for one gets an error; for the end of a drain.
  void break_off() { http_.shut_down(); }
  /// Ends all threads. Nothing may be started afterwards; what is under way never resumes.
  void stop();

 private:
  // In the order of who needs whom: loops and threads outlive what works on them.
  boost::asio::io_context pull_loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> pull_work_;
  boost::asio::thread_pool files_;
  boost::asio::thread_pool verification_;
  HttpClient http_;
  Upstreams upstreams_;
  Judge judge_;
  std::promise<void> pull_ended_;
  std::thread pull_thread_;
};

}  // namespace pullgate::proxy
