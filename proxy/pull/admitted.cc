#include "proxy/pull/admitted.h"

#include <algorithm>
#include <utility>

#include "verify/limits.h"

namespace pullgate::proxy {

void Admitted::admit(const Repository& repository, const Digest& digest, const ManifestDocument& document,
                     Grounds grounds) {
  const std::scoped_lock lock(mutex_);
  Graph& graph = graphs_[repository];
  if (const auto known = graph.manifests.find(digest); known != graph.manifests.end()) {
    known->second.grounds = std::move(grounds);
    note_end(known->second, {repository, digest});
    order_.splice(order_.begin(), order_, known->second.order);
    return;
  }
  Node node{std::move(grounds), {}, {}, order_.end(), std::nullopt};
  for (const Descriptor& descriptor : named_descriptors(document)) {
    // A layer that calls itself a manifest would be served as one by a careless registry.
    const bool is_child = std::holds_alternative<Index>(document) && is_manifest_media_type(descriptor.media_type);
    if (is_child) {
      node.children.push_back(descriptor.digest);
      graph.parents[descriptor.digest].insert(digest);
    } else if (!is_manifest_media_type(descriptor.media_type)) {
      node.blobs.push_back(descriptor.digest);
      ++graph.blobs[descriptor.digest];
    }
  }
  edges_ += node.children.size() + node.blobs.size();
  order_.push_front({repository, digest});
  node.order = order_.begin();
  note_end(graph.manifests.emplace(digest, std::move(node)).first->second, {repository, digest});
  while (order_.size() > 1 && (order_.size() > max_manifests_ || edges_ > max_edges_)) {
    const Position oldest = order_.back();
    forget(oldest);
  }
}

void Admitted::note_end(Node& node, const Position& position) {
  if (node.end) ends_.erase(*node.end);
  node.end.reset();
  const auto& decision = node.grounds.decision;
  const std::optional<Time> end = decision ? decision->account().stands_until : std::nullopt;
  if (end) node.end = ends_.emplace(*end, position);
}

void Admitted::drop_fallen(Time at) {
  const std::scoped_lock lock(mutex_);
  while (!ends_.empty() && ends_.begin()->first <= at) {
    const Position fallen = ends_.begin()->second;
    forget(fallen);
  }
}

void Admitted::withdraw(const Repository& repository, const Digest& root) {
  const std::scoped_lock lock(mutex_);
  const auto graph = graphs_.find(repository);
  if (graph == graphs_.end()) return;
  std::vector<Digest> fallen;
  for (const auto& [digest, node] : graph->second.manifests) {
    const auto& decision = node.grounds.decision;
    if (decision && decision->about().digest == root) fallen.push_back(digest);
  }
  for (const Digest& digest : fallen) forget({repository, digest});
}

std::vector<Digest> Admitted::roots_of(const Repository& repository, const Digest& digest, std::size_t limit) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Digest> roots;
  const auto graph = graphs_.find(repository);
  if (graph == graphs_.end()) return roots;
  for (const auto& [manifest, node] : graph->second.manifests) {
    const auto names = [&](const std::vector<Digest>& named) {
      return std::ranges::find(named, digest) != named.end();
    };
    if (!node.grounds.decision || !(names(node.blobs) || names(node.children))) continue;
    const Digest& root = node.grounds.decision->about().digest;
    if (std::ranges::find(roots, root) == roots.end()) roots.push_back(root);
    if (roots.size() == limit) break;
  }
  return roots;
}

std::optional<Cover> Admitted::cover_of(const Repository& repository, const Digest& child) const {
  const std::scoped_lock lock(mutex_);
  const auto graph = graphs_.find(repository);
  if (graph == graphs_.end()) return std::nullopt;
  const auto parents = graph->second.parents.find(child);
  if (parents == graph->second.parents.end()) return std::nullopt;
  for (const Digest& parent : parents->second) {
    const auto index = graph->second.manifests.find(parent);
    if (index == graph->second.manifests.end()) continue;
    if (index->second.grounds.depth + 1 < limits::kIndexDepth) return Cover{parent, index->second.grounds};
  }
  return std::nullopt;
}

bool Admitted::reaches(const Repository& repository, const Digest& blob) const {
  const std::scoped_lock lock(mutex_);
  const auto graph = graphs_.find(repository);
  return graph != graphs_.end() && graph->second.blobs.contains(blob) && !graph->second.parents.contains(blob);
}

std::vector<Digest> Admitted::unread_children(const Repository& repository, std::size_t limit,
                                              const std::function<bool(const Digest&)>& wanted) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Digest> unread;
  const auto graph = graphs_.find(repository);
  if (graph == graphs_.end()) return unread;
  for (const auto& [child, parents] : graph->second.parents) {
    if (unread.size() == limit) break;
    if (!graph->second.manifests.contains(child) && wanted(child)) unread.push_back(child);
  }
  return unread;
}

void Admitted::forget(const Position& position) {
  const auto graph = graphs_.find(position.repository);
  const auto node = graph->second.manifests.find(position.digest);
  for (const Digest& child : node->second.children) {
    const auto parents = graph->second.parents.find(child);
    parents->second.erase(parents->second.find(position.digest));
    if (parents->second.empty()) graph->second.parents.erase(parents);
  }
  for (const Digest& blob : node->second.blobs) {
    const auto count = graph->second.blobs.find(blob);
    if (--count->second == 0) graph->second.blobs.erase(count);
  }
  if (const auto end = node->second.end) ends_.erase(*end);
  edges_ -= node->second.children.size() + node->second.blobs.size();
  order_.erase(node->second.order);
  graph->second.manifests.erase(node);
  if (graph->second.manifests.empty()) graphs_.erase(graph);
}

void KnownManifests::learn(const Repository& repository, const Digest& digest, const ManifestDocument& document) {
  const std::scoped_lock lock(mutex_);
  if (known_.insert(digest).second) known_order_.push_back(digest);
  if (known_order_.size() > max_entries_) {
    known_.erase(known_order_.front());
    known_order_.pop_front();
  }
  const auto* index = std::get_if<Index>(&document);
  if (index == nullptr) return;
  for (const Descriptor& child : index->manifests) {
    const Child key{repository, child.digest};
    if (indexes_.insert_or_assign(key, digest).second) indexes_order_.push_back(key);
    if (indexes_order_.size() > max_entries_) {
      indexes_.erase(indexes_order_.front());
      indexes_order_.pop_front();
    }
  }
}

bool KnownManifests::contains(const Digest& digest) const {
  const std::scoped_lock lock(mutex_);
  return known_.contains(digest);
}

std::optional<Digest> KnownManifests::index_of(const Repository& repository, const Digest& child) const {
  const std::scoped_lock lock(mutex_);
  const auto found = indexes_.find({repository, child});
  if (found == indexes_.end()) return std::nullopt;
  return found->second;
}

}  // namespace pullgate::proxy
