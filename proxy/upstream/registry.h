#pragma once
/// An OCI registry over HTTP(S): distribution-spec 1.1, read side. One canonical Accept, `Accept-Encoding: identity`;
/// digests are computed here, a Docker-Content-Digest header that disagrees with the bytes is an error.

#include <memory>

#include "config/settings.h"
#include "proxy/upstream/http_client.h"
#include "proxy/upstream/upstream.h"

namespace pullgate::proxy {

/// `client` must outlive the upstream. The credentials file is read here; one that cannot be used makes every call fail
/// with kInternal, instead of asking without credentials.
std::unique_ptr<Upstream> make_registry_upstream(HttpClient& client, const config::RegistryEndpoint& endpoint,
                                                 const config::Timeouts& timeouts);

}  // namespace pullgate::proxy
