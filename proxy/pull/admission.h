#pragma once
/// What the judge answers. An Admission is the only thing that a manifest can be served from, a BlobPass the only
/// thing that a blob can; only the judge makes them, so no handler can serve by forgetting to ask.

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "policy/decision.h"
#include "policy/evaluate.h"
#include "proxy/pull/manifest_source.h"
#include "verify/content.h"
#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// What a decision was based on, for records and explanations.
struct Judged {
  std::shared_ptr<const policy::Decision> decision;  ///< null only for evidence, which passes by its structure
  std::shared_ptr<const policy::Gathered> gathered;  ///< null with `decision`
  Digest digest;
};

class Admission {
 public:
  enum class Ground {
    kDecision,        ///< judged itself
    kCoveredByIndex,  ///< named by an index of this repository that was judged
    kEvidence,        ///< signatures and attestations through and through
  };

  [[nodiscard]] Ground ground() const { return ground_; }
  [[nodiscard]] const Judged& judged() const { return judged_; }
  /// The very bytes that were hashed and judged.
  [[nodiscard]] const Content& content() const { return manifest_->content; }
  [[nodiscard]] std::string_view media_type() const { return served_media_type(manifest_->document.value()); }
  /// Which index covers it; set exactly for kCoveredByIndex.
  [[nodiscard]] const std::optional<Digest>& index() const { return index_; }

 private:
  friend class Judge;
  Admission(Ground ground, Judged judged, ManifestSource::Read manifest, std::optional<Digest> index)
      : ground_(ground), judged_(std::move(judged)), manifest_(std::move(manifest)), index_(index) {}

  Ground ground_;
  Judged judged_;
  ManifestSource::Read manifest_;
  std::optional<Digest> index_;
};

/// Denied, or not to be judged now: `judged.decision` says which and why.
struct Refusal {
  Judged judged;
};

/// The manifest itself could not be had; nothing was judged.
struct Unavailable {
  Error error;
};

using Judgement = std::variant<Admission, Refusal, Unavailable>;

/// A blob that an admitted manifest of this repository names.
class BlobPass {
 public:
  [[nodiscard]] const Repository& repository() const { return repository_; }
  [[nodiscard]] const Digest& digest() const { return digest_; }

 private:
  friend class Judge;
  BlobPass(Repository repository, Digest digest) : repository_(std::move(repository)), digest_(digest) {}

  Repository repository_;
  Digest digest_;
};

}  // namespace pullgate::proxy
