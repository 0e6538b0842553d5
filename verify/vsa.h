#pragma once
/// Verification summaries as types: https://slsa.dev/verification_summary/v1, somebody's word that an image was
/// verified and which levels that earned it. What the verifier did not say is absent, never guessed.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/provenance.h"
#include "verify/time.h"

namespace pullgate::verify {

/// No other version: the older ones spell the same things differently, and drafts were never meant to last.
inline constexpr std::string_view kVerificationSummaryV1 = "https://slsa.dev/verification_summary/v1";

struct VerificationSummary {
  enum class Outcome { kFailed, kPassed };

  std::string verifier_id;
  std::string resource_uri;
  /// The image that `resource_uri` is, in the forms that say so by themselves: package URLs, docker://, oci://, names
  /// with a digest.
  std::optional<ImageMaterial> resource;
  std::string policy_uri;
  std::map<std::string, std::string> policy_digest;  ///< algorithm -> value, as stated
  Outcome outcome = Outcome::kFailed;
  std::vector<std::string> levels;
  std::optional<Time> time_verified;  ///< what the verifier says, which nobody proved
};

}  // namespace pullgate::verify
