#pragma once
/// Where a redirect may lead. An upstream decides what its Location says, so following one blindly would let it aim
/// our requests at whatever this machine can reach.

#include <string_view>

#include "proxy/upstream/http/url.h"

namespace pullgate::proxy {

/// The target of a Location met at `current`, in a chain that began at `first`. kUpstreamInvalid when it is no URL,
/// leaves https, or leads from the Internet to an internal host (see Url::names_internal_host).
///
/// A name that merely resolves to an internal address is not noticed here but when it is connected to: see Reach.
Result<Url> redirect_target(const Url& first, const Url& current, std::string_view location);

}  // namespace pullgate::proxy
