#include "proxy/pull/base_search.h"

#include <algorithm>
#include <utility>

#include "proxy/pull/concurrently.h"
#include "proxy/pull/evidence_search.h"
#include "verify/bytes.h"
#include "verify/evidence.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// Would asking again be of use? Then the image cannot be judged now; otherwise this is how it is.
bool may_be_there_later(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnauthorized:
    case ErrorCode::kRateLimited:
    case ErrorCode::kUnreachable:
    case ErrorCode::kTimedOut:
    case ErrorCode::kCancelled:
    case ErrorCode::kInternal:
      return true;
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupported:
    case ErrorCode::kNotFound:
    case ErrorCode::kUpstreamInvalid:
    case ErrorCode::kLimitExceeded:
      return false;
  }
  return true;
}

void note_gap(const std::string& place, const Error& error, std::vector<policy::Gap>& gaps) {
  if (may_be_there_later(error)) gaps.push_back({place, reason_of(error), error.message, error.retry_after});
}

std::string shown_platform(const std::optional<Platform>& platform) {
  if (!platform || platform->os.empty()) return {};
  return printable(
             platform->os + "/" + platform->architecture + (platform->variant.empty() ? "" : "/" + platform->variant),
             80) +
         " ";
}

policy::Leaf unknown(std::string shown, std::string why) {
  return {.shown = std::move(shown), .layers = std::nullopt, .missing = std::move(why)};
}

std::vector<Digest> digests_of(const std::vector<Descriptor>& layers) {
  std::vector<Digest> digests;
  for (const Descriptor& layer : layers) digests.push_back(layer.digest);
  return digests;
}

}  // namespace

asio::awaitable<std::vector<policy::Leaf>> BaseSearch::leaves_of(Repository repository, ManifestSource::Read read,
                                                                 std::vector<policy::Gap>& gaps) {
  std::vector<policy::Leaf> leaves;
  const IsWanted everything = [](const Descriptor&) { return true; };
  const std::string shown = read->content.digest().short_text();
  co_await collect(std::move(repository), std::move(read), shown, 0, everything, leaves, gaps);
  co_return leaves;
}

/// What is evidence through and through is no platform: nobody can run it.
asio::awaitable<void> BaseSearch::collect(Repository repository, ManifestSource::Read read, std::string shown,
                                          std::size_t depth, const IsWanted& is_wanted,
                                          std::vector<policy::Leaf>& leaves, std::vector<policy::Gap>& gaps) {
  if (!read->document) {
    leaves.push_back(unknown(std::move(shown), read->document.error().message));
    co_return;
  }
  if (depth > 0 && read->artifact == verify::ArtifactClass::kEvidence) co_return;
  if (const auto* manifest = std::get_if<Manifest>(&read->document.value())) {
    leaves.push_back(
        co_await leaf_of(std::move(repository), *manifest, read->content.digest(), std::move(shown), gaps));
    co_return;
  }
  const Index& index = std::get<Index>(read->document.value());
  for (const Descriptor& child : index.manifests) {
    if (!is_wanted(child)) continue;
    std::string child_shown = shown_platform(child.platform) + child.digest.short_text();
    if (leaves.size() >= limits::kComparedPlatforms || depth + 1 >= limits::kIndexDepth) {
      leaves.push_back(unknown(std::move(child_shown), "the index has more children than are looked at"));
      co_return;
    }
    const Result<ManifestSource::Read> below = co_await manifests_.read(repository, child.digest, deadline_);
    if (!below) {
      note_gap("child " + child_shown, below.error(), gaps);
      leaves.push_back(unknown(std::move(child_shown), below.error().message));
      continue;
    }
    co_await collect(repository, *below, std::move(child_shown), depth + 1, is_wanted, leaves, gaps);
  }
}

asio::awaitable<policy::Leaf> BaseSearch::leaf_of(Repository repository, const Manifest& manifest, Digest digest,
                                                  std::string shown, std::vector<policy::Gap>& gaps) {
  if (!manifest.config || !is_image_config_media_type(manifest.config->media_type)) {
    co_return unknown(std::move(shown), "it has no image's config");
  }
  Upstream* upstream = upstreams_.find(repository.registry());
  if (upstream == nullptr) co_return unknown(std::move(shown), "no upstream is configured for its registry");
  Result<Content> content =
      co_await upstream->small_blob(repository.path(), *manifest.config, limits::kImageConfigBytes);
  if (!content) {
    note_gap("config of " + shown, content.error(), gaps);
    co_return unknown(std::move(shown), "its config: " + content.error().message);
  }
  if (content->digest() != manifest.config->digest) {
    co_return unknown(std::move(shown), "the upstream sent a config that does not have this digest");
  }
  Result<ImageConfig> config =
      co_await on_pool(workers_, [content = std::move(*content)] { return parse_image_config(content); });
  if (!config) co_return unknown(std::move(shown), "its config: " + config.error().message);
  policy::keep_what_describes(*config);
  // Otherwise it would be open which digest belongs to which layer.
  if (config->diff_ids.size() != manifest.layers.size()) {
    co_return unknown(std::move(shown), "its config has another number of layers than its manifest");
  }
  co_return policy::Leaf{.shown = std::move(shown),
                         .layers = policy::ImageLayers{.manifest = digest,
                                                       .layers = digests_of(manifest.layers),
                                                       .annotations = policy::base_annotations(manifest.annotations),
                                                       .config = std::move(*config)},
                         .missing = {}};
}

asio::awaitable<std::vector<policy::Base>> BaseSearch::look_at(std::vector<policy::BaseToSee> bases,
                                                               const std::vector<policy::Leaf>& leaves,
                                                               const JudgeBase& judge, std::vector<policy::Gap>& gaps) {
  std::vector<policy::Base> found;
  for (policy::BaseToSee& base : bases) {
    if (found.size() == limits::kBasesPerImage) {
      gaps.push_back({"base images", Reason::kLimitExceeded,
                      std::to_string(bases.size()) + " bases are named; at most " +
                          std::to_string(limits::kBasesPerImage) + " are looked at",
                      std::nullopt});
      break;
    }
    found.push_back(co_await look_at_one(std::move(base), leaves, judge, gaps));
  }
  co_return found;
}

asio::awaitable<policy::Base> BaseSearch::look_at_one(policy::BaseToSee wanted, const std::vector<policy::Leaf>& leaves,
                                                      const JudgeBase& judge, std::vector<policy::Gap>& gaps) {
  policy::Base base{.repository = wanted.repository, .digest = wanted.digest, .images = {}, .missing = {}};
  const std::string place = "base image " + wanted.repository.text() + "@" + wanted.digest.short_text();
  const Result<ManifestSource::Read> read = co_await manifests_.read(wanted.repository, wanted.digest, deadline_);
  if (!read) {
    note_gap(place, read.error(), gaps);
    base.missing = read.error().message;
    co_return base;
  }
  // A child whose platform is not said may be any; one that says another is none of ours.
  const IsWanted is_wanted = [&](const Descriptor& child) {
    return leaves.empty() || !child.platform || std::ranges::any_of(leaves, [&](const policy::Leaf& leaf) {
             return leaf.layers && leaf.layers->config.platform.os == child.platform->os &&
                    leaf.layers->config.platform.architecture == child.platform->architecture;
           });
  };
  std::vector<policy::Leaf> parts;
  co_await collect(wanted.repository, *read, place, 0, is_wanted, parts, gaps);
  for (policy::Leaf& part : parts) {
    if (part.layers) {
      base.images.push_back(*std::move(part.layers));
    } else {
      base.missing = part.missing;
    }
  }
  if (base.images.empty() && base.missing.empty()) base.missing = "it has no such platform";
  if (judge) {
    JudgedBase judged = co_await judge(std::move(wanted));
    base.decision = std::move(judged.decision);
    if (base.decision && base.decision->verdict() == policy::Verdict::kCannotJudge) {
      const policy::Objection& lead = base.decision->objections().front();
      gaps.push_back({place, lead.reason, lead.found, base.decision->retry_after()});
    }
    if (!judged.missing.empty()) base.missing = std::move(judged.missing);
  }
  co_return base;
}

}  // namespace pullgate::proxy
