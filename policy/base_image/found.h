#pragma once
/// Bases as they were found: is one of them what the rule wants of a base, beyond being in the right place?

#include <optional>

#include "policy/base_image.h"
#include "policy/requirement/case.h"
#include "policy/requirement/tree.h"

namespace pullgate::policy {

/// The base of this repository and digest, when it was looked at.
const Base* found_base(const Case& judged, const std::optional<Repository>& repository,
                       const std::optional<Digest>& digest);

struct BaseReview {
  std::optional<Objection> objection = std::nullopt;
  std::optional<Time> stands_until = std::nullopt;  ///< of a base that will do
};
/// Is it allowed by this policy itself, and young enough? As far as the leaf asks.
BaseReview review(const Case& judged, const BaseImageLeaf& leaf, const Base& base, const std::string& name);

/// "cgr.dev/chainguard/static@sha256:0123456789ab"
std::string shown(const Base& base);

/// "version 1.2, created 2026-05-01T00:00:00Z", as far as it says: what images say about themselves.
std::string self_description(const ImageConfig& config);

/// The images that are based on the base's: `layers`.
Judgement judge_layers(const Case& judged, const BaseImageLeaf& leaf, const std::string& name);

}  // namespace pullgate::policy
