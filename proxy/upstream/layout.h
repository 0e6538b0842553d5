#pragma once
/// An OCI image layout (image-spec "OCI Image Layout") as an upstream: one layout that answers for every repository
/// name, or a tree with one layout per repository path. No network, and no path from a request ever reaches the file
/// system except as a checked repository path or a digest's hexadecimal form.
///
/// Evidence is found by `subject`, by cosign's tag names, and by the `kind` annotations that `cosign save` writes
/// (dev.cosignproject.cosign/image, /imageIndex, /sigs, /atts).
///
/// index.json is read again whenever the file has changed. Symbolic links below the directory are not followed. A tag
/// that index.json gives to different content is kUpstreamInvalid; a directory or index.json that cannot be read is
/// kUnreachable, never an absence.

#include <memory>

#include <boost/asio/thread_pool.hpp>

#include "config/settings.h"
#include "proxy/upstream/upstream.h"

namespace pullgate::proxy {

/// File reads run on `files`, which must outlive the upstream.
std::unique_ptr<Upstream> make_layout_upstream(boost::asio::thread_pool& files, const config::LayoutDirectory& layout);

}  // namespace pullgate::proxy
