#pragma once
/// An upstream that keeps what was asked of another one, so that the same questions can be answered again without it.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proxy/upstream/upstream.h"
#include "verify/content.h"
#include "verify/digest.h"
#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// What was heard of all upstreams together. Thread-safe.
class Recording {
 public:
  struct Manifest {
    Content content;
    std::string content_type;  ///< as the upstream claimed it
  };
  /// A question that was neither answered nor answered with a credible "not there".
  struct Failure {
    std::string question;  ///< "ghcr.io/acme/app, tag 1.0"
    Error error;
  };
  struct Contents {
    std::map<Digest, Manifest> manifests;
    std::map<Digest, Content> blobs;
    /// What a tag led to: more than one digest when several repositories have the tag, or it moved meanwhile.
    std::map<std::string, std::set<Digest>> tags;
    std::vector<Failure> failures;
    std::set<std::string> registries;  ///< that were asked for a manifest
  };

  void keep_manifest(const TagOrDigest& which, const FetchedManifest& manifest);
  void keep_blob(const Content& blob);
  void note_registry(const std::string& registry);
  void note_failure(std::string question, const Error& error);

  [[nodiscard]] Contents contents() const;

 private:
  mutable std::mutex mutex_;
  Contents contents_;  // under mutex_
};

/// Asks `upstream` everything that it is asked, and keeps manifests and small blobs; streamed blobs are not kept.
std::unique_ptr<Upstream> make_recorder(std::string registry, std::unique_ptr<Upstream> upstream,
                                        std::shared_ptr<Recording> recording);

}  // namespace pullgate::proxy
