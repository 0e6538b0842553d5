#pragma once
/// Image configurations, OCI image-spec "config": what an image is made of, and what it says about itself. The digest
/// of a manifest covers its config, and the config the digests of the unpacked layers; so layers prove what labels and
/// times only claim.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "verify/content.h"
#include "verify/digest.h"
#include "verify/manifest.h"
#include "verify/result.h"

namespace pullgate {

struct ImageConfig {
  Platform platform;
  std::vector<Digest> diff_ids;               ///< of the uncompressed layers, the lowest first; never empty
  std::map<std::string, std::string> labels;  ///< anybody's text
  std::string created;                        ///< likewise; empty when it is not said
};

/// Is this the media type of a config that parse_image_config knows?
bool is_image_config_media_type(std::string_view media_type);

/// `content` must be what a manifest names as its config. An image without layers is an error: it proves nothing.
Result<ImageConfig> parse_image_config(const Content& content);

}  // namespace pullgate
