#pragma once
/// A judge on a workbench: one fake upstream at registry.test, one trusted key, a policy of the test's choice, a clock
/// that the test moves, and an event loop that runs in the test's own thread.

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "policy/policy.h"
#include "proxy/ops/log.h"
#include "proxy/pull/judge.h"
#include "proxy/pull/upstreams.h"
#include "proxy/server/service.h"
#include "tests/support/fake_upstream.h"
#include "verify/time.h"
#include "verify/trust_root.h"

namespace pullgate::tests {

inline constexpr std::string_view kRegistry = "registry.test";
/// When a bench begins, and when its exception ends.
inline constexpr std::chrono::steady_clock::time_point kClockStart{std::chrono::hours(1)};
inline constexpr Time kCalendarStart = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
inline constexpr Time kExemptionExpires = kCalendarStart + std::chrono::hours(24);
/// Rules of bench_policy(): acme/** needs a signature by the key, warned/** and audited/** the same in their modes,
/// open/** accepts, closed/** rejects, guarded/** rejects one child of the index and needs a signature for the rest,
/// scanned/** needs attestations by the key, all of which have found nothing, based/** has to be built on open/** or on
/// what is at elsewhere.test, stacked/** on whatever this policy allows;
/// built/** needs provenance, which may lie in a signed index; each/** needs a signature of every platform, whole/**
/// one of the index; nothing is said about others. Exceptions waive, for a first day, the
/// signature of acme/late, and in late/** that of one child of the index.
std::shared_ptr<const policy::PolicySet> bench_policy(const verify::PublicKey& key, std::string_view generation = "1");

/// A file of tests/unit/proxy/pull/signed/.
std::string signed_file(const std::string& name);

class Bench {
 public:
  struct Options {
    std::chrono::milliseconds deadline{10'000};
    std::string_view policy_generation = "1";
  };
  Bench() : Bench(Options{}) {}
  explicit Bench(Options options);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  FakeUpstream& upstream() { return *upstream_; }
  proxy::Judge& judge() { return *judge_; }
  [[nodiscard]] const proxy::Service& service() const { return *service_; }
  boost::asio::io_context& loop() { return loop_; }
  boost::asio::thread_pool& workers() { return workers_; }
  [[nodiscard]] const proxy::Upstreams& upstreams() const { return upstreams_; }
  [[nodiscard]] const std::vector<std::string>& log_lines() const { return log_lines_; }
  void advance(std::chrono::milliseconds time) { now_ += time; }

  /// Runs the loop until the coroutine has ended.
  template <class T>
  T run(boost::asio::awaitable<T> coroutine) {
    std::optional<T> value;
    const auto keep = [&]() -> boost::asio::awaitable<void> { value.emplace(co_await std::move(coroutine)); };
    run_void(keep());
    return std::move(value).value();
  }
  void run_void(boost::asio::awaitable<void> coroutine);
  /// Runs what is ready, and the threads' answers, until `condition` holds.
  void run_until(const std::function<bool()>& condition);

  proxy::Judgement judge(std::string_view path, std::string_view reference);
  bool has_blob(std::string_view path, const Digest& digest);

  /// Blobs, and a manifest from the signed files; answers its digest.
  Digest put_image(const std::string& path, const std::string& file, const std::string& tag = {});
  Digest put_index(const std::string& path, const std::string& tag);
  /// The index of this file, with what BuildKit puts beside each platform: "built", "artifact", "posing".
  Digest put_built_index(const std::string& path, const std::string& name = "built");
  /// cosign's manifest under its tag for `subject`, with the signature that the files hold for `name`.
  Digest sign_by_tag(const std::string& path, const Digest& subject, const std::string& name);
  /// cosign's manifest under its tag for attestations of `subject`, with those that the files hold for the names.
  void attest(const std::string& path, const Digest& subject, const std::vector<std::string>& names);
  /// The same signature as a referrer, whose manifest names `about` and which is listed for `subject`.
  Digest sign_by_referrer(const std::string& path, const Digest& subject, const Digest& about, const std::string& name);

 private:
  std::chrono::steady_clock::time_point now_ = kClockStart;
  boost::asio::io_context loop_{1};
  boost::asio::thread_pool workers_{2};
  proxy::Upstreams upstreams_;
  FakeUpstream* upstream_ = nullptr;
  std::unique_ptr<proxy::Judge> judge_;
  std::vector<std::string> log_lines_;
  std::unique_ptr<proxy::Log> log_;
  std::unique_ptr<proxy::Service> service_;
};

/// The decision of an answer that has one.
const policy::Decision& decision_of(const proxy::Judgement& judgement);
bool is_admitted(const proxy::Judgement& judgement);
/// Why it is refused, first of all.
Reason lead_of(const proxy::Judgement& judgement);

}  // namespace pullgate::tests
