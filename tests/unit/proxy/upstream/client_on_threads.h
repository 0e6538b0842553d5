#pragma once
/// An HttpClient whose event loop runs on two threads of its own, for as long as this object lives.

#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "proxy/upstream/http_client.h"

namespace pullgate::proxy {

class ClientOnThreads {
 public:
  ClientOnThreads() {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { loop_.run(); });
  }
  ~ClientOnThreads() { stop(); }
  ClientOnThreads(const ClientOnThreads&) = delete;
  ClientOnThreads& operator=(const ClientOnThreads&) = delete;

  HttpClient& operator*() { return *client_; }
  void destroy_client() { client_.reset(); }
  /// Ends client and threads. Before executors that callers ran on are destroyed.
  void stop() {
    client_.reset();
    work_.reset();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = boost::asio::make_work_guard(loop_);
  std::unique_ptr<HttpClient> client_ = std::make_unique<HttpClient>(loop_);
  std::vector<std::thread> threads_;
};

}  // namespace pullgate::proxy
