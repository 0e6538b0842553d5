#pragma once
/// `vsa: { attestor: ..., verifier: ..., levels: [...] }`: somebody whom the policy trusts verified this image already
/// and says which levels it earned. SLSA v1.0 and v1.1 "Verification Summary Attestation", "How to verify".

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/pattern.h"
#include "verify/digest.h"

namespace pullgate::policy {

/// "SLSA_BUILD_LEVEL_3": of the levels of one track a higher one implies the lower ones.
struct TrackLevel {
  std::string track;
  /// None: the track was not evaluated, which is less than level 0.
  std::optional<int> level;

  /// Nothing for a text of another form, which is a property: there, or not.
  static std::optional<TrackLevel> parse(std::string_view text);
};

/// The policy that the verifier held the image against.
struct VerifiersPolicy {
  std::optional<std::string> uri = std::nullopt;  ///< exactly
  std::optional<Digest> digest = std::nullopt;
};

struct VsaLeaf {
  std::string attestor;
  std::string verifier;  ///< the verifier.id that the attestor may claim, exactly
  /// What the summary has to be about; without it, the image that was asked for: by its repository, and the tag and
  /// digest where the summary names one.
  std::optional<TextTemplate> resource_uri = std::nullopt;
  std::vector<std::string> levels = {};  ///< all of them; never empty
  VerifiersPolicy policy = {};
  /// Since it was signed, or verified where the summary says that this was earlier.
  std::optional<std::chrono::milliseconds> max_age = std::nullopt;
};

}  // namespace pullgate::policy
