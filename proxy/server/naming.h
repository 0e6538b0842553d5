#pragma once
/// What a requested name means: which registry, which repository. `ns=` decides, else a registry host at the beginning
/// of the path, else the default registry. Only configured registries exist.

#include <string>
#include <variant>

#include "proxy/pull/upstreams.h"
#include "proxy/server/oci_error.h"
#include "proxy/server/route.h"
#include "verify/reference.h"

namespace pullgate::proxy {

class Naming {
 public:
  /// `upstreams` must outlive this; an empty default: paths without a registry name nothing.
  Naming(const Upstreams& upstreams, std::string default_registry)
      : upstreams_(upstreams), default_registry_(std::move(default_registry)) {}

  /// NAME_UNKNOWN for a registry that is not configured, NAME_INVALID for what no registry could have.
  [[nodiscard]] std::variant<Repository, OciError> repository(const RequestedName& name) const;

 private:
  [[nodiscard]] std::variant<Repository, OciError> in_registry(std::string_view registry, std::string_view path) const;

  const Upstreams& upstreams_;
  std::string default_registry_;
};

}  // namespace pullgate::proxy
