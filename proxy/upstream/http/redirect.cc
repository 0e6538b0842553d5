#include "proxy/upstream/http/redirect.h"

#include <fmt/format.h>

namespace pullgate::proxy {

Result<Url> redirect_target(const Url& first, const Url& current, std::string_view location, Reach reach) {
  const auto refuse = [&](std::string_view why) -> Result<Url> {
    return {ErrorCode::kUpstreamInvalid, fmt::format("{} redirects {}", current.authority(), why)};
  };
  auto target = current.resolve(location);
  if (!target) return refuse(fmt::format("to no usable place: {}", target.error().message));
  // Downgrade: anyone on the path could then exchange what is not pinned by a digest, tags above all.
  if (target->scheme() == Url::Scheme::kHttp && first.scheme() != Url::Scheme::kHttp)
    return refuse(fmt::format("from https to http at {}", target->authority()));
  // Server-side request forgery: http://169.254.169.254/ (instance metadata), our own admin port, a neighbour.
  if (target->names_internal_host() && reach == Reach::kInternetOnly)
    return refuse(fmt::format("to the internal address {}", target->authority()));
  return target;
}

}  // namespace pullgate::proxy
