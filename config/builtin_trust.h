#pragma once
/// The trust roots that come with the program, as JSON for verify/sigstore_root.h. See config/trust/README.md for what
/// they are and where they are from.

#include <string_view>

namespace pullgate::config {

/// Sigstore's public instance.
std::string_view public_good_trusted_root();
/// Sigstore's staging instance, whose signatures mean nothing outside of tests of Sigstore itself.
std::string_view staging_trusted_root();

}  // namespace pullgate::config
