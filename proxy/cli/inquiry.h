#pragma once
/// One question to a judge of its own: what the commands ask that judge without serving.

#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "config/policy_file.h"
#include "config/settings.h"
#include "proxy/backend.h"
#include "proxy/pull/admission.h"
#include "verify/reference.h"

namespace pullgate::proxy {

class Inquiry {
 public:
  Inquiry(const config::Settings& settings, const config::Policy& policy, const Backend::Wiring& wiring = {})
      : backend_(settings, policy, wiring) {}
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  /// Blocks until there is an answer.
  Judgement judge(const ImageReference& image);
  /// Blocks until the coroutine has ended; it may use the upstreams.
  void run(const std::function<boost::asio::awaitable<void>()>& work);

  [[nodiscard]] const Upstreams& upstreams() const { return backend_.upstreams(); }

 private:
  // Before the backend, whose threads may still be waking it when the answer is here.
  boost::asio::io_context loop_{1};
  Backend backend_;
};

}  // namespace pullgate::proxy
