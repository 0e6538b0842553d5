#pragma once
/// Looking at bases: the configs of an image and of what it may be built on.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "policy/base_image.h"
#include "policy/evaluate.h"
#include "proxy/pull/manifest_source.h"
#include "proxy/pull/runnable_parts.h"
#include "proxy/pull/upstreams.h"

namespace pullgate::proxy {

/// A base's own decision, or why there is none.
struct JudgedBase {
  std::shared_ptr<const policy::Decision> decision;
  std::string missing;
};

/// For one examination. Everything handed over has to outlive its coroutines, which run on the caller's executor, one
/// handler at a time.
class BaseSearch {
 public:
  using JudgeBase = std::function<boost::asio::awaitable<JudgedBase>(policy::BaseToSee)>;

  BaseSearch(ManifestSource& manifests, const Upstreams& upstreams, boost::asio::thread_pool& workers,
             ManifestSource::Deadline deadline)
      : manifests_(manifests), upstreams_(upstreams), workers_(workers), deadline_(deadline) {}

  /// The runnable parts of an image, each with its layers or with the reason why these are not known. What only could
  /// not be fetched now is among the gaps too.
  boost::asio::awaitable<std::vector<policy::Leaf>> leaves_of(Repository repository, ManifestSource::Read read,
                                                              std::vector<policy::Gap>& gaps);

  /// The bases as they were found; of an index those children whose platforms are among the leaves'. `judge` is asked
  /// for each when it is there.
  boost::asio::awaitable<std::vector<policy::Base>> look_at(std::vector<policy::BaseToSee> bases,
                                                            const std::vector<policy::Leaf>& leaves,
                                                            const JudgeBase& judge, std::vector<policy::Gap>& gaps);

 private:
  boost::asio::awaitable<std::vector<policy::Leaf>> collect(Repository repository, ManifestSource::Read read,
                                                            std::string shown, IsWantedChild is_wanted,
                                                            std::vector<policy::Gap>& gaps);
  boost::asio::awaitable<policy::Leaf> leaf_of(Repository repository, const Manifest& manifest, Digest digest,
                                               std::string shown, std::vector<policy::Gap>& gaps);
  boost::asio::awaitable<policy::Base> look_at_one(policy::BaseToSee base, const std::vector<policy::Leaf>& leaves,
                                                   const JudgeBase& judge, std::vector<policy::Gap>& gaps);

  ManifestSource& manifests_;
  const Upstreams& upstreams_;
  boost::asio::thread_pool& workers_;
  ManifestSource::Deadline deadline_;
};

}  // namespace pullgate::proxy
