#pragma once
/// What of an image somebody could run: the image itself, or the manifests that its index names, at any depth.

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "policy/evaluate.h"
#include "proxy/pull/manifest_source.h"
#include "verify/manifest.h"
#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::proxy {

struct RunnablePart {
  std::string shown;  ///< "linux/amd64 sha256:0123456789ab"
  Digest digest;
  ManifestSource::Read read;  ///< its document is a Manifest; null when it could not be read
  std::string missing;        ///< and why
};

/// Which children of an index count.
using IsWantedChild = std::function<bool(const Descriptor&)>;

/// In the order of the index, each of them once. What is evidence through and through is none of them: nobody can run
/// it. A child that could not be read is a part that is missing, and a gap where asking again may help. Runs on the
/// caller's executor, one handler at a time; the references have to stay.
boost::asio::awaitable<std::vector<RunnablePart>> runnable_parts(ManifestSource& manifests, Repository repository,
                                                                 ManifestSource::Read image, std::string shown,
                                                                 IsWantedChild is_wanted,
                                                                 ManifestSource::Deadline deadline,
                                                                 std::vector<policy::Gap>& gaps);

/// Adds a gap where asking again may be of use; otherwise this is how it is.
void note_gap(const std::string& place, const Error& error, std::vector<policy::Gap>& gaps);

}  // namespace pullgate::proxy
