#pragma once
/// The form of a bundle's log entries and timestamps.

#include "verify/json/node.h"
#include "verify/sigstore/bundle.h"

namespace pullgate::verify::sigstore {

enum class BundleVersion { k01, k02, k03 };

/// Reads `tlogEntries` and `timestampVerificationData` of the verification material into the bundle.
void read_log_material(const nlohmann::json& material, BundleVersion version, Bundle& bundle);

}  // namespace pullgate::verify::sigstore
