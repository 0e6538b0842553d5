#pragma once
/// Evidence packs: what a judge asked for about one image, as an OCI image layout that any layout upstream can answer
/// from. No layers of images are in it.

#include <filesystem>
#include <string>

#include "proxy/upstream/recorder.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// The layout's index.json: every manifest that no index in the pack leads to, and every tag that was asked for. An
/// error when the pack could not be read again: two images for one tag, or more manifests than a layout may list.
Result<std::string> pack_index(const Recording::Contents& recorded);

/// Writes the pack into `folder`, which has to be absent or empty; `label` is what pack.json says about it. An error
/// leaves a folder that is no layout.
Status write_pack(const std::filesystem::path& folder, const Recording::Contents& recorded, const std::string& label);

}  // namespace pullgate::proxy
