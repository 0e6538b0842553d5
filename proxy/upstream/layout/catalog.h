#pragma once
/// What the index.json of one OCI image layout says: image-spec "OCI Image Layout", and what cosign adds to it.
/// No files here.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "verify/content.h"
#include "verify/digest.h"
#include "verify/manifest.h"
#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::proxy::layout {

class Catalog {
 public:
  /// kUpstreamInvalid, or kLimitExceeded, with the cause.
  static Result<Catalog> read(std::string index_json);

  /// The manifest that a tag names. Tags are entries annotated org.opencontainers.image.ref.name, and the tags under
  /// which cosign would look for what `cosign save` put beside an image: an entry of kind sigs or atts belongs to the
  /// image entry before it. kNotFound; kUpstreamInvalid when two entries claim the tag for different content.
  [[nodiscard]] Result<Digest> tagged(const Tag& tag) const;
  [[nodiscard]] std::vector<std::string> tags() const;

  [[nodiscard]] const std::vector<Descriptor>& entries() const { return entries_; }
  /// The type that index.json claims for a manifest; empty for one that it does not name.
  [[nodiscard]] std::string media_type_of(const Digest& digest) const;

 private:
  [[nodiscard]] std::string what_there_is_for(const Tag& tag) const;
  void take_tags();
  void take_saved_evidence();

  std::vector<Descriptor> entries_;
  std::map<std::string, std::vector<Digest>, std::less<>> tags_;  // several digests: a conflict
};

/// Who names whom as their subject.
using Referrers = std::map<Digest, std::vector<Descriptor>>;

/// Reads every manifest that `entries` lead to, through indexes of indexes, at most limits::kLayoutManifests. What is
/// absent or cannot be read as a manifest refers to nothing; what cannot be read now (kUnreachable) is an error,
/// because evidence might be missing from the answer.
Result<Referrers> find_referrers(const std::vector<Descriptor>& entries,
                                 const std::function<Result<Content>(const Digest&)>& read);

}  // namespace pullgate::proxy::layout
