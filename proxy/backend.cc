#include "proxy/backend.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "proxy/upstream/layout.h"
#include "proxy/upstream/registry.h"

namespace pullgate::proxy {
namespace {

/// Threads that read layouts: enough to keep one disk busy while another is waited for.
constexpr std::size_t kFileThreads = 4;

constexpr std::chrono::seconds kLastWords{2};

std::size_t verification_threads() {
  return std::max(1U, std::thread::hardware_concurrency());
}

std::unique_ptr<Upstream> make_upstream(const config::Upstream& upstream, const config::Timeouts& timeouts,
                                        HttpClient& http, boost::asio::thread_pool& files) {
  if (const auto* endpoint = std::get_if<config::RegistryEndpoint>(&upstream.source)) {
    return make_registry_upstream(http, *endpoint, timeouts);
  }
  return make_layout_upstream(files, std::get<config::LayoutDirectory>(upstream.source));
}

Upstreams make_upstreams(const config::Settings& settings, const Backend::Wiring& wiring, HttpClient& http,
                         boost::asio::thread_pool& files) {
  Upstreams upstreams;
  for (const config::Upstream& upstream : settings.upstreams) {
    auto made = make_upstream(upstream, settings.timeouts, http, files);
    upstreams.add(upstream.registry,
                  wiring.around ? wiring.around(upstream.registry, std::move(made)) : std::move(made));
  }
  return upstreams;
}

Judge::Options options_from(const config::Settings& settings, const Backend::Wiring& wiring) {
  Judge::Options options;
  options.deadline = settings.timeouts.judgement;
  if (wiring.at) options.calendar = [at = *wiring.at] { return at; };
  return options;
}

}  // namespace

Backend::Backend(const config::Settings& settings, const config::Policy& policy, const Wiring& wiring)
    : pull_work_(boost::asio::make_work_guard(pull_loop_)),
      files_(kFileThreads),
      verification_(verification_threads()),
      http_(pull_loop_),
      upstreams_(make_upstreams(settings, wiring, http_, files_)),
      judge_(pull_loop_.get_executor(), verification_, upstreams_, policy.rules, policy.trust,
             options_from(settings, wiring)),
      pull_thread_([this] {
        pull_loop_.run();
        pull_ended_.set_value();
      }) {}

Backend::~Backend() {
  stop();
}

void Backend::stop() {
  if (!pull_thread_.joinable()) return;
  break_off();
  pull_work_.reset();
  // What was broken off still has to hear of it; only what does not end by itself is stopped in the middle.
  if (pull_ended_.get_future().wait_for(kLastWords) != std::future_status::ready) pull_loop_.stop();
  pull_thread_.join();
  files_.stop();
  verification_.stop();
  files_.join();
  verification_.join();
}

}  // namespace pullgate::proxy
