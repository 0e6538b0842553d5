#pragma once
/// pullgate as a server: every object is built here by hand and connected, from the files that the operator wrote to
/// the sockets that clients connect to.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "config/policy_file.h"
#include "config/settings.h"
#include "proxy/backend.h"
#include "proxy/ops/log.h"
#include "proxy/server/io_worker.h"
#include "proxy/server/service.h"
#include "verify/result.h"

namespace pullgate::proxy {

class App {
 public:
  App(config::Settings settings, const config::Policy& policy, const Log& log);
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Takes the listening sockets; an error says which address and why.
  Status listen();

  /// Serves until SIGTERM or SIGINT, then lets what is under way end: transfers have `timeouts.drain`, after which
  /// they are broken off. A second signal breaks them off at once. SIGHUP is answered in the log: nothing is read anew.
  void run();

 private:
  config::Settings settings_;
  const Log& log_;
  std::string policy_generation_;
  Backend backend_;
  Service service_;
  std::atomic<std::size_t> connections_ = 0;
  std::vector<ListeningAddress> addresses_;
  std::vector<std::unique_ptr<IoWorker>> workers_;
};

}  // namespace pullgate::proxy
