#include "verify/image_config.h"

#include <array>
#include <utility>

#include "verify/json/lookalike.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"
#include "verify/limits.h"

namespace pullgate {
namespace {

using verify::json::Node;
using verify::json::Problems;
using verify::json::refuse_lookalike_keys;

// The keys that Go clients decode: OCI image-spec "config", and what docker adds.
constexpr std::array<std::string_view, 17> kConfigKeys = {
    "created",     "author", "architecture",     "variant", "os",       "os.version",
    "os.features", "config", "rootfs",           "history", "comment",  "docker_version",
    "container",   "parent", "container_config", "id",      "throwaway"};
constexpr std::array<std::string_view, 3> kRootfsKeys = {"type", "diff_ids", "base_layer"};

std::vector<Digest> read_diff_ids(const Node& rootfs) {
  std::vector<Digest> diff_ids;
  for (const Node& id : rootfs["diff_ids"].elements(limits::kManifestLayers)) {
    const Result<Digest> digest = Digest::parse(id.text());
    if (digest) {
      diff_ids.push_back(*digest);
    } else {
      id.refuse(digest.error().message);
    }
  }
  if (diff_ids.empty()) rootfs["diff_ids"].refuse("an image without layers");
  return diff_ids;
}

}  // namespace

bool is_image_config_media_type(std::string_view media_type) {
  return media_type == media_type::kOciConfig || media_type == media_type::kDockerConfig;
}

Result<ImageConfig> parse_image_config(const Content& content) {
  const Result<verify::json::Document> document = verify::json::parse(content.bytes());
  if (!document) return document.error();
  Problems problems;
  const Node root = document->root(problems);
  refuse_lookalike_keys(root, kConfigKeys);
  const Node rootfs = root["rootfs"];
  refuse_lookalike_keys(rootfs, kRootfsKeys);
  // Nothing else gives the order of the layers a meaning.
  if (rootfs["type"].text() != "layers") rootfs["type"].refuse("'layers' expected");
  ImageConfig config{.platform = {.os = root["os"].optional_text(),
                                  .architecture = root["architecture"].optional_text(),
                                  .variant = root["variant"].optional_text()},
                     .diff_ids = read_diff_ids(rootfs),
                     .labels = {},
                     .created = root["created"].optional_text()};
  const Node container = root["config"];
  if (container.exists()) config.labels = container["Labels"].optional_texts();
  return problems.unless_any(std::move(config));
}

}  // namespace pullgate
