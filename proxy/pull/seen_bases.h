#pragma once
/// Images that were seen, by what they are made of: which of them could an image be built on that names no base?

#include <cstddef>
#include <list>
#include <map>
#include <vector>

#include "policy/base_image.h"
#include "verify/digest.h"

namespace pullgate::proxy {

/// The chain ID of the lowest n layers, for each n: OCI image-spec "config", "Layer ChainID".
std::vector<Digest> chain_ids(const std::vector<Digest>& diff_ids);

/// Bounded; what was not seen again for longest is forgotten first. Not thread-safe.
class SeenBases {
 public:
  explicit SeenBases(std::size_t entries) : max_entries_(entries) {}

  /// So many images of the same layers are told apart: more would be somebody who pushes one image again and again.
  static constexpr std::size_t kAlike = 16;

  /// `diff_ids` are those of the image, or of one platform of the index, that `image` names. Not empty.
  void learn(const std::vector<Digest>& diff_ids, const policy::BaseToSee& image);
  /// Images whose layers are the lowest ones of this image, but not all of them; those with most layers first.
  /// At most `limit`.
  [[nodiscard]] std::vector<policy::BaseToSee> below(const std::vector<Digest>& diff_ids, std::size_t limit) const;

 private:
  struct Entry {
    Digest chain_id;
    policy::BaseToSee image;
  };

  std::size_t max_entries_;
  std::list<Entry> order_;  // last seen first
  std::map<Digest, std::map<policy::BaseToSee, std::list<Entry>::iterator>> by_chain_id_;
};

}  // namespace pullgate::proxy
