#pragma once
/// What may follow from manifests that were served: the blobs and children that they name, within the one repository.
/// Thread-safe; bounded, least recently used manifests are forgotten first. One of these belongs to one policy and
/// trust generation.

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "policy/decision.h"
#include "policy/evaluate.h"
#include "verify/manifest.h"
#include "verify/reference.h"
#include "verify/time.h"

namespace pullgate::proxy {

/// Why a manifest was served. `depth` counts the indexes above it.
struct Grounds {
  std::shared_ptr<const policy::Decision> decision;  ///< null for evidence, which passes by its structure
  std::shared_ptr<const policy::Gathered> gathered;
  std::size_t depth = 0;
};

/// An admitted index that contains the manifest asked for.
struct Cover {
  Digest index;
  Grounds grounds;  ///< the index's
};

class Admitted {
 public:
  Admitted(std::size_t manifests, std::size_t edges) : max_manifests_(manifests), max_edges_(edges) {}

  void admit(const Repository& repository, const Digest& digest, const ManifestDocument& document, Grounds grounds);

  /// What stood on a decision that no longer stands at this moment is forgotten, with all that followed from it.
  void drop_fallen(Time at);

  /// What was admitted because of this root, an index or an image, is forgotten: it is no longer allowed.
  void withdraw(const Repository& repository, const Digest& root);
  /// The images and indexes whose decisions let this manifest or blob through, at most `limit`.
  [[nodiscard]] std::vector<Digest> roots_of(const Repository& repository, const Digest& digest,
                                             std::size_t limit) const;

  [[nodiscard]] std::optional<Cover> cover_of(const Repository& repository, const Digest& child) const;
  /// Does an admitted manifest of this repository name it as config, layer or other content, and none as a manifest?
  [[nodiscard]] bool reaches(const Repository& repository, const Digest& blob) const;
  /// Children of admitted indexes of this repository that are not admitted themselves yet and that are `wanted`, at
  /// most `limit`. `wanted` is asked under the lock: it may not come back here.
  [[nodiscard]] std::vector<Digest> unread_children(const Repository& repository, std::size_t limit,
                                                    const std::function<bool(const Digest&)>& wanted) const;

 private:
  struct Position {
    Repository repository;
    Digest digest;
  };
  struct Node {
    Grounds grounds;
    std::vector<Digest> children;
    std::vector<Digest> blobs;
    std::list<Position>::iterator order;
    std::optional<std::multimap<Time, Position>::iterator> end;  // when its decision falls by itself
  };
  struct Graph {
    std::map<Digest, Node> manifests;
    std::map<Digest, std::multiset<Digest>> parents;  // child -> indexes
    std::map<Digest, std::size_t> blobs;              // blob -> how many manifests name it
  };

  void forget(const Position& position);
  void note_end(Node& node, const Position& position);

  std::size_t max_manifests_;
  std::size_t max_edges_;
  mutable std::mutex mutex_;
  std::map<Repository, Graph> graphs_;
  std::list<Position> order_;  // most recently admitted first
  std::multimap<Time, Position> ends_;
  std::size_t edges_ = 0;
};

/// Digests whose bytes are manifests, because we read them as such. Old containerd asks for a denied manifest again
/// under /blobs/, and anyone who may push can upload a manifest as a blob: whatever is here is not a blob. What a
/// document merely calls a manifest does not count: anyone could call somebody's layer one, and it would be lost.
/// Thread-safe, bounded.
class KnownManifests {
 public:
  explicit KnownManifests(std::size_t entries) : max_entries_(entries) {}

  void learn(const Repository& repository, const Digest& digest, const ManifestDocument& document);
  [[nodiscard]] bool contains(const Digest& digest) const;
  /// An index of this repository that was seen to name it, admitted or not: a hint for messages.
  [[nodiscard]] std::optional<Digest> index_of(const Repository& repository, const Digest& child) const;

 private:
  using Child = std::pair<Repository, Digest>;

  std::size_t max_entries_;
  mutable std::mutex mutex_;
  std::set<Digest> known_;
  std::list<Digest> known_order_;  // oldest first
  std::map<Child, Digest> indexes_;
  std::list<Child> indexes_order_;
};

}  // namespace pullgate::proxy
