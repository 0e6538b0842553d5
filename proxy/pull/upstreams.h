#pragma once
/// The upstreams that the operator configured, by logical registry host. There are no others: whatever a client names,
/// pullgate is never an open proxy.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/upstream/upstream.h"

namespace pullgate::proxy {

/// Filled at start, then read by all threads.
class Upstreams {
 public:
  void add(std::string registry, std::unique_ptr<Upstream> upstream) {
    by_registry_.insert_or_assign(std::move(registry), std::move(upstream));
  }
  /// Null when there is no such upstream.
  [[nodiscard]] Upstream* find(std::string_view registry) const {
    const auto found = by_registry_.find(registry);
    return found == by_registry_.end() ? nullptr : found->second.get();
  }

 private:
  std::map<std::string, std::unique_ptr<Upstream>, std::less<>> by_registry_;
};

}  // namespace pullgate::proxy
