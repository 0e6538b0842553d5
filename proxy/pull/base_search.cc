#include "proxy/pull/base_search.h"

#include <algorithm>
#include <utility>

#include "proxy/pull/concurrently.h"
#include "proxy/pull/runnable_parts.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

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
  const std::string shown = read->content.digest().short_text();
  co_return co_await collect(
      std::move(repository), std::move(read), shown, [](const Descriptor&) { return true; }, gaps);
}

asio::awaitable<std::vector<policy::Leaf>> BaseSearch::collect(Repository repository, ManifestSource::Read read,
                                                               std::string shown, IsWantedChild is_wanted,
                                                               std::vector<policy::Gap>& gaps) {
  std::vector<RunnablePart> parts = co_await runnable_parts(manifests_, repository, std::move(read), std::move(shown),
                                                            std::move(is_wanted), deadline_, gaps);
  std::vector<policy::Leaf> leaves(parts.size());
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    tasks.emplace_back([&, i]() -> asio::awaitable<void> {
      RunnablePart& part = parts[i];
      leaves[i] = part.read ? co_await leaf_of(repository, std::get<Manifest>(part.read->document.value()), part.digest,
                                               std::move(part.shown), gaps)
                            : unknown(std::move(part.shown), std::move(part.missing));
    });
  }
  co_await run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
  co_return leaves;
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
                                                       .annotations = policy::kept_annotations(manifest.annotations),
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
  const std::string& registry = wanted.repository.registry();
  if (upstreams_.find(registry) == nullptr) {
    // Not the image's fault, and nothing that building it anew would mend.
    base.missing = "no upstream is configured for " + registry;
    gaps.push_back({place, Reason::kUpstreamUnreachable, base.missing, std::nullopt,
                    "add " + registry + " to the upstreams of pullgate.yaml"});
    co_return base;
  }
  const Result<ManifestSource::Read> read = co_await manifests_.read(wanted.repository, wanted.digest, deadline_);
  if (!read) {
    note_gap(place, read.error(), gaps);
    base.missing = read.error().message;
    co_return base;
  }
  // A child whose platform is not said may be any; one that says another is none of ours.
  const IsWantedChild is_wanted = [&](const Descriptor& child) {
    return leaves.empty() || !child.platform || std::ranges::any_of(leaves, [&](const policy::Leaf& leaf) {
             return leaf.layers && leaf.layers->config.platform.os == child.platform->os &&
                    leaf.layers->config.platform.architecture == child.platform->architecture;
           });
  };
  std::vector<policy::Leaf> parts = co_await collect(wanted.repository, *read, place, is_wanted, gaps);
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
