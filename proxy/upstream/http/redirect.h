#pragma once
/// Where a redirect may lead. An upstream decides what its Location says, so following one blindly would let it aim
/// our requests at whatever this machine can reach.

#include <string_view>

#include "proxy/upstream/http/network.h"
#include "proxy/upstream/http/url.h"

namespace pullgate::proxy {

/// The target of a Location met at `current`, in a chain that began at `first` and may reach so far. kUpstreamInvalid
/// when it is no URL, leaves https, or names an internal host (see Url::names_internal_host) out of reach.
///
/// A name that merely resolves to an internal address is not noticed here but when it is connected to.
Result<Url> redirect_target(const Url& first, const Url& current, std::string_view location, Reach reach);

}  // namespace pullgate::proxy
